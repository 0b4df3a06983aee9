"""The charts of Insights. Each is None where its data show nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from babel.dates import format_date

from dunwell.followup.models import BookDay
from dunwell.insights.trends import Month, PaidBand, age_days
from dunwell.rules.aging import BUCKETS
from dunwell.rules.kpis import DAYS_AFTER_NOTICE, ZERO, SalesOutstanding, share
from dunwell.web.access import Desk
from dunwell.web.behind import Behind
from dunwell.web.charts import Chart, Column, Links, Series
from dunwell.web.templatetags.changes import in_days, in_percent
from dunwell.web.templatetags.figures import write_day, write_money

AGE_COLORS = ("aging-not-due", "aging-1-30", "aging-31-60", "aging-61-90", "aging-over-90")
NOTICE_COLORS = ("series-main", "series-quiet", "series-faint")
DAY = dt.timedelta(days=1)


def aging(desk: Desk, days: Sequence[BookDay], as_of: dt.date, first: dt.date, currency: str) -> Chart | None:
    locale, behind = desk.organization.locale, Behind(desk, currency)
    shown = age_days(days, as_of, first)
    if not any(row.outstanding for row in shown):
        return None

    def column(name: str) -> list[Decimal]:
        return [getattr(row, name) for row in shown]

    return Chart(
        key="aging",
        sentence=f"Outstanding in {currency} by age on {len(shown)} days up to {write_day(as_of, locale)}.",
        points="Day",
        labels=[str(format_date(row.day, "d MMM", locale=locale)) for row in shown],
        names=[write_day(row.day, locale) for row in shown],
        plain_names=[row.day.isoformat() for row in shown],
        series=[
            Series(
                bucket.label,
                color,
                column(bucket.name),
                _money(desk, column(bucket.name), currency),
                [behind.open_on(row.day, bucket.name) for row in shown],
            )
            for bucket, color in zip(BUCKETS, AGE_COLORS, strict=True)
        ],
        kind="bar",
        stacked=True,
        more=[
            Column(
                "Outstanding",
                _money(desk, column("outstanding"), currency),
                column("outstanding"),
                [behind.open_on(row.day) for row in shown],
            )
        ],
    )


def received(desk: Desk, months: Sequence[Month], currency: str) -> Chart | None:
    if not any(month.received for month in months):
        return None
    behind = Behind(desk, currency)
    amounts = [month.received for month in months]
    return _by_month(
        desk,
        months,
        key="received",
        sentence=f"Money received in {currency} by month.",
        series=[
            Series(
                "Received",
                "series-good",
                amounts,
                _money(desk, amounts, currency),
                [behind.received(month.since, month.last) for month in months],
            )
        ],
        kind="bar",
        more=[_invoiced(desk, months, currency)],
    )


def days_to_pay(desk: Desk, bands: Sequence[PaidBand], first: dt.date, as_of: dt.date, currency: str) -> Chart | None:
    if not any(band.invoices for band in bands):
        return None
    labels = [band.label for band in bands]
    counts, shares = [band.invoices for band in bands], [band.share for band in bands]
    links = [Behind(desk, currency).paid_up(first, as_of, band.name, band.invoices) for band in bands]
    return Chart(
        key="days-to-pay",
        sentence="Invoices paid, by days from issue to payment.",
        points="Days to pay",
        labels=[label.removesuffix(" days") for label in labels],
        names=labels,
        series=[Series("Invoices", "series-main", counts, [f"{count:,}" for count in counts], links)],
        kind="bar",
        unit="count",
        more=[Column("Share", [in_percent(part) for part in shares], shares, links)],
    )


def on_time(desk: Desk, months: Sequence[Month], currency: str) -> Chart | None:
    if not any(month.paid_invoices for month in months):
        return None
    shares, days = [month.share_on_time for month in months], [month.days_to_pay for month in months]
    paid = [month.paid_invoices for month in months]
    behind = Behind(desk, currency)
    in_time = [behind.paid_up(month.since, month.last, "on_time", month.paid_on_time) for month in months]
    all_paid = [behind.paid_up(month.since, month.last, rows=month.paid_invoices) for month in months]
    return _by_month(
        desk,
        months,
        key="on-time",
        sentence="Share of invoices paid on time by month.",
        series=[Series("Paid on time", "series-main", shares, [in_percent(part) for part in shares], in_time)],
        unit="percent",
        more=[
            Column("Invoices paid", [f"{count:,}" for count in paid], paid, all_paid),
            Column("Average days to pay", [in_days(value) for value in days], days, all_paid),
        ],
    )


def after_notice(desk: Desk, months: Sequence[Month], currency: str) -> Chart | None:
    months = [month for month in months if month.noticed]
    if not any(any(month.paid_after_notice) for month in months):
        return None
    noticed, behind = [month.noticed for month in months], Behind(desk, currency)
    series = []
    for index, (within, color) in enumerate(zip(DAYS_AFTER_NOTICE, NOTICE_COLORS, strict=True)):
        shares = [share(month.paid_after_notice[index], month.noticed) for month in months]
        links = [behind.noticed(month.since, month.last, within, month.paid_after_notice[index]) for month in months]
        series.append(Series(f"Within {within} days", color, shares, [in_percent(part) for part in shares], links))
    return _by_month(
        desk,
        months,
        key="after-notice",
        sentence="Share of invoices paid within 7, 14 and 30 days of their first notice, by the notice’s month.",
        series=series,
        kind="bar",
        unit="percent",
        more=[
            Column(
                "Invoices noticed",
                [f"{count:,}" for count in noticed],
                noticed,
                [behind.noticed(month.since, month.last, rows=month.noticed) for month in months],
            )
        ],
    )


def dso(
    desk: Desk,
    months: Sequence[Month],
    found: Sequence[tuple[SalesOutstanding | None, SalesOutstanding | None]],
    currency: str,
) -> Chart | None:
    """What is known only as "over so many days" is not drawn; the table says it, and has what it is counted from."""
    if not any(whole for whole, _ in found):
        return None
    behind = Behind(desk, currency)
    outstanding = [behind.open_on(month.last) for month in months]
    not_due = [behind.open_on(month.last, "not_due") for month in months]

    def line(name: str, color: str, values: Sequence[SalesOutstanding | None], links: Links) -> Series:
        drawn = [None if value is None or value.at_least else value.days for value in values]
        return Series(name, color, drawn, [in_days(value) for value in values], links)

    def amounts(name: str, found: Sequence[Decimal], links: Links) -> Column:
        return Column(name, _money(desk, found, currency), found, links)

    return _by_month(
        desk,
        months,
        key="dso",
        sentence="Days sales outstanding by month, beside the best possible.",
        series=[
            line("DSO", "series-second", [whole for whole, _ in found], outstanding),
            line("Best possible", "series-main", [best for _, best in found], not_due),
        ],
        unit="days",
        more=[
            amounts("Open at the end", [month.outstanding for month in months], outstanding),
            amounts("Of it not yet due", [month.not_due for month in months], not_due),
            _invoiced(desk, months, currency),
        ],
    )


def effectiveness(desk: Desk, months: Sequence[Month], currency: str) -> Chart | None:
    """The table has the four amounts that the share is made of."""
    known = [month for month in months if month.effectiveness is not None]
    if not known:
        return None
    values, behind = [month.effectiveness for month in known], Behind(desk, currency)
    still_open = [behind.open_on(month.last) for month in known]
    before = [month.outstanding_before or ZERO for month in known]
    after, not_due = [month.outstanding for month in known], [month.not_due for month in known]
    return _by_month(
        desk,
        known,
        key="effectiveness",
        sentence="Collection effectiveness by month.",
        series=[Series("Effectiveness", "series-main", values, [in_percent(value) for value in values], still_open)],
        unit="percent",
        more=[
            Column(
                "Open at the start",
                _money(desk, before, currency),
                before,
                [behind.open_on(month.first - DAY) for month in known],
            ),
            _invoiced(desk, known, currency),
            Column("Open at the end", _money(desk, after, currency), after, still_open),
            Column(
                "Of it not yet due",
                _money(desk, not_due, currency),
                not_due,
                [behind.open_on(month.last, "not_due") for month in known],
            ),
        ],
    )


def _invoiced(desk: Desk, months: Sequence[Month], currency: str) -> Column:
    """What was invoiced less what was voided."""
    amounts, behind = [month.invoiced for month in months], Behind(desk, currency)
    links = [behind.invoiced(month.since, month.last) for month in months]
    return Column("Invoiced", _money(desk, amounts, currency), amounts, links)


def _money(desk: Desk, amounts: Sequence[Decimal], currency: str) -> list[str]:
    return [write_money(amount, currency, desk.organization.locale) for amount in amounts]


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
        names=[str(format_date(month.first, "MMM yyyy", locale=locale)) for month in months],
        plain_names=[f"{month.first:%Y-%m}" for month in months],
        series=series,
        kind=kind,
        unit=unit,
        more=more,
    )
