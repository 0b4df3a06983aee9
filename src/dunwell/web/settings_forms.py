"""The pages of settings and their forms. A field is named like the setting it changes."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from babel import Locale
from django import forms
from django.db import transaction

from dunwell.messaging.services import outbox
from dunwell.messaging.services.senders import clean_signature
from dunwell.organizations import queries, services
from dunwell.organizations.models import CatchUp, Organization
from dunwell.organizations.models.settings import SmtpSecurity
from dunwell.organizations.secrets import encrypt
from dunwell.rules.channels import Channel
from dunwell.rules.ibans import faulty_ibans
from dunwell.web import settings_sms
from dunwell.web import settings_summaries as summaries
from dunwell.web.settings_papers import LettersForm, PapersForm
from dunwell.workflows.wake import wake_dispatch

WEEKDAYS = (
    (1, "Monday"),
    (2, "Tuesday"),
    (3, "Wednesday"),
    (4, "Thursday"),
    (5, "Friday"),
    (6, "Saturday"),
    (7, "Sunday"),
)


def _days(label: str, help_text: str = "", most: int = 365) -> forms.IntegerField:
    return forms.IntegerField(label=label, help_text=help_text, min_value=0, max_value=most)


def _time(label: str, help_text: str = "") -> forms.TimeField:
    return forms.TimeField(
        label=label, help_text=help_text, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    )


def _area(label: str, help_text: str = "", rows: int = 4) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "wide": True})
    return forms.CharField(label=label, help_text=help_text, required=False, widget=widget)


class LimitsForm(forms.Form):
    contact_interval_days = _days("Days between two contacts", "Of one customer, whatever the reason.", 90)
    weekly_contact_limit = forms.IntegerField(
        label="Most contacts in 7 days", min_value=1, max_value=7, help_text="All notices of one pass are one contact."
    )
    run_limit = forms.IntegerField(
        label="Most notices in a day",
        required=False,
        min_value=1,
        max_value=1_000_000,
        help_text="Over all passes. The oldest debts go first, the rest waits for the next day. Empty: no limit.",
    )
    hourly_limit = forms.IntegerField(
        label="Most messages in 60 minutes",
        required=False,
        min_value=1,
        max_value=1_000_000,
        help_text="For mail servers that allow only so many. The rest waits until there is room. Empty: no limit.",
    )
    minimum_amount = forms.DecimalField(
        label="Minimum amount",
        min_value=0,
        max_digits=15,
        decimal_places=2,
        help_text="In the base currency; below it nothing is sent.",
    )
    call_again_days = _days("Call again after", "Days until a call that nobody answered is tried again.", 30)
    call_attempts = forms.IntegerField(
        label="Calls before giving up", min_value=1, max_value=20, help_text="Then the next step follows."
    )
    file_freshness_days = _days(
        "Days a file stays fresh", "When the book is older, nothing is sent and you are told.", 90
    )
    catch_up = forms.ChoiceField(
        label="When several steps are due at once", choices=CatchUp.choices, widget=forms.Select(attrs={"wide": True})
    )
    approval_required = forms.BooleanField(
        label="A person reads and approves each notice before it goes",
        required=False,
        widget=forms.CheckboxInput(attrs={"wide": True}),
    )


class SegmentsForm(forms.Form):
    segment_window_days = forms.IntegerField(
        label="Days looked back", min_value=30, max_value=1095, help_text="Invoices due before are not judged."
    )
    segment_known_from_invoices = forms.IntegerField(
        label="Known from", min_value=1, max_value=50, help_text="A customer with fewer judged invoices is new."
    )
    segment_late_after_days = _days("On time within", "Days after the due date that a payment may take.", 60)
    segment_frequent_percent = forms.IntegerField(
        label="Frequent defaulter from",
        min_value=1,
        max_value=100,
        help_text="Percent of the judged invoices that were late; fewer, but some: occasionally late.",
    )


class StandingForm(forms.Form):
    grace_days = _days("Days of grace", "After the due date; they do not count as late.", 60)
    defaulter_after_days = _days("Defaulter after", "More than so many days overdue, after grace.")
    due_soon_days = _days("Due soon within", "Days before the due date.", 60)
    default_terms_days = _days("Terms", "Days to pay, for invoices that name no due date.")


class CalendarForm(forms.Form):
    window_opens = _time("Sending from")
    window_closes = _time(
        "Sending until", "In the customer’s time zone where it is known. SMS and calls go between 08:00 and 21:00 only."
    )
    run_at = _time("Morning pass at", "Assesses, plans and writes the day’s notices.")
    window_weekdays = forms.TypedMultipleChoiceField(
        label="Business days",
        coerce=int,
        choices=WEEKDAYS,
        widget=forms.CheckboxSelectMultiple(attrs={"wide": True, "class": "form-check-input"}),
        help_text="Steps that fall on another day move to the next business day.",
    )
    country = forms.CharField(
        label="Holidays of country",
        required=False,
        max_length=2,
        help_text="Two letters, such as DE. Empty: no holidays.",
    )
    region = forms.CharField(
        label="Region", required=False, max_length=10, help_text="For regional holidays, such as BY."
    )
    closing_days = _area("Own closing days", "One a line, a date and if you like a name: 2026-12-24 Christmas Eve")

    def clean_closing_days(self) -> list[tuple[dt.date, str]]:
        days: dict[dt.date, str] = {}
        for line in str(self.cleaned_data["closing_days"]).splitlines():
            date, _, name = line.strip().partition(" ")
            if not date:
                continue
            try:
                days[dt.date.fromisoformat(date)] = name.strip()[:100]
            except ValueError as error:
                raise forms.ValidationError(
                    f"“{line.strip()}” does not start with a date such as 2026-12-24."
                ) from error
        return list(days.items())


class PaymentForm(forms.Form):
    payment_url_pattern = forms.CharField(
        label="Payment page",
        required=False,
        max_length=500,
        help_text="For invoices that bring no link of their own, such as https://pay.example.com/{invoice.number}",
        widget=forms.TextInput(attrs={"wide": True, "inputmode": "url"}),
    )
    bank_details = _area("Bank details", "Shown where there is no payment page. IBANs are checked.", 5)

    def clean_bank_details(self) -> str:
        details = str(self.cleaned_data["bank_details"])
        if faults := faulty_ibans(details):
            raise forms.ValidationError(faults)
        return details

    def clean_payment_url_pattern(self) -> str:
        """A link that works once the invoice's number stands in it."""
        pattern = str(self.cleaned_data["payment_url_pattern"])
        if pattern and not re.fullmatch(r"https?://[^\s{}]+(\{invoice\.number\}[^\s{}]*)?", pattern):
            raise forms.ValidationError(
                "A payment page is a link such as https://pay.example.com/{invoice.number}, no other braces."
            )
        return pattern


