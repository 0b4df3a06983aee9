"""Writes to credit notes by hand: add, apply at once if wanted, void."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction

from dunwell.ledger.models import CreditNote, Customer
from dunwell.ledger.services.allocations import apply_parts
from dunwell.ledger.services.amounts import known_currency, not_later, payable
from dunwell.ledger.services.refusals import in_words
from dunwell.ledger.services.versions import locked
from dunwell.organizations.models import Organization, User
from dunwell.organizations.recording import recorded


@transaction.atomic
def add_credit_note(
    *,
    organization: Organization,
    customer_id: int,
    number: str,
    total: Decimal,
    currency: str,
    issued_on: dt.date,
    by: User,
    as_of: dt.date,
    description: str = "",
    parts: Mapping[int, Decimal] | None = None,
) -> CreditNote:
    """A credit to a customer; applied to invoices as `parts` say (invoice → amount), the rest nets what is overdue."""
    customer = locked(Customer, organization, customer_id)
    code = known_currency(currency)
    payable(total, code, field="total")
    not_later(issued_on, as_of, field="issued_on")
    if not number.strip():
        raise ValidationError({"number": "A credit note needs a number."})
    with recorded(user=by.pk, action="add credit note"), in_words():
        note = CreditNote.objects.create(
            organization=organization,
            customer=customer,
            number=number.strip(),
            issued_on=issued_on,
            currency=code,
            total=total,
            description=description.strip(),
        )
        if parts and any(parts.values()):
            note.refresh_from_db()
            apply_parts(note, parts, on=issued_on, as_of=as_of)
    note.refresh_from_db()
    return note


@transaction.atomic
def void_credit_note(
    *,
    organization: Organization,
    credit_note_id: int,
    on: dt.date,
    reason: str,
    by: User,
    as_of: dt.date,
    now: dt.datetime,
) -> None:
    """The credit counts no more from `on`. What it settles must be taken back first, so that nobody is surprised."""
    note = locked(CreditNote, organization, credit_note_id)
    if note.voided_on is not None:
        raise ValidationError("It is void already.")
    if note.allocated > 0:
        raise ValidationError("Parts of this credit note still stand on invoices; take them back first.")
    if not reason.strip():
        raise ValidationError({"reason": "Say why; the history keeps it."})
    not_later(on, as_of, field="on")
    if on < max(note.issued_on, note.last_entry_on or note.issued_on):
        raise ValidationError({"on": "It was still in use after that day."})
    with recorded(user=by.pk, action="void credit note"), in_words():
        CreditNote.objects.filter(pk=note.pk).update(voided_on=on, void_reason=reason.strip()[:300], updated_at=now)
