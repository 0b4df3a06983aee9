"""What is asked about a customer and the people there."""

from __future__ import annotations

import zoneinfo
from typing import Any

from babel import Locale
from django import forms

from dunwell.ledger.models import ChannelChoice, Contact, ContactRole, Customer, Said
from dunwell.ledger.models.customers import CHANNELS
from dunwell.ledger.services.customers import ADDRESS
from dunwell.ledger.services.versions import version_of
from dunwell.organizations.models import Membership, Organization
from dunwell.web.access import Desk
from dunwell.web.entries import EntryForm

_ENGLISH = Locale("en")
LANGUAGES = ("de", "en", "en_GB", "es", "fr", "it", "nl", "pt", "pl", "sv", "da", "cs")


def language_choices(present: str) -> list[tuple[str, str]]:
    """Languages by name; one that is written otherwise stays a choice."""
    known = {code: str(Locale.parse(code).get_display_name("en")) for code in LANGUAGES}
    if present and present not in known:
        known[present] = present
    return [("", "The organization’s"), *sorted(known.items(), key=lambda choice: choice[1])]


def country_choices() -> list[tuple[str, str]]:
    named = [(code, str(name)) for code, name in _ENGLISH.territories.items() if len(code) == 2 and code.isalpha()]
    return [("", "Not known"), *sorted(named, key=lambda choice: choice[1])]


def owner_choices(organization: Organization) -> list[tuple[str, str]]:
    members = Membership.objects.filter(organization=organization, user__is_active=True).select_related("user")
    people = [(str(member.user_id), str(member.user)) for member in members]
    return [("", "Nobody"), *sorted(people, key=lambda choice: choice[1].casefold())]


PARTS = (
    ("Customer", ("name", "number", "owner", "tags")),
    ("Address", ("address_line_1", "address_line_2", "postal_code", "city", "region", "country")),
    ("Reminders and terms", ("preferred_channel", "language", "time_zone", "terms_days")),
)


class CustomerForm(EntryForm):
    name = forms.CharField(label="Name", max_length=300, error_messages={"required": "A customer needs a name."})
    number = forms.CharField(
        label="Customer number",
        required=False,
        max_length=100,
        help_text="As in your accounting program; imports find the customer by it.",
    )
    address_line_1 = forms.CharField(label="Street and number", required=False, max_length=200)
    address_line_2 = forms.CharField(label="Address, second line", required=False, max_length=200)
    postal_code = forms.CharField(label="Postal code", required=False, max_length=20)
    city = forms.CharField(label="City", required=False, max_length=100)
    region = forms.CharField(label="State or region", required=False, max_length=100)
    country = forms.ChoiceField(label="Country", required=False)
    preferred_channel = forms.ChoiceField(
        label="Reached best by",
        required=False,
        choices=[("", "Whatever a step says"), *CHANNELS],
        help_text="Steps go this way where it is set up, has their text, and has an address.",
    )
    language = forms.ChoiceField(label="Language of reminders", required=False)
    time_zone = forms.ChoiceField(
        label="Time zone", required=False, help_text="Reminders arrive in the customer’s working hours."
    )
    terms_days = forms.IntegerField(
        label="Days to pay",
        required=False,
        min_value=0,
        max_value=365,
        help_text="For invoices without a due date. Empty: the organization’s terms.",
    )
    owner = forms.ChoiceField(label="Owner", required=False, help_text="Who looks after this customer.")
    tags = forms.CharField(label="Tags", required=False, max_length=1000, help_text="Separated by commas.")

    def __init__(self, data: Any, *, desk: Desk, customer: Customer | None = None) -> None:
        initial: dict[str, Any] = {}
        if customer is not None:
            same = ("name", "number", *ADDRESS, "country", "language", "preferred_channel")
            initial = {name: getattr(customer, name) for name in same}
            initial |= {"time_zone": customer.time_zone, "terms_days": customer.terms_days}
            initial |= {"tags": ", ".join(customer.tags), "owner": str(customer.owner_id or "")}
            initial["version"] = version_of(customer)
        elif not desk.scope.whole_book:
            initial["owner"] = str(desk.user.pk)
        super().__init__(data, initial=initial)
        zones = [(zone, zone.replace("_", " ")) for zone in sorted(zoneinfo.available_timezones())]
        choices = {
            "country": country_choices(),
            "language": language_choices(customer.language if customer else ""),
            "time_zone": [("", f"{desk.organization.time_zone.replace('_', ' ')} (the organization's)"), *zones],
            "owner": owner_choices(desk.organization),
        }
        if customer is not None and customer.country and customer.country not in dict(choices["country"]):
            choices["country"].append((customer.country, customer.country))
        if customer is not None and customer.owner_id and str(customer.owner_id) not in dict(choices["owner"]):
            choices["owner"].append((str(customer.owner_id), f"{customer.owner} (no member any more)"))
        for name, options in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = options
        if not desk.scope.whole_book:  # who sees only their own customers cannot give one away, and lose sight of it
            self.fields["owner"].disabled = True

    @property
    def parts_of_page(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [(title, [self[name] for name in names]) for title, names in PARTS]

    @staticmethod
    def values(cleaned: dict[str, Any]) -> dict[str, Any]:
        """What the service takes."""
        owner = cleaned.pop("owner")
        return {**cleaned, "tags": cleaned["tags"].split(","), "owner_id": int(owner) if owner else None}


class ContactForm(EntryForm):
    name = forms.CharField(label="Name", required=False, max_length=200)
    role = forms.ChoiceField(label="Role", choices=ContactRole.choices)
    email = forms.CharField(
        label="E-mail",
        required=False,
        max_length=320,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    phone = forms.CharField(label="Phone", required=False, max_length=50, widget=forms.TextInput(attrs={"type": "tel"}))
    language = forms.ChoiceField(label="Language", required=False)
    is_primary = forms.BooleanField(label="Reminders go to this person", required=False)

    def __init__(self, data: Any, *, contact: Contact | None = None, first: bool = False) -> None:
        initial: dict[str, Any] = {"is_primary": first}
        if contact is not None:
            initial = {name: getattr(contact, name) for name in ("name", "role", "email", "phone", "language")}
            initial |= {"is_primary": contact.is_primary, "version": version_of(contact)}
        super().__init__(data, initial=initial)
        language = self.fields["language"]
        assert isinstance(language, forms.ChoiceField)
        language.choices = [("", "The customer’s"), *language_choices(contact.language if contact else "")[1:]]


class ChannelsForm(EntryForm):
    """What one contact has said about each channel."""

    how = forms.CharField(
        label="How they told us",
        required=False,
        max_length=300,
        help_text="For example: on the phone, or in the order of 3 May. Kept with today’s date and your name.",
    )

    def __init__(self, data: Any, *, contact: Contact) -> None:
        kept = {choice.channel: choice.said for choice in ChannelChoice.objects.filter(contact=contact)}
        super().__init__(data, initial={**kept, "version": version_of(contact)})
        for channel, name in CHANNELS:
            self.fields[channel] = forms.ChoiceField(
                label=name, required=False, choices=[("", "Nothing said"), *Said.choices]
            )
        self.order_fields([*(channel for channel, _ in CHANNELS), "how"])
