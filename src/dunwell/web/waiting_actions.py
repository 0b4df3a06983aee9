"""What a person does about a step that waits: chase an old debt, write in spite of the limits, take it out."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html, format_html_join
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from dunwell.followup.models import Action, ActionState, NoticeState
from dunwell.followup.services import notices as services
from dunwell.insights import notices as insights
from dunwell.rules.permissions import Permission
from dunwell.rules.waiting import Waiting
from dunwell.web import words
from dunwell.web.access import Desk, access
from dunwell.workflows.notices import refresh
from dunwell.workflows.wake import wake_dispatch

BECAME = {
    NoticeState.COMPOSED: "It goes once sending is on.",
    NoticeState.AWAITING_APPROVAL: "It awaits approval.",
    NoticeState.QUEUED: "It goes in its send window, after a last check.",
}


def what_happens(desk: Desk) -> dict[str, str]:
    """The sentences with which each button asks before anything is done."""
    if desk.settings.approval_required:
        then = "awaits approval"
    elif desk.settings.may_send:
        then = "goes in the customer’s send window, after a last check"
    else:
        then = "goes once sending is on"
    return {
        "chase": "From now on this invoice is chased like any other. If nothing else stands against it, its reminder "
        f"is written at once and {then}.",
        "leave": "Every step of this invoice that waits for this decision ends, and nothing is sent. The invoice stays "
        "open in the book.",
        "send": "What waits at this customer only for the interval or the weekly limit is written at once. It does "
        "not go by itself: the notice awaits approval, and your name is kept with it.",
        "drop": "This step ends and is not sent, even when its reason is gone. Later steps of the invoice come due "
        "as always.",
    }


def _step_or_404(desk: Desk, action_id: int) -> Action:
    found = insights.waiting_step(desk.scope, action_id)
    if found is None:
        raise Http404
    return found


def _back(desk: Desk) -> HttpResponse:
    """To the page the button was on."""
    address = desk.request.POST.get("back", "")
    if address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None):
        return redirect(address)
    return redirect(desk.url("web:followup_waiting"))


def _waits_for(desk: Desk, step: Action, *reasons: str) -> bool:
    """Whether that is still so; where it is not, that is said."""
    if step.state == ActionState.WAITING and step.reason in reasons:
        return True
    now = step.get_state_display() if step.state != ActionState.WAITING else words.reason_name(step.reason)
    messages.error(desk.request, f"This step is not where it was: {now.lower()} by now. Nothing was changed.")
    return False


def _tell(desk: Desk, invoice_ids: Iterable[int], done: str) -> None:
    """Bring everything up to now, and say what became of these invoices."""
    refresh(desk.organization, now=desk.now)
    if desk.settings.may_send:
        wake_dispatch(desk.organization)
    steps = insights.steps_under_way(desk.scope, invoice_ids)
    written = {step.notice.pk: step.notice for step in steps if step.notice and step.notice.state in BECAME}
    covered = {step.invoice_id for step in steps if step.notice and step.notice.pk in written}
    reasons = {step.reason for step in steps if step.state == ActionState.WAITING and step.invoice_id not in covered}
    sentences: list[SafeString] = [
        format_html(
            '{} <a class="alert-link" href="{}">Read “{}”</a>',
            BECAME[NoticeState(notice.state)],
            desk.url("web:notice", notice.pk),
            notice.subject,
        )
        for notice in written.values()
    ]
    sentences += [format_html("It waits now: {}", words.explain(reason)) for reason in sorted(reasons)]
    tell = messages.success if written or not reasons else messages.warning
    tell(desk.request, format_html("{} {}", done, format_html_join(" ", "{}", ((one,) for one in sentences))))


@require_POST
def chase(request: HttpRequest, slug: str, action_id: int) -> HttpResponse:
    """A debt from before this book's time is chased like any other from now on."""
    desk = access(request, slug, Permission.CHASE_OLD_DEBT)
    step = _step_or_404(desk, action_id)
    if _waits_for(desk, step, Waiting.OLD_DEBT):
        services.chase_old_debt(organization=desk.organization, invoice_id=step.invoice_id, by=desk.user, now=desk.now)
        _tell(desk, [step.invoice_id], f"Invoice {step.invoice.number} is chased from now on.")
    return _back(desk)


@require_POST
def send(request: HttpRequest, slug: str, action_id: int) -> HttpResponse:
    """Write what waits for the limits of this step's customer; a person reads it before it goes."""
    desk = access(request, slug, Permission.OVERRIDE_LIMITS)
    step = _step_or_404(desk, action_id)
    if not _waits_for(desk, step, *services.SENT_ANYWAY):
        return _back(desk)
    waiting = insights.waiting(desk.scope).filter(customer=step.customer_id, reason__in=services.SENT_ANYWAY)
    invoices = list(waiting.order_by().values_list("invoice", flat=True))
    services.send_despite_limits(
        organization=desk.organization, customer_id=step.customer_id, by=desk.user, now=desk.now
    )
    _tell(desk, invoices, f"{step.customer.name} is written to in spite of the limits.")
    return _back(desk)


@require_POST
def drop(request: HttpRequest, slug: str, action_id: int) -> HttpResponse:
    """End a step that waits, whatever it waits for; an old debt is left with all its steps."""
    desk = access(request, slug, Permission.EDIT_NOTICES)
    step = _step_or_404(desk, action_id)
    try:
        with transaction.atomic():
            services.drop_action(organization=desk.organization, action_id=step.pk, by=desk.user, now=desk.now)
            if step.reason == Waiting.OLD_DEBT:
                others = insights.waiting(desk.scope).filter(reason=step.reason, invoice=step.invoice_id)
                for other in others.order_by("pk"):
                    services.drop_action(organization=desk.organization, action_id=other.pk, by=desk.user, now=desk.now)
    except services.NoticeMovedOnError as error:
        messages.error(request, str(error))
    else:
        what = "" if step.reason == Waiting.OLD_DEBT else f"“{step.step.name}” for "
        done = "is left alone" if step.reason == Waiting.OLD_DEBT else "is taken out"
        sentence = f"{what}invoice {step.invoice.number} {done}."
        messages.success(request, sentence[0].upper() + sentence[1:])
    return _back(desk)
