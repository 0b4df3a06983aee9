"""Search: one field for customers, invoices, people and messages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from dunwell.insights.customers import balances_prefetch
from dunwell.insights.search import (
    contacts_matching,
    customers_matching,
    invoices_matching,
    messages_matching,
)
from dunwell.ledger.models import Contact
from dunwell.rules.permissions import Permission
from dunwell.web.access import Desk, access
from dunwell.web.lists.table import Rows
from dunwell.web.lists.tables import customers, invoices, messages

MOST = 10
# More than fast typing, less than a program that reads the book letter by letter
MOST_A_MINUTE = 120
MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Found:
    """Rows of one kind, at most MOST; `more` says that there are others."""

    rows: Sequence[Any] = ()
    more: bool = False


def search(request: HttpRequest, slug: str) -> HttpResponse:
    """What fits, by kind; a single find is opened at once."""
    desk = access(request, slug)
    text = request.GET.get("q", "").strip()[:200]
    if text:
        desk.limit("search", MOST_A_MINUTE, MINUTE, f"More than {MOST_A_MINUTE} searches in a minute.")
    found = _find(desk, text) if text else {}
    if page := _only_find(desk, text, found):
        return redirect(page)
    anything = any(one.rows for one in found.values())
    return desk.render("web/search.html", {"place": "search", "query": text, "anything": anything, **found})


def _find(desk: Desk, text: str) -> dict[str, Found]:
    scope = desk.scope
    found = {
        "customers": _first(
            customers_matching(scope, text, customers.rows(desk))
            .select_related("standing")
            .prefetch_related(balances_prefetch(scope))
            .order_by("name_key", "pk")
        ),
        "invoices": _first(
            invoices_matching(scope, text, invoices.rows(desk))
            .select_related("customer")
            .order_by(F("settled_on").desc(nulls_first=True), "due_on", "pk")
        ),
        "contacts": _first(
            contacts_matching(scope, text, scope.rows(Contact)).select_related("customer").order_by("pk")
        ),
    }
    if desk.may(Permission.READ_NOTICES):
        rows = messages_matching(scope, text, messages.rows(desk))
        found["mails"] = _first(rows.select_related("customer").order_by("-pk"))
    return found


def _first(rows: Rows) -> Found:
    some = list(rows[: MOST + 1])
    return Found(some[:MOST], len(some) > MOST)


def _only_find(desk: Desk, text: str, found: dict[str, Found]) -> str:
    """The page of what was meant without doubt: the only customer, or the invoice with exactly this number."""
    if not found:
        return ""
    people, bills = found["customers"].rows, found["invoices"].rows
    exact = [invoice for invoice in bills if invoice.number == text]
    if exact and not people:
        return desk.url("web:invoice", exact[0].pk)
    if len(people) == 1 and not exact and all(invoice.customer_id == people[0].pk for invoice in bills):
        return desk.url("web:customer", people[0].pk)
    return ""
