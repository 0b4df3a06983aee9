"""Defaulters: who is so late that somebody has to act."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from dunwell.insights import customers as insights
from dunwell.insights.book import currencies
from dunwell.ledger.models import Customer
from dunwell.rules.permissions import Permission
from dunwell.rules.standing import Standing
from dunwell.web import lists, words
from dunwell.web.access import Desk, access
from dunwell.web.lists import Sort

SORTS = {
    "days": Sort(("standing__oldest_due_on",)),
    "name": Sort(("name_key",)),
}
BY_CURRENCY = {"overdue": Sort(("balances__overdue",), starts_down=True)}
HEAD = (
    "customer",
    "number",
    "standing",
    "currency",
    "overdue",
    "outstanding",
    "oldest_due_on",
    "email",
    "last_contact",
)
STANDINGS = ("defaulter", "late", "on_hold")


def defaulters(request: HttpRequest, slug: str) -> HttpResponseBase:
    export = request.GET.get("format") == "csv"
    desk = access(request, slug, Permission.EXPORT_BOOK if export else Permission.VIEW_BOOK)
    query = request.GET
    standing = query.get("standing", "")
    standing = standing if standing in STANDINGS else Standing.DEFAULTER.value
    currency = query.get("currency", "")[:3]
    rows = insights.customer_list(desk.scope, standing=standing, currency=currency, search=query.get("q", ""))
    rows = insights.with_contacts(desk.scope, rows)
    sorts = SORTS | (BY_CURRENCY if currency else {})
    if export:
        exported = lists.ordered(rows, query, sorts, "days").iterator(chunk_size=500)
        return lists.csv_response(request, f"{standing}-{desk.today}", HEAD, _lines(exported))
    page = lists.listing(rows, query, sorts, "days")
    _add_next_actions(desk, page.rows)
    return desk.render(
        "web/defaulters.html",
        {
            "place": "defaulters",
            "listing": page,
            "standing": standing,
            "standings": [(name, words.STANDINGS[name].word) for name in STANDINGS],
            "currency": currency,
            "currencies": currencies(desk.scope),
            "q": query.get("q", ""),
        },
    )


def _add_next_actions(desk: Desk, rows: Sequence[Customer]) -> None:
    upcoming = insights.next_actions(desk.scope, [row.pk for row in rows])
    for row in rows:
        row.next_action = upcoming.get(row.pk)  # type: ignore[attr-defined]


def _lines(customers: Iterable[Any]) -> Iterator[Sequence[object]]:
    """A line for each customer and currency."""
    for customer in customers:
        email = next((contact.email for contact in customer.reached_by if contact.email), "")
        for balance in customer.owed:
            yield (
                customer.name,
                customer.number,
                customer.standing.standing,
                balance.currency,
                f"{balance.overdue:f}",
                f"{balance.outstanding:f}",
                balance.oldest_due_on,
                email,
                customer.last_contact_on,
            )
