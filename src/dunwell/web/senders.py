"""Settings, Sender: the further senders that policies and steps may name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from dunwell.followup.services.senders import (
    SenderInUseError,
    archive_sender,
    remove_sender,
    restore_sender,
    uses,
    uses_of_all,
)
from dunwell.messaging.channels.port import ServerUnavailableError
from dunwell.messaging.models import MailSender
from dunwell.messaging.queries.senders import all_senders
from dunwell.messaging.services.senders import MOST_CHARACTERS, save_sender
from dunwell.rules.permissions import Permission
from dunwell.web.access import Desk, access
from dunwell.workflows import mail_test
from dunwell.workflows.sender import sender_of
from dunwell.workflows.wake import wake_run


class SenderForm(forms.Form):
    name = forms.CharField(label="Name", max_length=200, help_text="Stands beside the address.")
    address = forms.EmailField(
        label="Address", max_length=254, help_text="The mail server or provider must let us send in this name."
    )
    reply_to = forms.EmailField(
        label="Replies go to", required=False, max_length=254, help_text="Empty: the address above."
    )
    signature = forms.CharField(
        label="Signature",
        required=False,
        max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 4, "wide": True}),
        help_text="The lines that close its e-mails: a person, a desk, a phone. Empty: the name above.",
    )


@dataclass(frozen=True)
class Row:
    """A sender with what names it."""

    sender: MailSender
    uses: list[str]


def senders(request: HttpRequest, slug: str) -> HttpResponse:
    """The organization's own sender, which is the usual one, and the others."""
    desk = access(request, slug, Permission.VIEW_SETTINGS)
    named = uses_of_all(desk.organization.pk)
    rows = [Row(sender, named.get(sender.pk, [])) for sender in all_senders(desk.organization)]
    return desk.render(
        "web/senders.html",
        {
            "place": "settings",
            "section": "sender",
            "own": sender_of(desk.organization),
            "rows": [row for row in rows if row.sender.archived_at is None],
            "archived": [row for row in rows if row.sender.archived_at is not None],
        },
    )


def add(request: HttpRequest, slug: str) -> HttpResponse:
    desk = access(request, slug, Permission.EDIT_SETTINGS)
    return _form(desk, None)


def edit(request: HttpRequest, slug: str, sender_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.EDIT_SETTINGS if request.method == "POST" else Permission.VIEW_SETTINGS)
    return _form(desk, _sender_or_404(desk, sender_id))


@require_POST
def archive(request: HttpRequest, slug: str, sender_id: int) -> HttpResponse:
    """Put away, or with `to=restore` back."""
    desk = access(request, slug, Permission.EDIT_SETTINGS)
    found = _sender_or_404(desk, sender_id)
    if request.POST.get("to") == "restore":
        restore_sender(organization=desk.organization, sender_id=found.pk, by=desk.user)
        messages.success(request, f"“{found.name}” is back: policies and steps can name it.")
        return redirect(desk.url("web:sender_edit", found.pk))
    try:
        archive_sender(organization=desk.organization, sender_id=found.pk, by=desk.user, now=desk.now)
    except SenderInUseError as error:
        messages.error(request, f"“{found.name}” is not archived. {error}")
        return redirect(desk.url("web:sender_edit", found.pk))
    messages.success(request, f"“{found.name}” is archived.")
    return redirect(desk.url("web:senders"))


@require_POST
def remove(request: HttpRequest, slug: str, sender_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.EDIT_SETTINGS)
    found = _sender_or_404(desk, sender_id)
    try:
        remove_sender(organization=desk.organization, sender_id=found.pk, by=desk.user)
    except SenderInUseError as error:
        messages.error(request, f"“{found.name}” is still there. {error}")
        return redirect(desk.url("web:sender_edit", found.pk))
    messages.success(request, f"“{found.name}” is removed.")
    return redirect(desk.url("web:senders"))


@require_POST
def test(request: HttpRequest, slug: str, sender_id: int) -> HttpResponse:
    """Whether the server takes mail in this name: a mail to whoever asks, and the server's own words."""
    desk = access(request, slug, Permission.EDIT_SETTINGS)
    found = _sender_or_404(desk, sender_id)
    try:
        answer = mail_test.send_test_mail(desk.organization, to=desk.user.email, now=desk.now, sender_id=found.pk)
    except ServerUnavailableError as error:
        messages.error(request, str(error))
    else:
        if answer.accepted:
            messages.success(request, f"The server took a mail from {found.address}. Its words: {answer.words}")
        else:
            messages.error(request, f"The test mail did not go. The server's words: {answer.words}")
    return redirect(desk.url("web:sender_edit", found.pk))


def _form(desk: Desk, found: MailSender | None) -> HttpResponse:
    initial = {name: getattr(found, name) for name in SenderForm.base_fields} if found else None
    form = SenderForm(desk.request.POST or None, initial=initial)
    if not desk.may(Permission.EDIT_SETTINGS):
        for field in form.fields.values():
            field.disabled = True
    if desk.request.method == "POST" and form.is_valid() and (saved := _saved(desk, form, found)):
        wake_run(desk.organization)
        and_then = " What is not sent yet is written anew." if found else " Policies and steps can name it now."
        messages.success(desk.request, f"“{saved.name}” is saved.{and_then}")
        return redirect(desk.url("web:sender_edit", saved.pk))
    context: dict[str, Any] = {
        "place": "settings",
        "section": "sender",
        "sender": found,
        "uses": uses(found) if found else [],
        "form": form,
    }
    return desk.render("web/sender.html", context, status=422 if form.errors else 200)


def _saved(desk: Desk, form: SenderForm, found: MailSender | None) -> MailSender | None:
    try:
        return save_sender(
            organization=desk.organization, sender_id=found.pk if found else None, by=desk.user, **form.cleaned_data
        )
    except ValidationError as error:
        for name, sentences in error.message_dict.items():
            form.add_error(name, sentences)
        return None


def _sender_or_404(desk: Desk, sender_id: int) -> MailSender:
    found = MailSender.objects.filter(organization=desk.organization, pk=sender_id).first()
    if found is None:
        raise Http404
    return found