class SenderForm(forms.Form):
    groups = {
        "Who writes": ("sender_name", "sender_address", "reply_to", "sender_signature", "postal_address"),
        "Mail server": ("smtp_host", "smtp_port", "smtp_security", "smtp_user", "smtp_password"),
    }
    sender_name = forms.CharField(label="Sender’s name", required=False, max_length=200)
    sender_address = forms.EmailField(label="Sender’s address", required=False)
    reply_to = forms.EmailField(label="Replies go to", required=False, help_text="Empty: the sender’s address.")
    sender_signature = _area(
        "Signature", "The lines that close e-mails: a person, a desk, a phone. Empty: the sender’s name.", 4
    )
    postal_address = _area("Postal address", "At the foot of each mail; many countries ask for it.", 4)
    smtp_host = forms.CharField(
        label="Mail server", required=False, max_length=255, help_text="Empty: the server of this installation."
    )
    smtp_port = forms.IntegerField(label="Port", min_value=1, max_value=65535)
    smtp_security = forms.ChoiceField(label="Encryption", choices=SmtpSecurity.choices)
    smtp_user = forms.CharField(label="User name", required=False, max_length=255)
    smtp_password = forms.CharField(
        label="Password",
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Empty: stays as it is.",
    )

    def clean_sender_signature(self) -> str:
        return clean_signature(str(self.cleaned_data["sender_signature"]))


class OrganizationForm(forms.Form):
    name = forms.CharField(label="Name", max_length=200, help_text="As customers know it.")
    time_zone = forms.ChoiceField(
        label="Time zone", choices=lambda: [(z, z) for z in sorted(zoneinfo.available_timezones())]
    )
    locale = forms.CharField(
        label="Locale", max_length=16, help_text="How dates and amounts are written, such as en_GB."
    )

    def clean_locale(self) -> str:
        locale = str(self.cleaned_data["locale"])
        try:
            Locale.parse(locale)
        except (ValueError, LookupError) as error:
            raise forms.ValidationError(f"{locale!r} is no locale such as en_GB.") from error
        return locale


def _settings_of(names: tuple[str, ...]) -> Callable[[Organization], dict[str, Any]]:
    def read(organization: Organization) -> dict[str, Any]:
        values = {name: getattr(organization.settings, name) for name in names}
        return {name: round(value, 2) if isinstance(value, Decimal) else value for name, value in values.items()}

    return read


