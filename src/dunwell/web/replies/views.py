"""The page of one reply, and what a person does about it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from dunwell.followup.queries.cases import case_of
from dunwell.insights.replies import answered_message
from dunwell.messaging.models import Reply
from dunwell.messaging.services import replies as services
from dunwell.rules.permissions import Permission
from dunwell.web import entries
from dunwell.web.access import Desk, access
from dunwell.web.found import row_or_404
from dunwell.web.lists.tables.replies import state_of
from dunwell.web.replies.forms import ReplyForm
from dunwell.web.templatetags.figures import write_day


def reply(request: HttpRequest, slug: str, reply_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.READ_NOTICES)
    found = row_or_404(desk, Reply, reply_id, "customer", "contact", "dealt_with_by")
    form = ReplyForm(
        request.POST if request.method == "POST" else None, desk=desk, has_customer=found.customer_id is not None
    )
    if request.method == "POST":
        desk.demand(Permission.DO_TASKS)
        if (kept := _kept(desk, found, form)) is not None:
            # Undo would take back a note and a hold and leave the reply dealt with: its page has "Deal with it again"
            return entries.done(desk, _said(desk, kept), then=desk.url("web:replies"), undo_with=None)
    return _show(desk, found, form)


def _kept(desk: Desk, found: Reply, form: ReplyForm) -> services.Dealing | None:
    """What was done, where nothing stands against it."""

    def act(values: dict[str, Any]) -> services.Dealing:
        del values
        dealing = form.dealing()
        services.deal_with(
            organization=desk.organization,
            reply_id=found.pk,
            dealing=dealing,
            by=desk.user,
            as_of=desk.today,
            now=desk.now,
        )
        return dealing

    kept: services.Dealing | None = entries.saved(form, act)
    return kept


def _said(desk: Desk, kept: services.Dealing) -> str:
    held = "Nothing is sent to them while the hold stands. " if kept.hold_reason else ""
    if kept.again_on is not None:
        return f"{held}It is on the worklist again on {write_day(kept.again_on, desk.organization.locale)}."
    return f"{held}The reply is dealt with."


def _show(desk: Desk, found: Reply, form: ReplyForm) -> HttpResponse:
    page = entries.Page(
        f"Reply from {found.customer.name if found.customer else found.sender}",
        "It is dealt with",
        desk.url("web:replies"),
        "Replies",
        place="followup",
        context={
            "reply": found,
            "state": state_of(found),
            "customer": found.customer,
            "answered": answered_message(desk.scope, found),
            "case": case_of(desk.scope, found.customer_id) if found.customer_id else None,
        },
    )
    return entries.show(desk, page, form, "web/replies/reply.html")


@require_POST
def reopen(request: HttpRequest, slug: str, reply_id: int) -> HttpResponse:
    """Back onto the worklist."""
    desk = access(request, slug, Permission.DO_TASKS)
    found = row_or_404(desk, Reply, reply_id)
    return entries.attempt(
        desk,
        lambda: services.reopen(organization=desk.organization, reply_id=found.pk),
        "It is to be dealt with again. Notes and holds that were entered stay.",
        undo_with=None,
        then=desk.url("web:reply", found.pk),
    )
