"""Credit notes: what makes a debt smaller without money."""

from __future__ import annotations

from dunwell.insights import payments as insights
from dunwell.web.access import Desk
from dunwell.web.lists.table import Choices, Column, Empty, Rows, Sort, Table
from dunwell.web.lists.tables import filters
from dunwell.web.lists.tables.invoices import CUSTOMER
from dunwell.web.lists.tables.money_bulk import CREDIT_NOTE_BULK
from dunwell.web.lists.tables.payments import CURRENCY, NOT_USED_UP, UNAPPLIED_COLUMN, tabs

STATES: Choices = (("valid", "Valid"), ("void", "Void"))


def rows(desk: Desk) -> Rows:
    """The credit notes this person may see."""
    return insights.credit_notes(desk.scope)


def _search(desk: Desk, found: Rows, text: str) -> Rows:
    return insights.credit_notes_matching(desk.scope, found, text)


CREDIT_NOTES = Table(
    name="credit_notes",
    title="Credit notes",
    one="credit note",
    many="credit notes",
    place="payments",
    rows=rows,
    complete=lambda _desk, found: found.select_related("customer"),
    search=_search,
    search_hint="Number or customer",
    tabs="web/payments_tabs.html",
    context=tabs,
    sort="-day",
    bulk=CREDIT_NOTE_BULK,
    columns=(
        Column(
            "number",
            "Credit note",
            "web/cells/credit_number.html",
            files=(("number", lambda row: row.number),),
            sort=Sort(("number",)),
        ),
        CUSTOMER,
        Column(
            "day",
            "Issued",
            "web/cells/credit_day.html",
            files=(("issued_on", lambda row: row.issued_on), ("voided_on", lambda row: row.voided_on)),
            sort=Sort(("issued_on",), starts_down=True),
        ),
        Column(
            "amount",
            "Amount",
            "web/cells/credit_amount.html",
            files=(("currency", lambda row: row.currency), ("total", lambda row: row.total)),
            sort=Sort(("total",), starts_down=True),
            sort_needs=CURRENCY.name,
            css="num strong end",
        ),
        UNAPPLIED_COLUMN,
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
        filters.of_choices(
            "state",
            "State",
            STATES,
            lambda _desk, found, value: found.filter(voided_on__isnull=value == "valid"),
            anything="Any state",
        ),
        NOT_USED_UP,
        CURRENCY,
        filters.OF_CUSTOMER,
        filters.BROUGHT_BY,
    ),
    empty=Empty(
        symbol="receipt-refund",
        title="No credit notes yet",
        text="A credit note makes a debt smaller without money; it nets the oldest invoices first.",
        fits_none="No credit note fits",
        hint="Search finds exact numbers and the beginnings of words in customers’ names.",
    ),
)
