"""One notice: exactly as it goes."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.html import escape
from django.views.decorators.clickjacking import xframe_options_sameorigin

from dunwell.followup.models import Notice, NoticeState
from dunwell.insights import notices as insights
from dunwell.insights.print_batches import batch_of
from dunwell.rules.channels import Channel
from dunwell.rules.permissions import Permission
from dunwell.rules.sms import length_of
from dunwell.web.access import Desk, access
from dunwell.web.middleware import HEADER, MAIL_POLICY
from dunwell.workflows.sender import sender_of

# What a person may still change
TOUCHABLE = (NoticeState.COMPOSED, NoticeState.AWAITING_APPROVAL, NoticeState.QUEUED)


def notice_or_404(desk: Desk, notice_id: int) -> Notice:
    found = insights.notice(desk.scope, notice_id)
    if found is None:
        raise Http404
    return found


def notice(request: HttpRequest, slug: str, notice_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.READ_NOTICES)
    found = notice_or_404(desk, notice_id)
    return desk.render("web/notice.html", _context(desk, found))


def _context(desk: Desk, found: Notice) -> dict[str, Any]:
    deliveries = insights.deliveries(desk.scope, found)
    touchable = found.state in TOUCHABLE
    settles = desk.may(Permission.RESOLVE_UNCERTAIN)
    window_open = found.opens_at <= desk.now < found.closes_at
    items = insights.items(desk.scope, found)
    for item in items:
        item.dialog = f"drop-{item.invoice_id}"  # type: ignore[attr-defined]
    return {
        "place": "followup",
        "notice": found,
        "sender": sender_of(desk.organization).named(found.sender_id),
        "length": length_of(found.body_text) if found.channel == Channel.SMS else None,
        "items": items,
        "files": insights.files(desk.scope, found),
        "deliveries": deliveries,
        "batch_of": batch_of(desk.scope, found),
        "events": insights.delivery_events(desk.scope, deliveries),
        "last_error": next((entry.message.last_error for entry in reversed(deliveries)), ""),
        "as_text": desk.request.GET.get("view") == "text" or not found.body_html,
        "can_approve": found.state == NoticeState.AWAITING_APPROVAL and desk.may(Permission.APPROVE_NOTICES),
        "can_edit": touchable and desk.may(Permission.EDIT_NOTICES),
        "can_send": touchable
        and desk.settings.may_send
        and desk.may(Permission.SEND_NOW)
        and (window_open or desk.may(Permission.OVERRIDE_LIMITS)),
        "window_open": window_open,
        "can_settle": found.state == NoticeState.UNCERTAIN and settles,
        "can_try_again": found.state == NoticeState.FAILED and settles,
    }


@xframe_options_sameorigin
def mail(request: HttpRequest, slug: str, notice_id: int) -> HttpResponse:
    """The mail's HTML alone, for the frame on the notice's page: no script, no form, no request to elsewhere."""
    desk = access(request, slug, Permission.READ_NOTICES)
    found = notice_or_404(desk, notice_id)
    response = HttpResponse(found.body_html or f"<pre>{escape(found.body_text)}</pre>")
    response.headers[HEADER] = MAIL_POLICY
    return response
