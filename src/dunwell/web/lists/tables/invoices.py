"""Invoices: what is owed, by state and age."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from dunwell.insights import invoices as insights
from dunwell.insights import past
from dunwell.insights.search import invoices_matching
from dunwell.ledger.models import HoldReason
from dunwell.rules.aging import BUCKETS
from dunwell.rules.kpis import DAYS_AFTER_NOTICE, DAYS_TO_PAY
from dunwell.web.access import Desk
from dunwell.web.lists.shown import Shown
from dunwell.web.lists.table import Choices, Column, Empty, Filter, Rows, Sort, Table
from dunwell.web.lists.tables import filters
from dunwell.web.lists.tables.invoice_bulk import INVOICE_BULK
from dunwell.web.templatetags.figures import write_day

STATES: Choices = (
    ("open", "Open"),
    ("overdue", "Overdue"),
    ("not_due", "Not yet due"),
    ("partially_paid", "Partially paid"),
    ("paid", "Paid"),
    ("written_off", "Written off"),
    ("void", "Void"),
    ("all", "All"),
)
HELD: Choices = (("any", "On hold"), *((reason.value, f"On hold: {reason.label.lower()}") for reason in HoldReason))


def rows(desk: Desk) -> Rows:
    """The invoices this person may see: the list, and search, begin here."""
    return insights.invoices(desk.scope)


def figures_of(desk: Desk) -> dt.date:
    """The day of the figures on Home, so that both agree."""
    return desk.book.as_of or desk.today


def _of_state(desk: Desk, found: Rows, value: str) -> Rows:
    return insights.in_state(found, value, figures_of(desk))


def _of_age(desk: Desk, found: Rows, value: str) -> Rows:
    return insights.of_age(found, value, figures_of(desk))


def _held(desk: Desk, found: Rows, value: str) -> Rows:
    return insights.held(found, figures_of(desk), reason="" if value == "any" else value)


def _open_then(desk: Desk, found: Rows, _first: dt.date, last: dt.date, part: str) -> Rows:
    return past.open_on(desk.organization, found, last, part)


def _paid_up(desk: Desk, found: Rows, first: dt.date, last: dt.date, part: str) -> Rows:
    return past.paid_up(desk.organization, found, first, last, part)


def _first_noticed(desk: Desk, found: Rows, first: dt.date, last: dt.date, part: str) -> Rows:
    within = int(part) if part else None
    return past.first_noticed(desk.organization, found, first, last, paid_within=within, as_of=figures_of(desk))


def _lead(desk: Desk) -> str:
    day = figures_of(desk)
    return "" if day == desk.today else f"As of {write_day(day, desk.organization.locale)}, the last pass"


def _lines(desk: Desk, found: Iterable[Any]) -> Iterator[Any]:
    as_of = figures_of(desk)
    for invoice in found:
        invoice.days_overdue = max((as_of - invoice.due_on).days, 0) if invoice.balance else 0
        yield invoice


def _context(desk: Desk, shown: Shown) -> dict[str, Any]:
    del shown
    return {"as_of": figures_of(desk)}


def _search(desk: Desk, found: Rows, text: str) -> Rows:
    return invoices_matching(desk.scope, text, found)


# What the figures of past days are made of: nothing but their links leads here
OPEN_THEN = filters.in_time(
    "stood",
    "Open at the end of",
    {"overdue": "overdue", **{bucket.name: bucket.label.lower() for bucket in BUCKETS}},
    _open_then,
)
PAID_UP = filters.in_time(
    "paid",
    "Paid up",
    {"on_time": "on time", "late": "late", **{band.name: f"after {band.label.lower()}" for band in DAYS_TO_PAY}},
    _paid_up,
)
INVOICED = filters.on_days(
    "invoiced", "Issued or voided", lambda _desk, found, first, last: past.invoiced(found, first, last)
)
FIRST_NOTICED = filters.in_time(
    "noticed",
    "First notice",
    {str(within): f"paid within {within} days" for within in DAYS_AFTER_NOTICE},
    _first_noticed,
)

CUSTOMER = Column(
    "customer",
    "Customer",
    "web/cells/of_customer.html",
    files=(("customer", lambda row: row.customer.name),),
)
BALANCE = Column(
    "balance",
    "Balance",
    "web/cells/invoice_balance.html",
    files=(("currency", lambda row: row.currency), ("balance", lambda row: row.balance)),
    sort=Sort(("balance",), starts_down=True),
    css="num strong end",
)

INVOICES = Table(
    name="invoices",
    title="Invoices",
    one="invoice",
    many="invoices",
    rows=rows,
    complete=lambda _desk, found: found.select_related("customer"),
    lines=_lines,
    search=_search,
    search_hint="Invoice number or customer",
    lead=_lead,
    context=_context,
    sort="due",
    bulk=INVOICE_BULK,
    columns=(
        Column(
            "number",
            "Invoice",
            "web/cells/invoice_number.html",
            files=(("number", lambda row: row.number),),
            sort=Sort(("number",)),
        ),
        CUSTOMER,
        Column(
            "status",
            "Status",
            "web/cells/invoice_status.html",
            files=(("status", lambda row: row.status),),
            css="end",
        ),
        Column(
            "issued",
            "Issued",
            "web/cells/invoice_issued.html",
            files=(("issued_on", lambda row: row.issued_on),),
            sort=Sort(("issued_on",), starts_down=True),
            css="quiet wide-only",
        ),
        Column(
            "due",
            "Due",
            "web/cells/invoice_due.html",
            files=(("due_on", lambda row: row.due_on), ("days_overdue", lambda row: row.days_overdue)),
            sort=Sort(("due_on",)),
        ),
        Column(
            "total",
            "Total",
            "web/cells/invoice_total.html",
            files=(("currency", lambda row: row.currency), ("total", lambda row: row.total)),
            css="num quiet wide-only",
        ),
        BALANCE,
        Column(
            "then",
            "Open then",
            "web/cells/invoice_then.html",
            files=(("currency", lambda row: row.currency), ("open_then", lambda row: row.balance_then)),
            css="num strong end",
            needs=OPEN_THEN.name,
        ),
        Column(
            "applied",
            "Paid and credited",
            "web/cells/invoice_applied.html",
            files=(("currency", lambda row: row.currency), ("applied", lambda row: row.applied)),
            css="num wide-only",
            shown=False,
        ),
        Column(
            "settled",
            "Settled",
            "web/cells/invoice_settled.html",
            files=(("settled_on", lambda row: row.settled_on),),
            css="quiet wide-only",
            shown=False,
        ),
        Column(
            "description",
            "Description",
            "web/cells/invoice_description.html",
            files=(("description", lambda row: row.description),),
            css="span",
            shown=False,
        ),
    ),
    filters=(
        filters.of_choices("state", "State", STATES, _of_state, default=insights.OPEN),
        filters.of_choices(
            "age", "Age", tuple((bucket.name, bucket.label) for bucket in BUCKETS), _of_age, anything="Any age"
        ),
        filters.currency(lambda _desk, found, value: found.filter(currency=value)),
        Filter("held", "Hold", _held, told=lambda _desk, value: dict(HELD).get(value, "")),
        filters.on_days("settled", "Settled", filters.by_date("settled_on")),
        OPEN_THEN,
        PAID_UP,
        INVOICED,
        FIRST_NOTICED,
        filters.OF_CUSTOMER,
        filters.BROUGHT_BY,
    ),
    empty=Empty(
        symbol="file-invoice",
        title="No open invoices",
        text="Import a file of your invoices, and they are listed here.",
        url="imports",
        label="Import a file",
        fits_none="No invoice fits",
        hint="Search finds exact invoice numbers and the beginnings of words in customers’ names.",
    ),
)
