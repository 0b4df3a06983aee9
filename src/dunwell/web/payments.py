"""One payment or credit note: what it is, and which invoices it reached."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from dunwell.insights import payments as insights
from dunwell.web.access import access


def payment(request: HttpRequest, slug: str, payment_id: int) -> HttpResponse:
    desk = access(request, slug)
    found = insights.payment(desk.scope, payment_id)
    if found is None:
        raise Http404
    return desk.render(
        "web/payment.html",
        {"place": "payments", "payment": found, "reached": insights.reached(desk.scope, found)},
    )


def credit_note(request: HttpRequest, slug: str, credit_note_id: int) -> HttpResponse:
    desk = access(request, slug)
    found = insights.credit_note(desk.scope, credit_note_id)
    if found is None:
        raise Http404
    return desk.render(
        "web/credit_note.html",
        {"place": "payments", "credit": found, "reached": insights.reached(desk.scope, found)},
    )
