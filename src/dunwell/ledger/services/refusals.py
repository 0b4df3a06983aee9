"""What the database refuses, in words: its constraints are the last guard, and a person reads what they said."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

# Constraint → the field it is about (empty: the whole form) and what to do
_WORDS = {
    "customer_number_once": ("number", "Another customer has this number already."),
    "customer_name_once_without_number": (
        "name",
        "Another customer without a number has this name. Give one of them a number, or merge the two.",
    ),
    "customer_has_a_name": ("name", "A customer needs a name."),
    "contact_email_once_per_customer": ("email", "Another contact of this customer has this address already."),
    "contact_one_primary": ("is_primary", "Somebody has just made another contact the primary one. Try again."),
    "invoice_number_once": ("number", "Another invoice has this number already."),
    "invoice_total_not_negative": ("total", "A total cannot be negative; what lowers a debt is a credit note."),
    "invoice_never_overpaid": ("total", "More has been paid, credited or written off than that asks for."),
    "invoice_due_not_before_issue": ("due_on", "The due date lies before the issue date."),
    "invoice_currency_is_iso": ("currency", "A currency is three capital letters, for example EUR."),
    "payment_reference_once": ("reference", "A payment with this reference has been recorded already."),
    "payment_amount_positive": ("amount", "A payment is more than nothing."),
    "payment_never_overspent": ("", "That is more than is left of this payment. Somebody may have used it just now."),
    "payment_refund_follows_success": ("on", "Only money that came in can be refunded."),
    "payment_allocated_only_when_money_is_there": (
        "",
        "Parts of this payment still stand on invoices; take them back first.",
    ),
    "credit_note_number_once": ("number", "Another credit note has this number already."),
    "credit_note_total_positive": ("total", "A credit note is worth more than nothing."),
    "credit_note_never_overspent": ("", "That is more than is left of this credit note."),
    "credit_note_void_is_unused": ("", "Parts of this credit note still stand on invoices; take them back first."),
    "allocation_amount_positive": ("", "An amount to apply is more than nothing."),
    "write_off_amount_positive": ("amount", "An amount to write off is more than nothing."),
    "hold_ends_after_start": ("ends_on", "A hold ends after the day it starts."),
    "hold_part_of_an_invoice": ("amount", "Only a part of an invoice can be held; choose the invoice."),
    "extension_gives_more_time": ("new_due_on", "The new due date must lie after the present one."),
    "note_has_text": ("text", "Write something first."),
}


@contextmanager
def in_words() -> Iterator[None]:
    """Turn a constraint's refusal into a ValidationError beside its field; what is written inside is taken back."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
        if name not in _WORDS:
            raise
        field, sentence = _WORDS[name]
        raise ValidationError({field: sentence} if field else sentence) from error
