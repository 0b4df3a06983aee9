"""Merging two customers: choose the one that stays, read what moves, do it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from dunwell.insights import customers as insights
from dunwell.insights.search import customers_matching
from dunwell.ledger.models import Customer
from dunwell.rules.permissions import Permission
from dunwell.web.access import Desk, access
from dunwell.web.customer_edit.views import MOST_CHOICES
from dunwell.web.found import customer_or_404
from dunwell.workflows import merge_customers


def merge(request: HttpRequest, slug: str, customer_id: int) -> HttpResponse:
    """Everything of this customer goes to another one; not undone by a button, so the preview comes first."""
    desk = access(request, slug, Permission.MERGE_CUSTOMERS)
    source = customer_or_404(desk, customer_id)
    chosen = (request.POST if request.method == "POST" else request.GET).get("into", "")
    target = customer_or_404(desk, int(chosen)) if chosen.isascii() and chosen.isdigit() and len(chosen) < 19 else None
    reason = merge_customers.why_not_merged(source, target) if target is not None else ""
    if request.method == "POST" and target is not None and not reason:
        try:
            merge_customers.merge(
                organization=desk.organization, source_id=source.pk, target_id=target.pk, by=desk.user, now=desk.now
            )
        except ValidationError as error:
            reason = " ".join(error.messages)
        else:
            messages.success(request, f"{source.name} is part of {target.name} now. Unsent reminders are written anew.")
            return redirect(desk.url("web:customer", target.pk))
    preview = merge_customers.preview(source, target) if target is not None and not reason else None
    query = request.GET.get("q", "").strip()
    matching = customers_matching(desk.scope, query, insights.customers(desk.scope))
    choices = matching.exclude(pk=source.pk).order_by("name_key", "pk")
    return desk.render(
        "web/customer_edit/merge.html",
        {
            "place": "customers",
            "source": source,
            "target": target,
            "reason": reason,
            "preview": preview,
            "moves": [(name, count, *_listed(desk, source, name)) for name, count in preview.moves] if preview else [],
            "q": query,
            "choices": choices[:MOST_CHOICES] if target is None or reason else (),
        },
        status=422 if request.method == "POST" else 200,
    )


def _listed(desk: Desk, source: Customer, kind: str) -> tuple[str, bool]:
    """Where the rows of a kind stand, and whether that is a list of exactly these."""
    lists = {"invoices": "web:invoices", "payments": "web:payments", "credit notes": "web:credit_notes"}
    if kind in lists:
        everything = "state=all&" if kind == "invoices" else ""
        return f"{desk.url(lists[kind])}?{everything}customer={source.pk}", True
    on_the_page = {"contacts": "#people", "documents": "#documents", "notes and calls": "?story=notes#timeline"}
    place = on_the_page.get(kind, "?story=messages#timeline" if kind == "reminders sent" else "")
    return f"{desk.url('web:customer', source.pk)}{place}", False
