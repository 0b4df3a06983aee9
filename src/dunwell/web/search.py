"""Search: one field for customers and invoices."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from dunwell.insights import customers, invoices
from dunwell.web.access import access

MOST = 20


def search(request: HttpRequest, slug: str) -> HttpResponse:
    """Found customers and invoices; a single find is opened at once."""
    desk = access(request, slug)
    text = request.GET.get("q", "").strip()[:200]
    found_customers = []
    found_invoices = []
    if text:
        found_customers = list(customers.customer_list(desk.scope, search=text).order_by("name_key", "pk")[: MOST + 1])
        found_invoices = list(
            invoices.invoice_list(desk.scope, desk.today, state="all", search=text).order_by(
                "settled_on", "due_on", "pk"
            )[: MOST + 1]
        )
        exact = [invoice for invoice in found_invoices if invoice.number == text]
        if exact and not found_customers:
            return redirect(desk.url("web:invoice", exact[0].pk))
        if len(found_customers) == 1 and not exact:
            return redirect(desk.url("web:customer", found_customers[0].pk))
    return desk.render(
        "web/search.html",
        {
            "place": "search",
            "query": text,
            "customers": found_customers[:MOST],
            "invoices": found_invoices[:MOST],
            "more_customers": len(found_customers) > MOST,
            "more_invoices": len(found_invoices) > MOST,
        },
    )
