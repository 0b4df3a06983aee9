"""Which addresses nothing more goes to, and whose they are now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from dunwell.ledger.models import Contact, DoNotContact


def without_contact(found: QuerySet[DoNotContact]) -> QuerySet[DoNotContact]:
    """Those whose address no contact has now."""
    return found.filter(~Exists(_having(OuterRef("organization"), OuterRef("address"))))


def with_contact(found: QuerySet[DoNotContact]) -> QuerySet[DoNotContact]:
    """Those whose address a contact has now."""
    return found.filter(Exists(_having(OuterRef("organization"), OuterRef("address"))))


def contacts_by_address(organization_id: int, addresses: Iterable[str]) -> Mapping[str, Contact]:
    """Who has each address now; of several the one known longest."""
    wanted = set(addresses)
    contacts = (
        Contact.objects.filter(organization_id=organization_id)
        .annotate(email_key=Lower("email"))
        .filter(Q(email_key__in=wanted) | Q(sms_number__in=wanted) | Q(phone__in=wanted))
        .select_related("customer")
        .order_by("-pk")
    )
    return {
        address: contact
        for contact in contacts
        for address in (contact.email.lower(), contact.sms_number, contact.phone)
        if address and address in wanted
    }


def _having(organization: OuterRef, address: OuterRef) -> QuerySet[Contact]:
    contacts = Contact.objects.annotate(email_key=Lower("email")).filter(organization=organization)
    return contacts.filter(Q(email_key=address) | Q(sms_number=address) | Q(phone=address))
