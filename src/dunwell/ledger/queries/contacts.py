"""Who a contact is now."""

from __future__ import annotations

from dunwell.ledger.models import Contact, MergedContact


def contact_that_stayed(contact_id: int) -> Contact | None:
    """The contact of this number; where it was another's double and is gone, that one. None: there is neither."""
    contacts = Contact.objects.select_related("customer__organization")
    found = contacts.filter(pk=contact_id).first()
    if found is None:
        merged = MergedContact.objects.filter(was=contact_id).values("contact")
        found = contacts.filter(pk__in=merged).first()
    return found
