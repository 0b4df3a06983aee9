"""A customer's standing and habit of paying, in words and as a chart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from typing import Any

from dunwell.followup.models import CustomerStanding
from dunwell.insights.payers import paid_invoices
from dunwell.ledger.models import Hold, HoldReason, Invoice
from dunwell.rules.kpis_customer import by_quarter, habit
from dunwell.rules.standing import Standing, days_past_due
from dunwell.web.access import Desk
from dunwell.web.behind import paid_by
from dunwell.web.charts import Chart, Column, Series
from dunwell.web.templatetags.figures import days, write_day

QUARTERS = 8
DAY = dt.timedelta(days=1)
YEAR = 365 * DAY


def why(
    desk: Desk, standing: CustomerStanding | None, invoices: Sequence[Invoice], holds: Sequence[Hold]
) -> tuple[str, Invoice | None, str]:
    """Why the customer is what it is: words, the invoice that decides, and more words. `invoices`: oldest due first."""
    if standing is None:
        return "Not assessed yet: the next pass says what this customer is.", None, ""
    as_of = desk.book.as_of or desk.today
    deciding = _deciding(standing, invoices, holds)
    if standing.oldest_due_on is None or deciding is None:
        disputed = any(hold.reason == HoldReason.DISPUTE for hold in holds)
        return ("What is open is disputed, and that does not count." if disputed else "Nothing is open."), None, ""
    limits = desk.settings
    late_by = days_past_due(standing.oldest_due_on, as_of)
    grace = f", {late_by - limits.grace_days} after grace" if limits.grace_days else ""
    beyond = f"more than {days(limits.defaulter_after_days)}{' after grace' if limits.grace_days else ''}"
    word = standing.get_standing_display()
    if standing.standing == Standing.DEFAULTER:
        return f"{word} because invoice", deciding, f"is {days(late_by)} overdue{grace}: {beyond} makes a defaulter."
    if standing.standing == Standing.LATE:
        return f"{word} because invoice", deciding, f"is {days(late_by)} overdue{grace}; {beyond} makes a defaulter."
    if late_by > 0:
        return "Invoice", deciding, f"is {days(late_by)} overdue, within the {days(limits.grace_days)} of grace."
    due = write_day(standing.oldest_due_on, desk.organization.locale)
    return (
        (f"{word} because invoice" if standing.standing == Standing.DUE_SOON else "Next, invoice"),
        deciding,
        (f"falls due on {due}."),
    )


def _deciding(standing: CustomerStanding, invoices: Sequence[Invoice], holds: Sequence[Hold]) -> Invoice | None:
    """The oldest open invoice of which something is not disputed."""
    disputed = {hold.invoice_id for hold in holds if hold.reason == HoldReason.DISPUTE and hold.amount is None}
    return next(
        (row for row in invoices if row.due_on == standing.oldest_due_on and row.pk not in disputed),
        None,
    )


def habits(desk: Desk, customer_id: int) -> dict[str, Any]:
    """How the customer paid in the last year, and by quarter in the last two."""
    as_of = desk.today
    paid = paid_invoices(desk.scope, customer_id, as_of - 2 * YEAR - dt.timedelta(days=92), as_of)
    quarters = by_quarter(paid, as_of, QUARTERS)
    year = habit([invoice for invoice in paid if invoice.paid_on > as_of - YEAR])
    behind = partial(paid_by, desk, customer_id, as_of - YEAR + DAY, as_of)
    return {
        "habit": year,
        "habit_paid": behind(rows=year.invoices) if year else None,
        "habit_on_time": behind("on_time", year.on_time) if year else None,
        "habit_chart": _chart(desk, customer_id, quarters) if any(found for _, found in quarters) else None,
    }


def _chart(desk: Desk, customer_id: int, quarters: Sequence[tuple[dt.date, Any]]) -> Chart:
    labels = [f"Q{(first.month - 1) // 3 + 1} {first:%y}" for first, _ in quarters]
    found = [one for _, one in quarters]
    to_pay = [None if one is None else round(one.days_to_pay) for one in found]
    late = [None if one is None else round(one.days_late) for one in found]
    counts = [0 if one is None else one.invoices for one in found]
    on_time = [0 if one is None else one.on_time for one in found]
    stretches = [(first, (first + 93 * DAY).replace(day=1) - DAY) for first, _ in quarters]
    paid = [paid_by(desk, customer_id, *days, rows=n) for days, n in zip(stretches, counts, strict=True)]
    in_time = [paid_by(desk, customer_id, *days, "on_time", n) for days, n in zip(stretches, on_time, strict=True)]
    return Chart(
        key="habit",
        sentence="Average days from issue to payment, by quarter of payment.",
        points="Quarter",
        labels=labels,
        names=[f"Q{(first.month - 1) // 3 + 1} {first:%Y}" for first, _ in quarters],
        series=[Series("Days to pay", "series-main", to_pay, ["–" if n is None else days(n) for n in to_pay], paid)],
        more=[
            Column("Days after due date", ["–" if n is None else f"{n:+d}" if n else "0" for n in late], late, paid),
            Column("Invoices", [f"{n:,}" for n in counts], counts, paid),
            Column("On time", [f"{n:,}" for n in on_time], on_time, in_time),
        ],
    )