def _change(organization: Organization, values: dict[str, Any]) -> None:
    services.change_settings(organization=organization, **values)


def _change_sender(organization: Organization, values: dict[str, Any]) -> None:
    password = values.pop("smtp_password")
    if password:
        values["smtp_password_encrypted"] = encrypt(password)
    with transaction.atomic():
        _change(organization, values)
        outbox.resume(organization_id=organization.pk)
    if organization.settings.may_send:
        wake_dispatch(organization)


def _change_letters(organization: Organization, values: dict[str, Any]) -> None:
    for name in ("lob_key", "lob_webhook_secret"):
        if secret := values.pop(name).strip():
            values[f"{name}_encrypted"] = encrypt(secret)
    with transaction.atomic():
        _change(organization, values)
        outbox.resume(organization_id=organization.pk, channel=Channel.LETTER.value)


def _calendar(organization: Organization) -> dict[str, Any]:
    days = queries.closing_days(organization)
    return {
        **_settings_of(("window_opens", "window_closes", "run_at", "window_weekdays"))(organization),
        "country": organization.country,
        "region": organization.region,
        "closing_days": "\n".join(str(day) for day in days),
    }


def _change_calendar(organization: Organization, values: dict[str, Any]) -> None:
    services.change_calendar(
        organization=organization,
        country=values.pop("country").upper(),
        region=values.pop("region").upper(),
        closing_days=values.pop("closing_days"),
        **values,
    )


def _change_organization(organization: Organization, values: dict[str, Any]) -> None:
    services.change_organization(organization=organization, **values)


@dataclass(frozen=True)
class Section:
    """A page of settings: its form, what the form starts with, and how it is saved."""

    title: str
    lead: str
    form: type[forms.Form]
    initial: Callable[[Organization], dict[str, Any]]
    save: Callable[[Organization, dict[str, Any]], None]
    symbol: str
    now: Callable[[Organization], str]


def _plain(title: str, lead: str, form: type[forms.Form], symbol: str, now: Callable[[Organization], str]) -> Section:
    return Section(title, lead, form, _settings_of(tuple(form.base_fields)), _change, symbol, now)


_SENDER_FIELDS = tuple(name for name in SenderForm.base_fields if name != "smtp_password")

SECTIONS = {
    "organization": Section(
        "Organization",
        "Name, time zone and how figures are written.",
        OrganizationForm,
        lambda organization: {name: getattr(organization, name) for name in OrganizationForm.base_fields},
        _change_organization,
        "building",
        lambda organization: f"{organization.name}, {organization.base_currency}, {organization.time_zone}",
    ),
    "sender": Section(
        "Sender",
        "Who reminders come from, and through which server.",
        SenderForm,
        _settings_of(_SENDER_FIELDS),
        _change_sender,
        "mail",
        lambda organization: organization.settings.sender_address or "The installation’s address, where it has one",
    ),
    "sms": Section(
        "SMS",
        "Through which account SMS go, and to whom.",
        settings_sms.SmsForm,
        _settings_of(settings_sms.SMS_FIELDS),
        settings_sms.change,
        "message",
        settings_sms.now,
    ),
    "payment": _plain(
        "Way to pay",
        "Every reminder says how to pay. One of these is needed to start chasing.",
        PaymentForm,
        "credit-card",
        summaries.payment,
    ),
    "papers": _plain(
        "Papers",
        "What goes along with reminders, and on what paper statements and letters are printed.",
        PapersForm,
        "paperclip",
        summaries.papers,
    ),
    "letters": Section(
        "Letters",
        "Whether reminders go on paper, and who prints and posts them.",
        LettersForm,
        _settings_of(("letters_by", "lob_sender")),
        _change_letters,
        "file-invoice",
        summaries.letters,
    ),
    "calendar": Section(
        "Calendar",
        "When reminders may go out.",
        CalendarForm,
        _calendar,
        _change_calendar,
        "calendar",
        summaries.calendar,
    ),
    "limits": _plain(
        "Limits", "How often and how much a customer is written to.", LimitsForm, "hourglass", summaries.limits
    ),
    "standing": _plain(
        "Standing",
        "From when a customer counts as due soon, late, or a defaulter.",
        StandingForm,
        "flag",
        summaries.standing,
    ),
    "segments": _plain(
        "Segments",
        "How payment behavior is told apart: new, always on time, occasionally late, frequent defaulter.",
        SegmentsForm,
        "chart-pie",
        summaries.segments,
    ),
}
