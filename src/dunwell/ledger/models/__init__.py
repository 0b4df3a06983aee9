"""The book: who owes, what for, and what has been paid."""

from dunwell.ledger.models.choices import ChannelChoice, ChoiceSource, Said
from dunwell.ledger.models.credits import CreditNote, WriteOff
from dunwell.ledger.models.customers import Contact, ContactRole, Customer, DataSource, SourceKind
from dunwell.ledger.models.do_not_contact import DoNotContact, WhyNot
from dunwell.ledger.models.extensions import DueDateExtension
from dunwell.ledger.models.holds import Hold, HoldReason
from dunwell.ledger.models.imports import FileImport, FileScope, ImportMapping, ImportState
from dunwell.ledger.models.invoices import Invoice, InvoiceStatus
from dunwell.ledger.models.merged import MergedContact
from dunwell.ledger.models.notes import Document, Note, NoteKind
from dunwell.ledger.models.payments import Allocation, Payment, PaymentStatus
from dunwell.ledger.models.touched import TouchedCustomer

__all__ = [
    "Allocation",
    "ChannelChoice",
    "ChoiceSource",
    "Contact",
    "ContactRole",
    "CreditNote",
    "Customer",
    "DataSource",
    "DoNotContact",
    "Document",
    "DueDateExtension",
    "FileImport",
    "FileScope",
    "Hold",
    "HoldReason",
    "ImportMapping",
    "ImportState",
    "Invoice",
    "InvoiceStatus",
    "MergedContact",
    "Note",
    "NoteKind",
    "Payment",
    "PaymentStatus",
    "Said",
    "SourceKind",
    "TouchedCustomer",
    "WhyNot",
    "WriteOff",
]
