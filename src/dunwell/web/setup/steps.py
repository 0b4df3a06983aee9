"""The steps of the set-up. Each is a page that can be left and come back to: what is done follows from the facts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from dunwell.messaging.channels.email import ProbeResult
from dunwell.messaging.channels.port import ServerUnavailableError
from dunwell.organizations.beginnings import finish_set_up
from dunwell.organizations.models import SampleBook
from dunwell.rules.permissions import Permission
from dunwell.web.access import Desk, access
from dunwell.web.imports.forms import UploadForm
from dunwell.web.settings import saved
from dunwell.web.settings_forms import SECTIONS
from dunwell.web.setup.forms import PaymentStep, SenderStep
from dunwell.web.setup.mail_servers import MAIL_SERVERS
from dunwell.web.setup.progress import progress
from dunwell.workflows import mail_test
from dunwell.workflows.set_up import worker_is_alive
from dunwell.workflows.wake import wake_run


def overview(request: HttpRequest, slug: str) -> HttpResponse:
    """All steps, what is there and what is missing."""
    desk = access(request, slug, Permission.EDIT_SETTINGS)
    return desk.render(
        "web/setup/overview.html",
        {"place": "home", "progress": progress(desk), "worker_alive": worker_is_alive(desk.now)},
    )


def sender(request: HttpRequest, slug: str) -> HttpResponse:
    """Who reminders come from; saving can be followed by a test mail to oneself at once."""
    desk = access(request, slug, Permission.EDIT_SETTINGS)
    section = SECTIONS["sender"]
    form = SenderStep(request.POST or None, initial=section.initial(desk.organization))
    answer = None
    if request.method == "POST" and saved(desk, section, form):
        wake_run(desk.organization)
        if "test" not in request.POST:
            return _onward(desk, "sender", "The sender is saved.")
        answer = _try_out(desk)
        form = SenderStep(initial=section.initial(desk.organization))
    return _step(desk, "sender", form, {"servers": MAIL_SERVERS, "answer": answer})


def payment(request: HttpRequest, slug: str) -> HttpResponse:
    desk = access(request, slug, Permission.EDIT_SETTINGS)
    section = SECTIONS["payment"]
    form = PaymentStep(request.POST or None, initial=section.initial(desk.organization))
    if request.method == "POST" and saved(desk, section, form):
        wake_run(desk.organization)
        return _onward(desk, "payment", "The way to pay is saved.")
    return _step(desk, "payment", form, {})


def book(request: HttpRequest, slug: str) -> HttpResponse:
    """A file of one's own, or an invented book to look around in."""
    desk = access(request, slug, Permission.EDIT_SETTINGS)
    context = {
        "sample": SampleBook.objects.filter(beside=desk.organization).select_related("organization").first(),
        "worker_alive": worker_is_alive(desk.now),
    }
    return _step(desk, "book", UploadForm(), context)


@require_POST
def finish(request: HttpRequest, slug: str) -> HttpResponse:
    """Put the list away, once everything on it is done."""
    desk = access(request, slug, Permission.EDIT_SETTINGS)
    if progress(desk).next is None:
        finish_set_up(organization=desk.organization, by=desk.user, now=desk.now)
    else:
        messages.error(request, "The list stays as long as something on it is missing.")
    return redirect(desk.url("web:home"))


def _try_out(desk: Desk) -> ProbeResult:
    """What the server says to a test mail to whoever asks."""
    try:
        return mail_test.send_test_mail(desk.organization, to=desk.user.email, now=desk.now)
    except ServerUnavailableError as error:
        return ProbeResult(accepted=False, words=str(error))


def _onward(desk: Desk, name: str, sentence: str) -> HttpResponse:
    messages.success(desk.request, sentence)
    following = progress(desk).after(name)
    return redirect(following.url if following else desk.url("web:setup"))


def _step(desk: Desk, name: str, form: Form, context: dict[str, Any]) -> HttpResponse:
    now = progress(desk, name)
    following = now.after(name)
    return desk.render(
        f"web/setup/{name}.html",
        {
            "place": "home",
            "progress": now,
            "form": form,
            "later": following.url if following else desk.url("web:setup"),
            **context,
        },
        status=422 if form.errors else 200,
    )
