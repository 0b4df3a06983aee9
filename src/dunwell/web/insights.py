"""Insights: how the book has moved, month by month; each chart with its table, and the table as a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponseBase

from dunwell.followup.models import BookDay
from dunwell.insights import kpis, trends
from dunwell.insights.trends import Month
from dunwell.rules.kpis import month_starts
from dunwell.rules.permissions import Permission
from dunwell.web import insights_charts as charts
from dunwell.web.access import Desk, access
from dunwell.web.charts import Chart
from dunwell.web.lists.files import csv_of_lines

PERIODS = {"3": "3 months", "6": "6 months", "12": "12 months"}
DEFAULT_PERIOD = "6"


@dataclass(frozen=True)
class Period:
    """What one currency's charts are drawn from: `count` months up to `as_of`, as far back as the book knows them."""

    currency: str
    count: int
    as_of: dt.date
    first: dt.date
    known_from: dt.date
    days: list[BookDay]
    months: list[Month]


DRAW: dict[str, Callable[[Desk, Period], Chart | None]] = {
    "aging": lambda desk, period: charts.aging(desk, period.days, period.as_of, period.first, period.currency),
    "received": lambda desk, period: charts.received(desk, period.months, period.currency),
    "days-to-pay": lambda desk, period: charts.days_to_pay(
        desk, trends.paid_bands(period.days, period.first), period.first, period.as_of, period.currency
    ),
    "on-time": lambda desk, period: charts.on_time(desk, period.months, period.currency),
    "after-notice": lambda desk, period: charts.after_notice(desk, period.months, period.currency),
    "dso": lambda desk, period: charts.dso(
        desk,
        period.months,
        trends.outstanding_days(period.days, period.months, period.known_from),
        period.currency,
    ),
    "effectiveness": lambda desk, period: charts.effectiveness(desk, period.months, period.currency),
}
# The name of each chart's meaning in rules.kpis_words
MEANS = {
    "aging": "aging",
    "received": "received",
    "days-to-pay": "paid_bands",
    "on-time": "on_time_trend",
    "after-notice": "after_notice",
    "dso": "dso_trend",
    "effectiveness": "effectiveness",
}
NOTHING = {
    "aging": "Nothing was outstanding in this time.",
    "received": "No payment came in during this time.",
    "days-to-pay": "No invoice was fully paid in this time.",
    "on-time": "No invoice was fully paid in this time.",
    "after-notice": "No invoice was paid within 30 days of a first notice of this time yet.",
    "dso": "No sales are known of this time.",
    "effectiveness": "It needs a month with a known beginning and something that could have come in.",
}


def insights(request: HttpRequest, slug: str) -> HttpResponseBase:
    desk = access(request, slug, Permission.SEE_EVERY_CUSTOMER)
    whole = desk.book
    if whole.as_of is None:
        return desk.render("web/insights.html", {"place": "insights", "period": None})
    chosen = request.GET.get("period", "")
    chosen = chosen if chosen in PERIODS else DEFAULT_PERIOD
    currencies = [total.currency for total in whole.totals]
    currency = request.GET.get("currency", "")
    period = _period(desk, currency if currency in currencies else currencies[0], int(chosen), whole.as_of)
    if file := request.GET.get("csv", ""):
        return _csv(request, desk, period, file)
    return desk.render(
        "web/insights.html",
        {
            "place": "insights",
            "period": period,
            "chosen": chosen,
            "periods": PERIODS,
            "currencies": currencies,
            "panels": [(key, MEANS[key], draw(desk, period), NOTHING[key]) for key, draw in DRAW.items()],
        },
    )


def _period(desk: Desk, currency: str, count: int, as_of: dt.date) -> Period:
    known_from = kpis.known_from(desk.organization) or as_of
    days = kpis.days_of(desk.organization, currency, as_of, known_from)
    first = max(month_starts(as_of, count)[0], known_from)
    return Period(currency, count, as_of, first, known_from, days, trends.months(days, as_of, count))


def _csv(request: HttpRequest, desk: Desk, period: Period, key: str) -> HttpResponseBase:
    """The table behind one chart. Whoever may see the page may not yet take the book away."""
    access(request, desk.organization.slug, Permission.EXPORT_BOOK)
    if key not in DRAW:
        raise Http404
    chart = DRAW[key](desk, period)
    head = [chart.points.lower(), *(column.lower() for column in chart.columns)] if chart else []
    rows = chart.plain_rows if chart else []
    return csv_of_lines(desk, f"{key}-{period.currency}-{period.as_of}", head, rows)
