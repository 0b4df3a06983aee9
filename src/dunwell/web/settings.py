"""Settings: what an organization decides about its own follow-up, one page per concern."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from dunwell.messaging.channels.email.providers.settings import provider_used
from dunwell.messaging.channels.port import ServerUnavailableError
from dunwell.rules.permissions import Permission
from dunwell.web import entries, settings_pages, settings_sms
from dunwell.web import settings_forms as sections
from dunwell.web.access import Desk, access
from dunwell.workflows import mail_test, sms_test
from dunwell.workflows.wake import wake_run


def overview(request: HttpRequest, slug: str) -> HttpResponse:
    desk = access(request, slug, Permission.VIEW_SETTINGS)
    groups = settings_pages.places(desk, with_now=True)
    return desk.render("web/settings_overview.html", {"place": "settings", "groups": groups})


def section(request: HttpRequest, slug: str, section: str) -> HttpResponse:
    """One page of settings; who may only look sees the same page without its button."""
    desk = access(request, slug, Permission.EDIT_SETTINGS if request.method == "POST" else Permission.VIEW_SETTINGS)
    shown = sections.SECTIONS.get(section)
    if shown is None:
        raise Http404
    form = shown.form(request.POST or None, initial=shown.initial(desk.organization))
    if not desk.may(Permission.EDIT_SETTINGS):
        for field in form.fields.values():
            field.disabled = True
    if request.method == "POST" and saved(desk, shown, form):
        wake_run(desk.organization)
        messages.success(request, f"{shown.title} saved. What is due is looked at again within a minute.")
        return redirect(desk.url("web:settings_section", section))
    return _page(desk, section, form)


def _page(desk: Desk, section: str, form: Form, test_form: Form | None = None) -> HttpResponse:
    """A section's page; a refused form on it is shown as it was sent."""
    refused = bool(form.errors or (test_form is not None and test_form.errors))
    context = {
        "place": "settings",
        "section": section,
        "shown": sections.SECTIONS[section],
        "form": form,
        "test_form": test_form,
        "provider_used": provider_used(desk.organization) if section == "sender" else None,
    }
    if section == "sms":
        context["sms_hooks"] = settings_sms.hooks(desk.organization)
        context["test_form"] = test_form or settings_sms.TestSmsForm()
    return desk.render("web/settings.html", context, status=422 if refused else 200)


@require_POST
def test_mail(request: HttpRequest, slug: str) -> HttpResponse:
    """Send a mail to whoever asks, through the server as it is saved, and show the server's own words."""
    desk = access(request, slug, Permission.EDIT_SETTINGS)
    try:
        answer = mail_test.send_test_mail(desk.organization, to=desk.user.email, now=desk.now)
    except ServerUnavailableError as error:
        messages.error(request, str(error))
    else:
        if answer.accepted:
            messages.success(request, f"The server took a mail to {desk.user.email}. Its words: {answer.words}")
        else:
            messages.error(request, f"The test mail did not go. The server’s words: {answer.words}")
    return redirect(desk.url("web:settings_section", "sender"))


@require_POST
def test_sms(request: HttpRequest, slug: str) -> HttpResponse:
    """Send an SMS to the number somebody gives, through the account as it is saved, and show Twilio's own words."""
    desk = access(request, slug, Permission.EDIT_SETTINGS)
    test_form = settings_sms.TestSmsForm(request.POST)

    def send(values: dict[str, Any]) -> str:
        try:
            taken, words = sms_test.send(desk.organization, to=values["to"], now=desk.now)
        except ServerUnavailableError as error:
            raise ValidationError(str(error)) from error
        if not taken:
            raise ValidationError(f"The test SMS did not go. Its words: {words}")
        return words

    words = entries.saved(test_form, send)
    if words is not None:
        messages.success(request, f"Twilio took an SMS. Its words: {words}")
        return redirect(desk.url("web:settings_section", "sms"))
    shown = sections.SECTIONS["sms"]
    return _page(desk, "sms", shown.form(None, initial=shown.initial(desk.organization)), test_form)


def saved(desk: Desk, shown: sections.Section, form: Form) -> bool:
    """Save a valid form; what the service refuses stands beside its field."""
    if not form.is_valid():
        return False
    values: dict[str, Any] = form.cleaned_data
    try:
        shown.save(desk.organization, values)
    except ValidationError as error:
        form.add_error(None, _of_form(form, error))
        return False
    return True


def _of_form(form: Form, error: ValidationError) -> ValidationError:
    """The error with fields that the form does not show turned into sentences above it."""
    if not hasattr(error, "error_dict"):
        return error
    known = {name: found for name, found in error.message_dict.items() if name in form.fields}
    other = [text for name, found in error.message_dict.items() if name not in form.fields for text in found]
    for name, found in known.items():
        form.add_error(name, found)
    return ValidationError(other)
