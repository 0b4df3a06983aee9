"""What a person does with a notice: approve, edit, drop an invoice, send now, settle what is uncertain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from dunwell.followup.models import Notice, NoticeItem
from dunwell.followup.services import notices as services
from dunwell.insights import notices as insights
from dunwell.rules.channels import Channel
from dunwell.rules.permissions import Permission
from dunwell.web import notice_text
from dunwell.web.access import Desk, access
from dunwell.web.notices import TOUCHABLE, notice_or_404
from dunwell.workflows.notices import refresh
from dunwell.workflows.sender import sender_of
from dunwell.workflows.wake import wake_dispatch


def _do(desk: Desk, act: Callable[[], Any], done: str) -> bool:
    """Do it and say so; where the notice has moved on meanwhile, say that and change nothing."""
    try:
        act()
    except services.NoticeMovedOnError as error:
        messages.error(desk.request, str(error))
        return False
    except (Notice.DoesNotExist, NoticeItem.DoesNotExist) as error:
        raise Http404 from error
    messages.success(desk.request, done)
    return True


def _back(desk: Desk, notice_id: int) -> HttpResponse:
    return redirect(desk.url("web:notice", notice_id))


@require_POST
def approve(request: HttpRequest, slug: str, notice_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.APPROVE_NOTICES)
    notice_or_404(desk, notice_id)

    def act() -> None:
        services.approve(
            organization=desk.organization,
            notice_id=notice_id,
            by=desk.user,
            sender=sender_of(desk.organization),
            now=desk.now,
        )

    done = (
        "Approved. It goes in its send window." if desk.settings.may_send else "Approved. It goes once sending is on."
    )
    if _do(desk, act, done) and desk.settings.may_send:
        wake_dispatch(desk.organization)
    return _back(desk, notice_id)


@require_POST
def send(request: HttpRequest, slug: str, notice_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.SEND_NOW)
    found = notice_or_404(desk, notice_id)
    confirmed = request.POST.get("outside_window") == "1" and desk.may(Permission.OVERRIDE_LIMITS)

    def act() -> None:
        services.send_now(
            organization=desk.organization,
            notice_id=found.pk,
            by=desk.user,
            sender=sender_of(desk.organization),
            now=desk.now,
            confirmed=confirmed,
        )

    try:
        if _do(desk, act, "It goes as soon as a worker takes it, after a last check of its facts."):
            wake_dispatch(desk.organization)
    except services.OutsideWindowError as error:
        messages.error(request, str(error))
    return _back(desk, notice_id)


@require_POST
def drop(request: HttpRequest, slug: str, notice_id: int) -> HttpResponse:
    """Take one invoice out; the notice is written anew without it, and that one is shown."""
    desk = access(request, slug, Permission.EDIT_NOTICES)
    found = notice_or_404(desk, notice_id)
    invoice_id = request.POST.get("invoice", "")
    if not invoice_id.isascii() or not invoice_id.isdigit() or len(invoice_id) > 18:  # more is no bigint
        raise Http404

    def act() -> None:
        services.drop_invoice(
            organization=desk.organization,
            notice_id=notice_id,
            invoice_id=int(invoice_id),
            by=desk.user,
            now=desk.now,
        )

    if not _do(desk, act, "Taken out. What is left is written anew."):
        return _back(desk, notice_id)
    refresh(desk.organization, now=desk.now)
    latest = insights.latest_unsent(desk.scope, found.customer_id, found.currency)
    return _back(desk, latest.pk) if latest else redirect(desk.url("web:followup"))


@require_POST
def resolve(request: HttpRequest, slug: str, notice_id: int) -> HttpResponse:
    """A person knows, or decides, what became of an uncertain or failed notice."""
    desk = access(request, slug, Permission.RESOLVE_UNCERTAIN)
    found = notice_or_404(desk, notice_id)
    choice = request.POST.get("choice", "")
    actor: dict[str, Any] = {
        "organization": desk.organization,
        "notice_id": found.pk,
        "by": desk.user,
        "now": desk.now,
    }
    choices: dict[str, tuple[Callable[[], Any], str]] = {
        "arrived": (lambda: services.settle_uncertain(**actor, arrived=True), "It counts as sent."),
        "again": (lambda: services.settle_uncertain(**actor, arrived=False), "It is queued once more."),
        "retry": (lambda: services.try_again(**actor), "It is queued once more."),
    }
    if choice not in choices:
        raise Http404
    if _do(desk, *choices[choice]) and choice != "arrived":
        refresh(desk.organization, now=desk.now)  # what could not go as it was is written anew
        wake_dispatch(desk.organization)
    return _back(desk, notice_id)


def edit(request: HttpRequest, slug: str, notice_id: int) -> HttpResponse:
    """Change subject and paragraphs; tables and the way to pay stay as they were written."""
    desk = access(request, slug, Permission.EDIT_NOTICES)
    found = notice_or_404(desk, notice_id)
    if found.state not in TOUCHABLE:
        messages.error(request, f"This notice is {found.get_state_display().lower()}: its text cannot be changed.")
        return _back(desk, notice_id)
    present = notice_text.paragraphs(found.body_text, found.body_html)
    subject = found.subject
    error = ""
    if request.method == "POST":
        subject = request.POST.get("subject", "").strip()[:500]
        words = [request.POST.get(f"paragraph{index}", "") for index in range(len(present))]
        if request.POST.get("written") != found.changed_at.isoformat():
            error = "It was written anew meanwhile; below is the new text."
            words = present
        elif not subject and found.channel != Channel.SMS:
            error = "A notice needs a subject."
        elif _save_words(desk, found, subject, words):
            return _back(desk, notice_id)
        present = words
    context = {"place": "followup", "notice": found, "subject": subject, "paragraphs": present, "error": error}
    return desk.render("web/notice_edit.html", context, status=422 if error else 200)


def _save_words(desk: Desk, found: Notice, subject: str, words: list[str]) -> bool:
    text, html = notice_text.rewritten(found.body_text, found.body_html, words)

    def act() -> None:
        services.edit(
            organization=desk.organization,
            notice_id=found.pk,
            by=desk.user,
            subject=subject,
            body_text=text,
            body_html=html,
            now=desk.now,
        )

    return _do(desk, act, "Your words are kept. This is how it goes.")
