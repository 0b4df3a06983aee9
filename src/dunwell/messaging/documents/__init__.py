"""Documents on paper: letter, statement of account, copy of an invoice. Pure: facts in, the bytes of a PDF out."""

from dunwell.messaging.documents.facts import (
    AccountFacts,
    Addressee,
    InvoiceCopyFacts,
    LetterFacts,
    Letterhead,
    Movement,
    OpenItem,
)
from dunwell.messaging.documents.invoice_copy import print_invoice_copy
from dunwell.messaging.documents.letter import print_letter
from dunwell.messaging.documents.press import NotPrintableError, Press, press
from dunwell.messaging.documents.statement import print_statement

__all__ = [
    "AccountFacts",
    "Addressee",
    "InvoiceCopyFacts",
    "LetterFacts",
    "Letterhead",
    "Movement",
    "NotPrintableError",
    "OpenItem",
    "Press",
    "press",
    "print_invoice_copy",
    "print_letter",
    "print_statement",
]
