"""The charts of a simulation: both sides in each, with the same numbers in the table beside it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence

from babel.dates import format_date

from dunwell.followup.models import StepChannel
from dunwell.rules.simulation import Figures, percent
from dunwell.web.charts import Chart, Column, Series
from dunwell.web.templatetags.figures import write_day

# More days than this are drawn by week
MOST_DAYS_DRAWN = 45
CHANNEL_NAMES = dict(StepChannel.choices)
NOW, THEN = "series-quiet", "series-main"


def charts(present: Figures, other: Figures, *, name: str, first: dt.date, last: dt.date, locale: str) -> list[Chart]:
    """Those that have something to show."""
    sides = ("Present policies", name)
    by_week = (last - first).days >= MOST_DAYS_DRAWN
    starts = _starts(first, last, by_week=by_week)
    each = "week" if by_week else "day"
    found = [
        _over_time("notices", f"Notices by {each}.", sides, present.by_day, other.by_day, starts, each, locale),
        _by_step(sides, present, other),
        _contacts(sides, present, other),
    ]
    if present.calls or other.calls:
        calls = present.calls_by_day, other.calls_by_day
        found.append(_over_time("calls", f"Calls for the team by {each}.", sides, *calls, starts, each, locale))
    if len({*present.by_channel, *other.by_channel}) > 1:
        found.append(_channels(sides, present, other))
    return found


def _starts(first: dt.date, last: dt.date, *, by_week: bool) -> list[dt.date]:
    start = first - dt.timedelta(days=first.weekday()) if by_week else first
    step = 7 if by_week else 1
    return [start + dt.timedelta(days=days) for days in range(0, (last - start).days + 1, step)]


def _over_time(
    key: str,
    sentence: str,
    sides: tuple[str, str],
    present: Mapping[str, int],
    other: Mapping[str, int],
    starts: Sequence[dt.date],
    each: str,
    locale: str,
) -> Chart:
    return Chart(
        key=key,
        sentence=sentence,
        points="Week of" if each == "week" else "Day",
        labels=[str(format_date(start, "d MMM", locale=locale)) for start in starts],
        names=[write_day(start, locale) for start in starts],
        plain_names=[start.isoformat() for start in starts],
        series=_series(sides, _counted(present, starts), _counted(other, starts)),
        kind="bar",
        unit="count",
    )


def _counted(by_day: Mapping[str, int], starts: Sequence[dt.date]) -> list[int]:
    counts: Counter[dt.date] = Counter()
    for day, count in by_day.items():
        counts[max(start for start in starts if start <= dt.date.fromisoformat(day))] += count
    return [counts[start] for start in starts]


def _by_step(sides: tuple[str, str], present: Figures, other: Figures) -> Chart:
    before, after = ({step.name: step for step in side.by_step} for side in (present, other))
    names = list(dict.fromkeys([*before, *after]))
    more = []
    for side, steps in zip(sides, (before, after), strict=True):
        reached = [steps[name].reached if name in steps else None for name in names]
        paid = [percent(steps[name].paid_before, steps[name].due) if name in steps else None for name in names]
        more += [
            Column(f"Invoices reached, {side}", [_shown(count) for count in reached], reached),
            Column(
                f"Paid before it reached them, {side}",
                ["" if share is None else f"{share:g} %" for share in paid],
                [None if share is None else round(share) for share in paid],
            ),
        ]
    return Chart(
        key="steps",
        sentence="Notices by the step that sets their tone.",
        points="Step",
        labels=names,
        names=names,
        series=_series(
            sides,
            [before[name].notices if name in before else 0 for name in names],
            [after[name].notices if name in after else 0 for name in names],
        ),
        kind="bar",
        unit="count",
        more=more,
    )


def _contacts(sides: tuple[str, str], present: Figures, other: Figures) -> Chart:
    labels = [label for label, _ in present.contact_bands]
    counts = ([count for _, count in side.contact_bands] for side in (present, other))
    return Chart(
        key="contacts",
        sentence="Customers by how often they would have heard from you in the whole period.",
        points="Contacts",
        labels=labels,
        names=labels,
        series=_series(sides, *counts),
        kind="bar",
        unit="count",
    )


def _channels(sides: tuple[str, str], present: Figures, other: Figures) -> Chart:
    names = sorted({*present.by_channel, *other.by_channel})
    return Chart(
        key="channels",
        sentence="Notices by channel.",
        points="Channel",
        labels=[CHANNEL_NAMES.get(name, name) for name in names],
        names=[CHANNEL_NAMES.get(name, name) for name in names],
        series=_series(sides, *([side.by_channel.get(name, 0) for name in names] for side in (present, other))),
        kind="bar",
        unit="count",
    )


def _series(sides: tuple[str, str], present: Sequence[int], other: Sequence[int]) -> list[Series]:
    return [
        Series(side, color, values, [f"{value:,}" for value in values])
        for side, color, values in zip(sides, (NOW, THEN), (present, other), strict=True)
    ]


def _shown(count: int | None) -> str:
    return "" if count is None else f"{count:,}"
