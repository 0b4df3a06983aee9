"""Choosing through whose service an organization's mail goes."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import transaction

from dunwell.messaging.channels.email.providers.known import PROVIDERS, Provider
from dunwell.messaging.channels.email.providers.settings import WEBHOOK_PASSWORD, encrypted, secrets_of
from dunwell.messaging.models import MailProvider
from dunwell.messaging.services.outbox import resume
from dunwell.organizations.recording import recorded
from dunwell.organizations.secrets import SecretUnreadableError
from dunwell.rules.hosts import is_loopback


@transaction.atomic
def use_provider(*, organization_id: int, name: str, values: Mapping[str, str], user_id: int) -> MailProvider:
    """Mail goes through this provider from now on; ValidationError, by field, says what is missing.

    A secret that is left empty stays as it was, where it was this provider's. What is sent to the provider has to be
    given again when the address of its interface is on another host: a stored key goes nowhere it was not meant for.
    """
    provider = PROVIDERS.get(name)
    if provider is None:
        raise ValidationError("There is no such provider.")
    if not provider.is_installed:
        raise ValidationError(
            f"{provider.title} needs a package that is not installed here ({provider.needs}). Nothing was changed. "
            f"Whoever runs the server enters: {provider.how_to_install}"
        )
    row = MailProvider.objects.select_for_update().filter(organization_id=organization_id).first()
    kept = _kept_secrets(row) if row is not None and row.name == name else {}
    entered = {each.name: values.get(each.name, "").strip() for each in provider.fields}
    if row is not None and kept and _host(row.options) != _host(entered):
        _refuse_kept_keys(provider, entered)
    hidden = {each: entered.pop(each) or kept.get(each, "") for each in provider.secrets}
    _refuse_what_is_missing(provider, entered | hidden)
    hidden[WEBHOOK_PASSWORD] = kept.get(WEBHOOK_PASSWORD) or secrets.token_urlsafe(24)
    with recorded(user=user_id, action="choose a mail provider"):
        row, _ = MailProvider.objects.update_or_create(
            organization_id=organization_id,
            defaults={"name": name, "options": entered, "secrets_encrypted": encrypted(hidden)},
        )
    resume(organization_id=organization_id)
    return row


@transaction.atomic
def use_mail_server(*, organization_id: int, user_id: int) -> None:
    """Mail goes through a mail server again; the provider's keys are forgotten."""
    with recorded(user=user_id, action="choose a mail server"):
        MailProvider.objects.filter(organization_id=organization_id).delete()
    resume(organization_id=organization_id)


def _kept_secrets(row: MailProvider) -> dict[str, str]:
    try:
        return secrets_of(row)
    except SecretUnreadableError:
        # They have to be entered again, as the page says
        return {}


def _host(options: Mapping[str, str]) -> tuple[str, str]:
    """Where keys are sent, and whether somebody on the way can read them; empty: to the provider's own address."""
    parts = urlsplit(options.get("api_url", ""))
    return parts.scheme.lower(), parts.netloc.lower()


def _refuse_kept_keys(provider: Provider, entered: Mapping[str, str]) -> None:
    errors = {
        each.name: "The address is on another host. Enter this again, so that it goes only where you mean it to."
        for each in provider.fields
        if each.secret and not each.for_reports and not entered[each.name]
    }
    if errors:
        raise ValidationError(errors)


def _refuse_what_is_missing(provider: Provider, values: Mapping[str, str]) -> None:
    errors = {
        each.name: f"{provider.title} needs this."
        for each in provider.fields
        if each.required and not values.get(each.name)
    }
    if address := values.get("api_url"):
        parts = urlsplit(address)
        safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
        if not safe or not parts.netloc:
            errors["api_url"] = "An address begins with https://, so that nobody on the way reads the key."
    if errors:
        raise ValidationError(errors)
