"""Customers: the list, and one customer's whole story."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase

from dunwell.followup.queries.pending import LAST_STEP_DONE
from dunwell.insights import customers as insights
from dunwell.insights.book import currencies
from dunwell.insights.invoices import invoices_of_customer
from dunwell.insights.timeline import customer_timeline
from dunwell.ledger.models import Contact
from dunwell.rules.permissions import Permission
from dunwell.web import lists, shapes, story, words
from dunwell.web.access import access
from dunwell.web.lists import Sort

SORTS = {"name": Sort(("name_key",)), "days": Sort(("standing__oldest_due_on",))}
BY_CURRENCY = {
    "outstanding": Sort(("balances__outstanding",), starts_down=True),
    "overdue": Sort(("balances__overdue",), starts_down=True),
}
HEAD = ("customer", "number", "standing", "on_hold", "currency", "outstanding", "overdue", "unapplied_credit")
MOST_INVOICES = 50


def customers(request: HttpRequest, slug: str) -> HttpResponseBase:
    export = request.GET.get("format") == "csv"
    desk = access(request, slug, Permission.EXPORT_BOOK if export else Permission.VIEW_BOOK)
    query = request.GET
    standing = query.get("standing", "")
    standing = standing if standing in words.STANDINGS or standing == LAST_STEP_DONE else ""
    currency = query.get("currency", "")[:3]
    rows = insights.customer_list(desk.scope, standing=standing, currency=currency, search=query.get("q", ""))
    sorts = SORTS | (BY_CURRENCY if currency else {})
    if export:
        exported = lists.ordered(rows, query, sorts, "name").iterator(chunk_size=500)
        return lists.csv_response(request, f"customers-{desk.today}", HEAD, _lines(exported))
    return desk.render(
        "web/customers.html",
        {
            "place": "customers",
            "listing": lists.listing(rows, query, sorts, "name"),
            "standing": standing,
            "standings": [
                *((name, look.word) for name, look in words.STANDINGS.items()),
                (LAST_STEP_DONE, words.reason_name(LAST_STEP_DONE)),
            ],
            "currency": currency,
            "currencies": currencies(desk.scope),
            "q": query.get("q", ""),
            "filtered": bool(standing or currency or query.get("q")),
        },
    )


def _lines(rows: Iterable[Any]) -> Iterator[Sequence[object]]:
    """A line for each customer and currency; who owes nothing has one without amounts."""
    for row in rows:
        known = getattr(row, "standing", None)
        start = (row.name, row.number, known.standing if known else "", "yes" if known and known.on_hold else "no")
        for owed in row.owed:
            amounts = (owed.outstanding, owed.overdue, owed.unapplied_credit)
            yield (*start, owed.currency, *(f"{amount:f}" for amount in amounts))
        if not row.owed:
            yield (*start, "", "", "", "")


def customer(request: HttpRequest, slug: str, customer_id: int) -> HttpResponse:
    desk = access(request, slug)
    found = insights.customer(desk.scope, customer_id)
    if found is None:
        raise Http404
    owed: list[Any] = found.owed  # type: ignore[attr-defined]
    invoices = list(invoices_of_customer(desk.scope, found.pk)[: MOST_INVOICES + 1])
    timeline = customer_timeline(desk.scope, found.pk, until=_day(request.GET.get("until", "")))
    contacts = Contact.objects.filter(organization=desk.organization, customer=found)
    return desk.render(
        "web/customer.html",
        {
            "place": "customers",
            "customer": found,
            "standing": getattr(found, "standing", None),
            "owed": [balance for balance in owed if balance.outstanding or balance.unapplied_credit],
            "agings": [shapes.aging(desk, balance, linked=False) for balance in owed if balance.outstanding],
            "invoices": invoices[:MOST_INVOICES],
            "more_invoices": len(invoices) > MOST_INVOICES,
            "contacts": contacts.order_by("-is_primary", "pk"),
            "holds": insights.standing_holds(desk.scope, found, desk.today),
            "next_action": insights.next_actions(desk.scope, [found.pk]).get(found.pk),
            "timeline": timeline,
            "entries": [story.told(desk, event) for event in timeline.events],
        },
    )


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
