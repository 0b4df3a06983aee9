"""The charts of Insights. Each is None where its data show nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from babel.dates import format_date

from dunwell.followup.models import BookDay
from dunwell.insights.trends import DAYS_AFTER_NOTICE, Month, PaidBand, age_days
from dunwell.rules.aging import BUCKETS
from dunwell.rules.kpis import SalesOutstanding, share
from dunwell.web.access import Desk
from dunwell.web.charts import Chart, Column, Series
from dunwell.web.templatetags.changes import in_days, in_percent
from dunwell.web.templatetags.figures import write_day, write_money

AGE_COLORS = ("aging-not-due", "aging-1-30", "aging-31-60", "aging-61-90", "aging-over-90")
NOTICE_COLORS = ("series-main", "series-quiet", "series-faint")


def aging(desk: Desk, days: Sequence[BookDay], as_of: dt.date, first: dt.date, currency: str) -> Chart | None:
    locale = desk.organization.locale
    shown = age_days(days, as_of, first)
    if not any(row.outstanding for row in shown):
        return None

    def column(name: str) -> list[Decimal]:
        return [getattr(row, name) for row in shown]

    def written(amounts: Sequence[Decimal]) -> list[str]:
        return [write_money(amount, currency, locale) for amount in amounts]

    return Chart(
        key="aging",
        sentence=f"Outstanding in {currency} by age on {len(shown)} days up to {write_day(as_of, locale)}.",
        points="Day",
        labels=[str(format_date(row.day, "d MMM", locale=locale)) for row in shown],
        names=[write_day(row.day, locale) for row in shown],
        plain_names=[row.day.isoformat() for row in shown],
        series=[
            Series(bucket.label, color, column(bucket.name), written(column(bucket.name)))
            for bucket, color in zip(BUCKETS, AGE_COLORS, strict=True)
        ],
        kind="bar",
        stacked=True,
        more=[Column("Outstanding", written(column("outstanding")), column("outstanding"))],
    )


def received(desk: Desk, months: Sequence[Month], currency: str) -> Chart | None:
    if not any(month.received for month in months):
        return None
    locale = desk.organization.locale
    amounts, invoiced = [month.received for month in months], [month.invoiced for month in months]
    return _by_month(
        desk,
        months,
        key="received",
        sentence=f"Money received in {currency} by month.",
        series=[Series("Received", "series-good", amounts, [write_money(a, currency, locale) for a in amounts])],
        kind="bar",
        more=[Column("Invoiced", [write_money(a, currency, locale) for a in invoiced], invoiced)],
    )


def days_to_pay(bands: Sequence[PaidBand]) -> Chart | None:
    if not any(band.invoices for band in bands):
        return None
    labels = [band.label for band in bands]
    counts, shares = [band.invoices for band in bands], [band.share for band in bands]
    return Chart(
        key="days-to-pay",
        sentence="Invoices paid, by days from issue to payment.",
        points="Days to pay",
        labels=[label.removesuffix(" days") for label in labels],
        names=labels,
        series=[Series("Invoices", "series-main", counts, [f"{count:,}" for count in counts])],
        kind="bar",
        unit="count",
        more=[Column("Share", [in_percent(part) for part in shares], shares)],
    )


def on_time(desk: Desk, months: Sequence[Month]) -> Chart | None:
    if not any(month.paid_invoices for month in months):
        return None
    shares, days = [month.share_on_time for month in months], [month.days_to_pay for month in months]
    paid = [month.paid_invoices for month in months]
    return _by_month(
        desk,
        months,
        key="on-time",
        sentence="Share of invoices paid on time by month.",
        series=[Series("Paid on time", "series-main", shares, [in_percent(part) for part in shares])],
        unit="percent",
        more=[
            Column("Invoices paid", [f"{count:,}" for count in paid], paid),
            Column("Average days to pay", [in_days(value) for value in days], days),
        ],
    )


def after_notice(desk: Desk, months: Sequence[Month]) -> Chart | None:
    months = [month for month in months if month.noticed]
    if not any(any(month.paid_after_notice) for month in months):
        return None
    noticed = [month.noticed for month in months]
    series = []
    for index, (within, color) in enumerate(zip(DAYS_AFTER_NOTICE, NOTICE_COLORS, strict=True)):
        shares = [share(month.paid_after_notice[index], month.noticed) for month in months]
        series.append(Series(f"Within {within} days", color, shares, [in_percent(part) for part in shares]))
    return _by_month(
        desk,
        months,
        key="after-notice",
        sentence="Share of invoices paid within 7, 14 and 30 days of their first notice, by the notice’s month.",
        series=series,
        kind="bar",
        unit="percent",
        more=[Column("Invoices noticed", [f"{count:,}" for count in noticed], noticed)],
    )


def dso(
    desk: Desk,
    months: Sequence[Month],
    found: Sequence[tuple[SalesOutstanding | None, SalesOutstanding | None]],
) -> Chart | None:
    """What is known only as "over so many days" is not drawn; the table says it."""
    if not any(whole for whole, _ in found):
        return None

    def line(name: str, color: str, values: Sequence[SalesOutstanding | None]) -> Series:
        drawn = [None if value is None or value.at_least else value.days for value in values]
        return Series(name, color, drawn, [in_days(value) for value in values])

    return _by_month(
        desk,
        months,
        key="dso",
        sentence="Days sales outstanding by month, beside the best possible.",
        series=[
            line("DSO", "series-second", [whole for whole, _ in found]),
            line("Best possible", "series-main", [best for _, best in found]),
        ],
        unit="days",
    )


def effectiveness(desk: Desk, months: Sequence[Month]) -> Chart | None:
    known = [month for month in months if month.effectiveness is not None]
    if not known:
        return None
    values = [month.effectiveness for month in known]
    return _by_month(
        desk,
        known,
        key="effectiveness",
        sentence="Collection effectiveness by month.",
        series=[Series("Effectiveness", "series-main", values, [in_percent(value) for value in values])],
        unit="percent",
    )


def _by_month(
    desk: Desk,
    months: Sequence[Month],
    *,
    key: str,
    sentence: str,
    series: Sequence[Series],
    kind: str = "line",
    unit: str = "",
    more: Sequence[Column] = (),
) -> Chart:
    locale = desk.organization.locale
    return Chart(
        key=key,
        sentence=sentence,
        points="Month",
        labels=[str(format_date(month.first, "MMM", locale=locale)) for month in months],
        names=[str(format_date(month.first, "MMMM yyyy", locale=locale)) for month in months],
        plain_names=[f"{month.first:%Y-%m}" for month in months],
        series=series,
        kind=kind,
        unit=unit,
        more=more,
    )
