"""Writes to notes: what a person has to say about a customer or an invoice."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction

from dunwell.ledger.models import Customer, Invoice, Note
from dunwell.ledger.services.refusals import in_words
from dunwell.ledger.services.versions import locked, refuse_if_changed
from dunwell.organizations.models import Organization, User
from dunwell.organizations.recording import recorded

FIELDS = ("kind", "text", "spoke_with", "happened_at")


def _text(text: str) -> str:
    if not text.strip():
        raise ValidationError({"text": "Write something first."})
    return text.strip()


@transaction.atomic
def add_note(
    *,
    organization: Organization,
    customer_id: int,
    invoice_id: int | None,
    kind: str,
    text: str,
    spoke_with: str,
    happened_at: dt.datetime,
    by: User,
    now: dt.datetime,
) -> Note:
    """Keep a note, or a call that was made; about the customer, or one of its invoices."""
    customer = locked(Customer, organization, customer_id)
    if (
        invoice_id is not None
        and not Invoice.objects.filter(organization=organization, pk=invoice_id, customer=customer).exists()
    ):
        raise ValidationError({"invoice": "This is no invoice of the customer."})
    if happened_at > now + dt.timedelta(minutes=1):
        raise ValidationError({"happened_at": "This is still to come."})
    with recorded(user=by.pk, action="add note"), in_words():
        return Note.objects.create(
            organization=organization,
            customer=customer,
            invoice_id=invoice_id,
            kind=kind,
            text=_text(text),
            spoke_with=spoke_with.strip(),
            happened_at=happened_at,
            author=by,
        )


@transaction.atomic
def edit_note(
    *,
    organization: Organization,
    note_id: int,
    kind: str,
    text: str,
    spoke_with: str,
    happened_at: dt.datetime,
    by: User,
    now: dt.datetime,
    version: int | None = None,
) -> Note:
    note = locked(Note, organization, note_id)
    refuse_if_changed(note, version, FIELDS)
    if happened_at > now + dt.timedelta(minutes=1):
        raise ValidationError({"happened_at": "This is still to come."})
    note.kind, note.text, note.spoke_with, note.happened_at = kind, _text(text), spoke_with.strip(), happened_at
    with recorded(user=by.pk, action="edit note"), in_words():
        note.save(update_fields=list(FIELDS))
    return note


@transaction.atomic
def remove_note(*, organization: Organization, note_id: int, by: User) -> Note:
    """Take a note away; the history keeps it."""
    note = locked(Note, organization, note_id)
    with recorded(user=by.pk, action="remove note"):
        Note.objects.filter(pk=note.pk).delete()
    return note
