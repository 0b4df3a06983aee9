"""Defaulters: who is so late that somebody has to act."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dunwell.insights import customers as insights
from dunwell.web.access import Desk
from dunwell.web.lists.table import Column, Empty, Rows, Sort, Table
from dunwell.web.lists.tables import customers, filters
from dunwell.web.lists.tables.customer_bulk import CUSTOMER_BULK
from dunwell.web.templatetags.figures import days


def _complete(desk: Desk, rows: Rows) -> Rows:
    return insights.with_contacts(desk.scope, insights.with_balances(desk.scope, rows))


def _add_next_actions(desk: Desk, rows: Sequence[Any]) -> None:
    upcoming = insights.next_actions(desk.scope, [row.pk for row in rows])
    for row in rows:
        row.next_action = upcoming.get(row.pk)


def _lead(desk: Desk) -> str:
    grace = f" after {days(desk.settings.grace_days)} of grace" if desk.settings.grace_days else ""
    return f"An undisputed invoice more than {days(desk.settings.defaulter_after_days)} overdue{grace}."


def _email(line: customers.Line) -> str:
    return next((contact.email for contact in line.customer.reached_by if contact.email), "")


DEFAULTERS = Table(
    name="defaulters",
    title="Defaulters",
    one="customer",
    many="customers",
    rows=customers.rows,
    complete=_complete,
    add=_add_next_actions,
    lines=customers.lines,
    search=customers.search,
    search_hint="Name or number",
    lead=_lead,
    sort="days",
    bulk=CUSTOMER_BULK,
    columns=(
        customers.NAME,
        customers.STANDING,
        customers.amounts("overdue", "Overdue"),
        customers.amounts("outstanding", "Outstanding", shown=False),
        Column(
            "days",
            "Oldest invoice due",
            "web/cells/customer_oldest.html",
            files=(("oldest_due_on", lambda line: line.standing.oldest_due_on if line.standing else None),),
            sort=Sort(("standing__oldest_due_on",)),
            css="span nowrap two-lines",
        ),
        Column("contact", "Contact", "web/cells/customer_contact.html", files=(("email", _email),), css="span contact"),
        Column(
            "last_contact",
            "Last contact",
            "web/cells/customer_last_contact.html",
            files=(("last_contact", lambda line: line.customer.last_contact_on),),
            css="wide-only",
        ),
        Column("next", "Next step", "web/cells/customer_next.html", css="span next-step"),
        customers.OWNER_COLUMN,
        customers.TAGS_COLUMN,
    ),
    filters=(
        filters.of_choices("standing", "Standing", customers.LATE, customers.of_standing, default=customers.DEFAULTER),
        customers.CURRENCY,
        customers.OWNER,
        customers.TAG,
    ),
    empty=Empty(
        symbol="circle-check",
        title="Nobody here",
        text="Customers who are overdue for longer than the set days stand here, with what happens next.",
        fits_none="No customer fits",
        hint="Search finds exact numbers and the beginnings of words in names.",
    ),
)
