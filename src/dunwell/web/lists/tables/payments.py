"""Payments: what came in, is on its way, failed or went back."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from dunwell.insights import past
from dunwell.insights import payments as insights
from dunwell.web import words
from dunwell.web.access import Desk
from dunwell.web.lists.shown import Shown
from dunwell.web.lists.table import Choices, Column, Empty, Filter, Rows, Sort, Table
from dunwell.web.lists.tables import filters
from dunwell.web.lists.tables.invoices import CUSTOMER
from dunwell.web.lists.tables.money_bulk import PAYMENT_BULK

STATES: Choices = tuple((name, look.word) for name, look in words.LOOKS["payment"].items())
UNAPPLIED: Choices = (("yes", "Not used up"),)


def rows(desk: Desk) -> Rows:
    """The payments this person may see."""
    return insights.payments(desk.scope)


def _search(desk: Desk, found: Rows, text: str) -> Rows:
    return insights.payments_matching(desk.scope, found, text)


def tabs(desk: Desk, shown: Shown) -> dict[str, Any]:
    """Payments and credit notes stand side by side; filters that both have stay on the way to the other."""
    del desk
    both = {name: shown.value(name) for name in ("customer", "currency", "unapplied")}
    query = urlencode({name: value for name, value in both.items() if value})
    return {"tab": shown.table.name, "tab_query": f"?{query}" if query else ""}


UNAPPLIED_COLUMN = Column(
    "unapplied",
    "Not used up",
    "web/cells/unapplied.html",
    files=(("currency", lambda row: row.currency), ("unapplied", lambda row: row.unapplied)),
    css="num end",
)
NOT_USED_UP = filters.of_choices(
    "unapplied",
    "Unapplied",
    UNAPPLIED,
    lambda _desk, found, _value: found.filter(unapplied__gt=0),
    anything="Used up or not",
)
CURRENCY = filters.currency(lambda _desk, found, value: found.filter(currency=value))

PAYMENTS = Table(
    name="payments",
    title="Payments",
    one="payment",
    many="payments",
    rows=rows,
    complete=lambda _desk, found: found.select_related("customer"),
    search=_search,
    search_hint="Reference or customer",
    tabs="web/payments_tabs.html",
    context=tabs,
    sort="-day",
    bulk=PAYMENT_BULK,
    columns=(
        Column(
            "reference",
            "Payment",
            "web/cells/payment_reference.html",
            files=(("reference", lambda row: row.reference),),
            sort=Sort(("reference",)),
        ),
        CUSTOMER,
        Column(
            "status",
            "State",
            "web/cells/payment_status.html",
            files=(("status", lambda row: row.status),),
            css="end",
        ),
        Column(
            "day",
            "Date",
            "web/cells/payment_day.html",
            files=(("initiated_on", lambda row: row.initiated_on), ("received_on", lambda row: row.succeeded_on)),
            sort=Sort(("initiated_on",), starts_down=True),
        ),
        Column(
            "amount",
            "Amount",
            "web/cells/payment_amount.html",
            files=(("currency", lambda row: row.currency), ("amount", lambda row: row.amount)),
            sort=Sort(("amount",), starts_down=True),
            sort_needs=CURRENCY.name,
            css="num strong end",
        ),
        UNAPPLIED_COLUMN,
        Column(
            "method",
            "Method",
            "web/cells/payment_method.html",
            files=(("method", lambda row: row.method),),
            css="quiet wide-only",
            shown=False,
        ),
    ),
    filters=(
        filters.of_choices(
            "state",
            "State",
            STATES,
            lambda _desk, found, value: found.filter(status=value),
            anything="Any state",
        ),
        NOT_USED_UP,
        CURRENCY,
        filters.on_days("received", "Received", filters.by_date("succeeded_on")),
        filters.on_days(
            "moved", "Came in or went back", lambda _desk, found, first, last: past.moved_money(found, first, last)
        ),
        filters.OF_CUSTOMER,
        filters.BROUGHT_BY,
        Filter(
            "opening",
            "Origin",
            lambda _desk, found, value: found.filter(is_opening=value == "yes"),
            told=lambda _desk, value: {"yes": "before this book", "no": "since this book began"}.get(value, ""),
        ),
    ),
    empty=Empty(
        symbol="cash",
        title="No payments yet",
        text="They come with an import, or are recorded on an invoice. Each shows the invoices it settled.",
        fits_none="No payment fits",
        hint="Search finds exact references and the beginnings of words in customers’ names.",
    ),
)
