"""Settings of SMS: the Twilio account, consent, and a test SMS to oneself."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.db import transaction

from dunwell.messaging.channels.sms.settings import hooks_of
from dunwell.messaging.services import outbox
from dunwell.organizations import services
from dunwell.organizations.models import Organization
from dunwell.organizations.secrets import encrypt
from dunwell.rules.channels import Channel
from dunwell.web.entries import EntryForm
from dunwell.workflows.wake import wake_dispatch

_ACCOUNT = re.compile(r"AC[0-9a-f]{32}")
_SENDER = re.compile(r"\+[1-9]\d{6,14}|MG[0-9a-f]{32}|(?=.*[A-Za-z])[A-Za-z0-9 ]{2,11}")

SMS_FIELDS = ("twilio_account_sid", "twilio_sender", "sms_consent_required")


class SmsForm(forms.Form):
    twilio_account_sid = forms.CharField(
        label="Account SID", required=False, max_length=40, help_text="From Twilio’s console; it begins with AC."
    )
    twilio_auth_token = forms.CharField(
        label="Auth token",
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Empty: stays as it is.",
    )
    twilio_sender = forms.CharField(
        label="SMS come from",
        required=False,
        max_length=40,
        help_text="A number such as +15551234567, a messaging service (MG…), or a name of at most 11 letters.",
    )
    sms_consent_required = forms.BooleanField(
        label="Only to people who have agreed to SMS",
        required=False,
        widget=forms.CheckboxInput(attrs={"wide": True}),
        help_text="As the law asks in some countries, the United States among them. Without it, whoever has not opted "
        "out may get one.",
    )

    def clean_twilio_account_sid(self) -> str:
        return self._fits("twilio_account_sid", _ACCOUNT, "An account SID is AC and 32 digits or letters a to f.")

    def clean_twilio_sender(self) -> str:
        return self._fits("twilio_sender", _SENDER, "That is neither a number with +, nor MG…, nor a short name.")

    def _fits(self, field: str, pattern: re.Pattern[str], words: str) -> str:
        value = str(self.cleaned_data[field]).strip()
        if value and not pattern.fullmatch(value):
            raise forms.ValidationError(words)
        return value


class TestSmsForm(EntryForm):
    """One number, to try the account out."""

    to = forms.CharField(
        label="Your own number",
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "placeholder": "+49 171 1234567", "autocomplete": "tel"}),
        help_text="An SMS goes through the account as it is saved, and what Twilio says is shown here.",
        error_messages={"required": "Write a number, such as +49 171 1234567."},
    )


def change(organization: Organization, values: dict[str, Any]) -> None:
    token = values.pop("twilio_auth_token")
    if token:
        values["twilio_auth_token_encrypted"] = encrypt(token)
    with transaction.atomic():
        services.change_settings(organization=organization, **values)
        outbox.resume(organization_id=organization.pk, channel=Channel.SMS)
    if organization.settings.may_send:
        wake_dispatch(organization)


def now(organization: Organization) -> str:
    settings = organization.settings
    if not settings.twilio_account_sid:
        return "Not set up: steps by SMS wait"
    consent = "who agreed" if settings.sms_consent_required else "who has not opted out"
    return f"Twilio, from {settings.twilio_sender or 'no sender yet'}, to {consent}"


def hooks(organization: Organization) -> str:
    """Where Twilio calls us; empty where it cannot reach this installation."""
    return hooks_of(organization.slug)
