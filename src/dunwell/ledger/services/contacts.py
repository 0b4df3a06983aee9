"""Writes to the people at a customer."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from dunwell.ledger.models import Contact, Customer
from dunwell.ledger.services.refusals import in_words
from dunwell.ledger.services.versions import locked, refuse_if_changed
from dunwell.organizations.models import Organization, User
from dunwell.organizations.recording import recorded

FIELDS = ("name", "role", "email", "phone", "language", "is_primary")


def refuse_phone(*, organization_id: int, contact_id: int, now: dt.datetime) -> int:
    """Somebody else answered at this contact's number: it is not used until a person confirms it.

    Every contact of the customer with the same number is marked; how many were. The caller names who.
    """
    contact = Contact.objects.get(organization_id=organization_id, pk=contact_id)
    same = Contact.objects.filter(organization_id=organization_id, customer_id=contact.customer_id, phone=contact.phone)
    return same.filter(phone_refused_at=None).update(phone_refused_at=now, updated_at=now)


def confirm_phone(*, organization_id: int, contact_id: int, user_id: int, now: dt.datetime) -> int:
    """A person says that a refused number is right after all: it is used again."""
    with recorded(user=user_id):
        return Contact.objects.filter(
            organization_id=organization_id, id=contact_id, phone_refused_at__isnull=False
        ).update(phone_refused_at=None, updated_at=now)


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    values = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
    if values["email"]:
        try:
            validate_email(values["email"])
        except ValidationError as error:
            raise ValidationError({"email": "This is no e-mail address such as anna@example.com."}) from error
    if not values["name"] and not values["email"] and not values["phone"]:
        raise ValidationError({"name": "Give at least a name, an address or a phone number."})
    return values


def _others_step_down(contact: Contact, now: dt.datetime) -> None:
    """Reminders go to one person: the one who had them so far gives way."""
    Contact.objects.filter(organization=contact.organization_id, customer=contact.customer_id, is_primary=True).exclude(
        pk=contact.pk
    ).update(is_primary=False, updated_at=now)


@transaction.atomic
def add_contact(*, organization: Organization, customer_id: int, by: User, now: dt.datetime, **values: Any) -> Contact:
    """A person at a customer; the first one gets the reminders. Takes FIELDS; raises ValidationError by field."""
    customer = locked(Customer, organization, customer_id)
    contact = Contact(organization=organization, customer=customer, **_checked(values))
    contact.is_primary = contact.is_primary or not customer.contacts.filter(is_primary=True).exists()
    with recorded(user=by.pk, action="add contact"), in_words():
        if contact.is_primary:
            _others_step_down(contact, now)
        contact.save()
    return contact


@transaction.atomic
def edit_contact(
    *,
    organization: Organization,
    contact_id: int,
    by: User,
    now: dt.datetime,
    version: int | None = None,
    **values: Any,
) -> Contact:
    """Change a contact. What was corrected is used again; the one who gets reminders passes that on, not away."""
    contact = locked(Contact, organization, contact_id)
    refuse_if_changed(contact, version, FIELDS)
    checked = _checked(values)
    if contact.is_primary and not checked["is_primary"]:
        raise ValidationError({"is_primary": "Somebody must get the reminders: make another contact primary instead."})
    if checked["email"].lower() != contact.email.lower():
        contact.email_refused_at, contact.email_refused_reason = None, ""
    if checked["phone"] != contact.phone:
        contact.phone_refused_at = None
    for name, value in checked.items():
        setattr(contact, name, value)
    with recorded(user=by.pk, action="edit contact"), in_words():
        if contact.is_primary:
            _others_step_down(contact, now)
        contact.save()
    return contact


@transaction.atomic
def make_primary(*, organization: Organization, contact_id: int, by: User, now: dt.datetime) -> Contact:
    """Reminders go to this person from now on."""
    contact = locked(Contact, organization, contact_id)
    with recorded(user=by.pk, action="make contact primary"), in_words():
        _others_step_down(contact, now)
        Contact.objects.filter(pk=contact.pk, is_primary=False).update(is_primary=True, updated_at=now)
    return contact


@transaction.atomic
def remove_contact(*, organization: Organization, contact_id: int, by: User, now: dt.datetime) -> Contact:
    """Take a person off the customer; when it was the one who got reminders, the longest known other one does."""
    contact = locked(Contact, organization, contact_id)
    with recorded(user=by.pk, action="remove contact"):
        Contact.objects.filter(pk=contact.pk).delete()
        if contact.is_primary:
            heirs = Contact.objects.filter(organization=organization, customer=contact.customer_id)
            heir = heirs.exclude(email="").order_by("pk").first() or heirs.order_by("pk").first()
            if heir is not None:
                Contact.objects.filter(pk=heir.pk).update(is_primary=True, updated_at=now)
    return contact
