"""What happened to one invoice."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from dunwell.followup.queries.cases import case_of
from dunwell.insights import invoices as insights
from dunwell.web import next_action, waiting_actions
from dunwell.web.access import access
from dunwell.web.ledger_entries.shown import of_invoice


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
            "next": next_action.of_invoice(desk, found),
            "case": case_of(desk.scope, found.customer_id) if found.balance > 0 else None,
            "notice_items": insights.notice_items(desk.scope, found),
            **of_invoice(desk, found),
        },
    )
