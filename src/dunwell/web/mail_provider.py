"""Settings, Sender: sending through a provider's interface instead of a mail server."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings as installation
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from dunwell.messaging.channels.email.providers.known import PROVIDERS, Field, Provider
from dunwell.messaging.channels.email.providers.settings import WEBHOOK_PASSWORD, secrets_of
from dunwell.messaging.models import MailProvider
from dunwell.messaging.services.mail_providers import use_mail_server, use_provider
from dunwell.organizations.secrets import SecretUnreadableError
from dunwell.rules.permissions import Permission
from dunwell.web.access import Desk, access
from dunwell.workflows.wake import wake_dispatch

KEPT = "Kept as it is where this stays empty."


class ProviderForm(forms.Form):
    """What one provider wants to know."""

    def __init__(self, data: Any = None, *, provider: Provider, options: dict[str, str], kept: set[str]) -> None:
        super().__init__(data, initial=options)
        for each in provider.fields:
            self.fields[each.name] = _field(each, kept=each.name in kept)


def _field(each: Field, *, kept: bool) -> forms.CharField:
    if not each.secret:
        return forms.CharField(
            label=each.label, required=each.required, help_text=each.hint, max_length=300, widget=forms.TextInput
        )
    hints = [each.hint, KEPT if kept else "", "" if kept or each.required else "Without it no report is believed."]
    return forms.CharField(
        label=each.label,
        required=each.required and not kept,
        max_length=2000,
        help_text=" ".join(filter(None, hints)),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


def choose(request: HttpRequest, slug: str) -> HttpResponse:
    """Which provider: the one in use first, and what each is."""
    desk = access(request, slug, Permission.VIEW_SETTINGS)
    used = _used(desk)
    context = {"place": "settings", "section": "sender", "providers": PROVIDERS.values(), "used": used}
    return desk.render("web/mail_providers.html", context)


def provider(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """One provider's fields, saved and used from then on."""
    desk = access(request, slug, Permission.EDIT_SETTINGS if request.method == "POST" else Permission.VIEW_SETTINGS)
    found = PROVIDERS.get(name)
    if found is None:
        raise Http404
    row = _used(desk)
    is_used = row is not None and row.name == name
    options, secrets = ({}, {}) if row is None or not is_used else (row.options, _secrets(row))
    form = ProviderForm(request.POST or None, provider=found, options=options, kept=set(secrets))
    if not desk.may(Permission.EDIT_SETTINGS):
        for field in form.fields.values():
            field.disabled = True
    if request.method == "POST" and form.is_valid() and _saved(desk, found, form):
        return redirect(desk.url("web:mail_provider", name))
    context = {
        "place": "settings",
        "section": "sender",
        "provider": found,
        "form": form,
        "is_used": is_used,
        "hook": _hook(desk, found, secrets) if is_used and desk.may(Permission.EDIT_SETTINGS) else "",
        "unsigned": bool(found.signs) and not secrets.get(found.signs),
    }
    return desk.render("web/mail_provider.html", context, status=422 if form.errors else 200)


def _used(desk: Desk) -> MailProvider | None:
    return MailProvider.objects.filter(organization=desk.organization).first()


def _secrets(row: MailProvider) -> dict[str, str]:
    try:
        return {name: value for name, value in secrets_of(row).items() if value}
    except SecretUnreadableError:
        return {}


def _hook(desk: Desk, found: Provider, secrets: dict[str, str]) -> str:
    """The address that the provider reports to, with the password that it has to know."""
    if not found.reports_to_us or WEBHOOK_PASSWORD not in secrets:
        return ""
    parts = urlsplit(installation.BASE_URL.rstrip("/"))
    return (
        f"{parts.scheme}://dunwell:{secrets[WEBHOOK_PASSWORD]}@{parts.netloc}{parts.path}"
        f"/hooks/email/{found.name}/{desk.organization.slug}/"
    )


def _saved(desk: Desk, found: Provider, form: ProviderForm) -> bool:
    try:
        use_provider(
            organization_id=desk.organization.pk, name=found.name, values=form.cleaned_data, user_id=desk.user.pk
        )
    except ValidationError as error:
        for name, sentences in getattr(error, "message_dict", {"": error.messages}).items():
            form.add_error(name if name in form.fields else None, sentences)
        return False
    wake_dispatch(desk.organization)
    messages.success(desk.request, f"Mail goes through {found.title} from now on. Send yourself a test mail.")
    return True


@require_POST
def leave(request: HttpRequest, slug: str) -> HttpResponse:
    """Back to a mail server."""
    desk = access(request, slug, Permission.EDIT_SETTINGS)
    use_mail_server(organization_id=desk.organization.pk, user_id=desk.user.pk)
    messages.success(request, "Mail goes through a mail server again. The provider’s keys are forgotten.")
    return redirect(desk.url("web:settings_section", "sender"))
