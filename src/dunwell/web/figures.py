"""The charts of Home, from the rows of each day."""

from __future__ import annotations

import datetime as dt

from babel.dates import format_date

from dunwell.insights import kpis
from dunwell.insights.kpis import Figures
from dunwell.rules.kpis import ZERO
from dunwell.web.access import Desk
from dunwell.web.behind import Behind
from dunwell.web.charts import Chart, Series
from dunwell.web.templatetags.figures import write_day, write_money

WEEKS = 13
WEEK = dt.timedelta(days=7)
DAY = dt.timedelta(days=1)


def outstanding_by_week(desk: Desk, found: Figures) -> Chart | None:
    """Outstanding and overdue on the last 13 week days that equal today; the last point is the figure above it."""
    locale = desk.organization.locale
    days = kpis.weekly(found.days, found.as_of, WEEKS)
    if len(days) < 2:
        return None
    total = next(owed.total for owed in found.owed if owed.currency == found.currency)
    outstanding = [*(row.outstanding for row in days[:-1]), total.outstanding]
    overdue = [*(row.overdue for row in days[:-1]), total.overdue]
    behind = Behind(desk, found.currency)
    return Chart(
        key="outstanding-by-week",
        sentence=f"Outstanding and overdue in {found.currency} over the last {len(days)} weeks.",
        points="Day",
        labels=[str(format_date(row.day, "d MMM", locale=locale)) for row in days],
        names=[write_day(row.day, locale) for row in days],
        series=[
            Series(
                "Outstanding",
                "series-main",
                outstanding,
                [write_money(a, found.currency, locale) for a in outstanding],
                [behind.open_on(row.day) for row in days],
            ),
            Series(
                "Overdue",
                "series-second",
                overdue,
                [write_money(a, found.currency, locale) for a in overdue],
                [behind.open_on(row.day, "overdue") for row in days],
            ),
        ],
    )


def received_by_week(desk: Desk, found: Figures) -> Chart | None:
    """Money received in each calendar week (Monday first), this one last; None where nothing came in."""
    locale = desk.organization.locale
    monday = found.as_of - dt.timedelta(days=found.as_of.weekday())
    mondays = [monday - WEEK * back for back in reversed(range(WEEKS))]
    amounts = [sum((row.received for row in found.days if start <= row.day < start + WEEK), ZERO) for start in mondays]
    if not any(amounts):
        return None
    behind = Behind(desk, found.currency)
    labels = [str(format_date(start, "d MMM", locale=locale)) for start in mondays]
    return Chart(
        key="received-by-week",
        sentence=f"Money received in {found.currency} in each of the last {WEEKS} weeks.",
        points="Week",
        labels=labels,
        names=[f"Week of {label}" for label in labels],
        series=[
            Series(
                "Received",
                "series-good",
                amounts,
                [write_money(a, found.currency, locale) for a in amounts],
                [
                    behind.received(max(start, found.known_from), min(start + WEEK - DAY, found.as_of))
                    for start in mondays
                ],
            )
        ],
        kind="bar",
    )
