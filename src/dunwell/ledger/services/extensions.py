"""Give an invoice more time."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from dunwell.ledger.models import DueDateExtension, Invoice
from dunwell.organizations.models import Organization, User
from dunwell.organizations.recording import recorded


class ExtensionRefusedError(Exception):
    """The due date cannot be moved; the message says why in plain words."""


@transaction.atomic
def extend_due_date(
    *,
    organization: Organization,
    invoice_id: int,
    new_due_on: dt.date,
    note: str = "",
    by: User | None,
    as_of: dt.date,
    now: dt.datetime,
) -> DueDateExtension:
    """Move the due date of an open invoice; the steps of its policy start afresh from the new one.

    `as_of` is the organization's today, from which the new date counts. Unsent notices about the invoice are called
    back by the next pass, or by the check before sending. Raises ExtensionRefusedError; nothing is changed then.
    """
    invoice = Invoice.objects.select_for_update().filter(organization=organization, pk=invoice_id).first()
    if invoice is None:
        raise ExtensionRefusedError("This invoice is not in the book.")
    if invoice.is_draft or invoice.balance <= 0:
        raise ExtensionRefusedError("Nothing is open of this invoice: its due date stays as it is.")
    if new_due_on <= invoice.due_on:
        raise ExtensionRefusedError(
            f"It is due on {invoice.due_on:%Y-%m-%d}: an extension must give a later day than that."
        )
    if new_due_on <= as_of:
        raise ExtensionRefusedError("The new due date has passed already: name a day that is still to come.")
    with recorded(user=by.pk if by else None, action="extend due date"):
        extension = DueDateExtension.objects.create(
            organization=organization,
            invoice=invoice,
            old_due_on=invoice.due_on,
            new_due_on=new_due_on,
            extended_on=as_of,
            note=note.strip(),
            created_by=by,
            created_at=now,
        )
        invoice.due_on = new_due_on
        invoice.save(update_fields=["due_on", "updated_at"])
    return extension
