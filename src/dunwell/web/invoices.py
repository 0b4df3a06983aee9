"""Invoices: the list, and what happened to one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase

from dunwell.insights import invoices as insights
from dunwell.insights.book import book
from dunwell.rules.aging import BUCKETS
from dunwell.rules.permissions import Permission
from dunwell.web import lists, waiting_actions
from dunwell.web.access import access
from dunwell.web.lists import Sort

SORTS = {
    "due": Sort(("due_on",)),
    "number": Sort(("number",)),
    "issued": Sort(("issued_on",), starts_down=True),
    "balance": Sort(("balance",), starts_down=True),
}
STATES = (
    ("open", "Open"),
    ("overdue", "Overdue"),
    ("not_due", "Not yet due"),
    ("partially_paid", "Partially paid"),
    ("paid", "Paid"),
    ("written_off", "Written off"),
    ("void", "Void"),
    ("all", "All"),
)
HEAD = ("number", "customer", "issued_on", "due_on", "currency", "total", "balance", "status", "days_overdue")


def invoices(request: HttpRequest, slug: str) -> HttpResponseBase:
    export = request.GET.get("format") == "csv"
    desk = access(request, slug, Permission.EXPORT_BOOK if export else Permission.VIEW_BOOK)
    query = request.GET
    state = query.get("state", "")
    state = state if state in dict(STATES) else insights.OPEN
    age = query.get("age", "")
    currency = query.get("currency", "")[:3]
    whole = book(desk.scope)
    as_of = whole.as_of or desk.today  # the day of the figures on Home, so that both agree
    rows = insights.invoice_list(desk.scope, as_of, state=state, age=age, currency=currency, search=query.get("q", ""))
    if export:
        exported = lists.ordered(rows, query, SORTS, "due").iterator(chunk_size=1000)
        return lists.csv_response(request, f"invoices-{desk.today}", HEAD, _lines(as_of, exported))
    return desk.render(
        "web/invoices.html",
        {
            "place": "invoices",
            "listing": lists.listing(rows, query, SORTS, "due"),
            "state": state,
            "states": STATES,
            "age": age,
            "ages": [(bucket.name, bucket.label) for bucket in BUCKETS],
            "currency": currency,
            "currencies": [total.currency for total in whole.totals],
            "as_of": as_of,
            "q": query.get("q", ""),
            "filtered": bool(state != insights.OPEN or age or currency or query.get("q")),
        },
    )


def _lines(today: Any, rows: Iterable[Any]) -> Iterator[Sequence[object]]:
    for row in rows:
        overdue = max((today - row.due_on).days, 0) if row.balance else 0
        yield (
            row.number,
            row.customer.name,
            row.issued_on,
            row.due_on,
            row.currency,
            f"{row.total:f}",
            f"{row.balance:f}",
            row.status,
            overdue,
        )


def invoice(request: HttpRequest, slug: str, invoice_id: int) -> HttpResponse:
    desk = access(request, slug)
    found = insights.invoice(desk.scope, invoice_id)
    if found is None:
        raise Http404
    return desk.render(
        "web/invoice.html",
        {
            "place": "invoices",
            "invoice": found,
            "overdue": found.balance > 0 and found.due_on < desk.today,
            "allocations": insights.allocations(desk.scope, found),
            "write_offs": insights.write_offs(desk.scope, found),
            "actions": insights.actions(desk.scope, found),
            "asks": waiting_actions.what_happens(desk),
            "notice_items": insights.notice_items(desk.scope, found),
            "holds": insights.holds(desk.scope, found),
        },
    )
