"""Calendars, days and policies as Hypothesis draws them, for every test of a law."""

from __future__ import annotations

import datetime as dt

from hypothesis import strategies as st

from dunwell.rules.calendars import ONE_DAY, Calendar
from dunwell.rules.escalation import Anchor, Step, Tone

FIRST, LAST = dt.date(2025, 10, 1), dt.date(2026, 9, 30)
days = st.dates(FIRST, LAST)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    """Any working week of at least one day, single days off and, at times, a closure of weeks or months."""
    weekdays = draw(st.frozensets(st.integers(1, 7), min_size=1))
    days_off = set(draw(st.frozensets(days, max_size=12)))
    for start in draw(st.lists(days, max_size=2)):
        days_off |= {start + n * ONE_DAY for n in range(draw(st.integers(2, 90)))}
    return Calendar(weekdays=weekdays, days_off=frozenset(days_off))


@st.composite
def policies(draw: st.DrawFn, max_steps: int = 6) -> list[Step]:
    """Steps with distinct days for each anchor and channel, and lineages in no order; any of them may have any tone."""
    anchors = st.sampled_from([Anchor.DUE, Anchor.DUE, Anchor.DUE, Anchor.ISSUE])
    channels = st.sampled_from(["email", "email", "email", "sms", "call", "task"])
    places = draw(
        st.lists(st.tuples(anchors, channels, st.integers(-10, 40)), min_size=1, max_size=max_steps, unique=True)
    )
    lineages = draw(st.permutations(range(1, len(places) + 1)))
    return [
        Step(lineage, abs(offset) if anchor is Anchor.ISSUE else offset, draw(st.sampled_from(Tone)), channel, anchor)
        for lineage, (anchor, channel, offset) in zip(lineages, places, strict=True)
        if anchor is Anchor.DUE or (anchor, channel, -offset) not in places or offset <= 0
    ]
