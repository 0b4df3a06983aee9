"""Which facts a text may name, and under which words.

A tag is written `{{ customer.name }}` or `[Client Name]`. Row tags stand for one invoice inside
`{% for invoice in invoices %}`; in a loop a bracket name means the row's tag where there is one.
"""

from __future__ import annotations

import difflib
import enum
import re
from dataclasses import dataclass


class Kind(enum.Enum):
    """What a tag holds: decides how it is written, and what it may be compared with."""

    TEXT = "text"
    LINES = "lines"
    NUMBER = "number"
    AMOUNT = "amount"
    DATE = "date"
    LINK = "link"
    BLOCK = "block"
    LIST = "list"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class MergeTag:
    """One fact. `optional`: may be unknown for some customers, so texts use it inside `{% if %}`."""

    path: str
    label: str
    kind: Kind
    meaning: str
    synonyms: tuple[str, ...] = ()
    optional: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return (self.label, *self.synonyms)


TAGS: tuple[MergeTag, ...] = (
    # Who is written to
    MergeTag(
        "customer.name", "Client Name", Kind.TEXT, "The customer's name.", ("Customer Name", "Client", "Customer")
    ),
    MergeTag(
        "customer.number",
        "Client Number",
        Kind.TEXT,
        "The customer's number.",
        ("Customer Number", "Account Number"),
        optional=True,
    ),
    MergeTag(
        "contact.name",
        "Contact Name",
        Kind.TEXT,
        "The person at the customer.",
        ("Contact", "Full Name", "Recipient Name"),
        optional=True,
    ),
    MergeTag(
        "contact.first_name",
        "First Name",
        Kind.TEXT,
        "The person's first name.",
        ("Contact First Name",),
        optional=True,
    ),
    MergeTag("contact.email", "Contact Email", Kind.TEXT, "The address this goes to.", ("Client Email", "Recipient")),
    # Who writes
    MergeTag(
        "organization.name",
        "Company Name",
        Kind.TEXT,
        "Our name.",
        ("Our Company", "Our Name", "Organization", "Organization Name"),
    ),
    MergeTag(
        "organization.address",
        "Postal Address",
        Kind.LINES,
        "Our postal address.",
        ("Our Address", "Company Address"),
        optional=True,
    ),
    MergeTag("sender.name", "Sender Name", Kind.TEXT, "The name this comes from.", ("Sender", "My Name")),
    MergeTag(
        "sender.signature",
        "Signature",
        Kind.LINES,
        "The lines that close the mails of who this comes from; the name, where the sender has none.",
        ("Sender Signature", "Closing Lines"),
    ),
    MergeTag("sender.email", "Sender Email", Kind.TEXT, "The address answers go to.", ("Reply To", "Our Email")),
    MergeTag(
        "account_manager.name",
        "Account Manager",
        Kind.TEXT,
        "Who looks after the customer in our team.",
        ("Account Manager Name", "Customer Owner"),
        optional=True,
    ),
    MergeTag(
        "account_manager.email",
        "Account Manager Email",
        Kind.TEXT,
        "The address of who looks after the customer.",
        ("Customer Owner Email",),
        optional=True,
    ),
    # What is owed
    MergeTag("invoices", "Invoices", Kind.LIST, "The invoices, oldest first, for a loop."),
    MergeTag("invoice_count", "Number of Invoices", Kind.NUMBER, "How many invoices there are.", ("Invoice Count",)),
    MergeTag(
        "invoice_numbers",
        "Invoice Numbers",
        Kind.TEXT,
        "Their numbers in one line.",
        ("Invoice Number", "Invoice No", "Invoice", "Invoice Id", "Invoice List"),
    ),
    MergeTag(
        "invoice_table", "Invoice Table", Kind.BLOCK, "A table of the invoices with the total.", ("Table", "Statement")
    ),
    MergeTag(
        "total_due",
        "Total Due",
        Kind.AMOUNT,
        "What is to be paid: the balances less the credit.",
        (
            "Amount Due",
            "Amount",
            "Balance",
            "Balance Due",
            "Total",
            "Total Amount",
            "Invoice Amount",
            "Outstanding Balance",
        ),
    ),
    MergeTag("balance_total", "Balance Total", Kind.AMOUNT, "The balances, before the credit."),
    MergeTag(
        "overdue_total",
        "Overdue Amount",
        Kind.AMOUNT,
        "The balances whose due date has passed.",
        ("Amount Overdue", "Total Overdue"),
    ),
    MergeTag(
        "overdue_count", "Number Overdue", Kind.NUMBER, "How many invoices are past their due date.", ("Overdue Count",)
    ),
    MergeTag(
        "credit",
        "Credit",
        Kind.AMOUNT,
        "Credit that is set against the balances.",
        ("Unapplied Credit",),
        optional=True,
    ),
    MergeTag("currency", "Currency", Kind.TEXT, "The currency's code, for example EUR.", ("Currency Code",)),
    MergeTag(
        "balance_by_currency",
        "Balance by Currency",
        Kind.TEXT,
        "All that the customer owes, with the invoices this is not about: one sum for each currency.",
        ("Balances", "Account Balance"),
    ),
    # The oldest invoice
    MergeTag(
        "oldest_invoice.number",
        "Oldest Invoice Number",
        Kind.TEXT,
        "The number of the oldest invoice.",
        ("Oldest Invoice",),
    ),
    MergeTag(
        "oldest_invoice.issued_on",
        "Invoice Date",
        Kind.DATE,
        "When the oldest invoice was issued.",
        ("Issue Date", "Issued"),
    ),
    MergeTag(
        "oldest_invoice.due_on", "Due Date", Kind.DATE, "When the oldest invoice was due.", ("Due On", "Payment Date")
    ),
    MergeTag(
        "oldest_invoice.days_overdue",
        "Days Overdue",
        Kind.NUMBER,
        "Days since the oldest due date, 0 before it.",
        ("Days Past Due", "Days Late", "Overdue Days"),
    ),
    MergeTag(
        "oldest_invoice.days_until_due",
        "Days Until Due",
        Kind.NUMBER,
        "Days to the oldest due date, 0 after it.",
        ("Days Left",),
    ),
    MergeTag("oldest_invoice.balance", "Oldest Balance", Kind.AMOUNT, "What is open on the oldest invoice."),
    # How to pay
    MergeTag(
        "pay_instructions",
        "How to Pay",
        Kind.BLOCK,
        "The way to pay: link or bank details.",
        ("Pay Instructions", "Payment Details", "Payment Instructions"),
    ),
    MergeTag(
        "pay_link",
        "Pay Link",
        Kind.LINK,
        "The address where the invoice is paid; only when there is one invoice with such an address.",
        ("Payment Link", "Pay Now Link", "Payment Url", "Pay Url"),
        optional=True,
    ),
    MergeTag("bank_details", "Bank Details", Kind.LINES, "Our bank details.", ("Bank Account", "Bank"), optional=True),
    # When, and what came before
    MergeTag("today", "Today", Kind.DATE, "The day this is sent.", ("Date", "Current Date", "Sending Date")),
    MergeTag(
        "earlier_notices",
        "Earlier Notices",
        Kind.NUMBER,
        "How many reminders were sent before about each of these invoices; 0 where one of them has had none.",
    ),
    MergeTag(
        "last_notice_on",
        "Last Contact",
        Kind.DATE,
        "When the last of them was sent.",
        ("Last Reminder", "Last Notice"),
        optional=True,
    ),
    MergeTag(
        "earlier_calls",
        "Earlier Calls",
        Kind.NUMBER,
        "In how many calls we have spoken about each of these invoices; 0 where one of them has had none. In call "
        "scripts only.",
    ),
    MergeTag(
        "promise.made_on",
        "Promise Made",
        Kind.DATE,
        "When the customer told us that these invoices would be paid; only after the promised day has passed.",
        ("Promise Date", "Promised On"),
        optional=True,
    ),
    MergeTag(
        "promise.pay_on",
        "Promised Payment Date",
        Kind.DATE,
        "The day by which it was promised.",
        ("Promised For", "Promised By"),
        optional=True,
    ),
)

ROW_TAGS: tuple[MergeTag, ...] = (
    MergeTag("invoice.number", "Invoice Number", Kind.TEXT, "Its number.", ("Invoice No", "Invoice", "Number")),
    MergeTag("invoice.issued_on", "Invoice Date", Kind.DATE, "When it was issued.", ("Issue Date", "Issued")),
    MergeTag("invoice.due_on", "Due Date", Kind.DATE, "When it is or was due.", ("Due On", "Payment Date")),
    MergeTag(
        "invoice.days_overdue",
        "Days Overdue",
        Kind.NUMBER,
        "Days since its due date, 0 before it.",
        ("Days Past Due", "Days Late"),
    ),
    MergeTag(
        "invoice.days_until_due", "Days Until Due", Kind.NUMBER, "Days to its due date, 0 after it.", ("Days Left",)
    ),
    MergeTag("invoice.total", "Invoice Amount", Kind.AMOUNT, "What it was written for.", ("Invoice Total", "Total")),
    MergeTag("invoice.balance", "Balance", Kind.AMOUNT, "What is still open.", ("Balance Due", "Amount Due", "Amount")),
    MergeTag("invoice.description", "Description", Kind.TEXT, "What it is for.", optional=True),
    MergeTag(
        "invoice.pay_link", "Pay Link", Kind.LINK, "The address where it is paid.", ("Payment Link",), optional=True
    ),
    MergeTag("loop.index", "Row", Kind.NUMBER, "1 for the first row, and so on.", ("Row Number",)),
    MergeTag("loop.first", "First Row", Kind.FLAG, "Whether this is the first row."),
    MergeTag("loop.last", "Last Row", Kind.FLAG, "Whether this is the last row."),
)

# What is known when somebody calls, and not when a text is written to be sent
SPOKEN_ONLY = frozenset({"earlier_calls"})

BY_PATH: dict[str, MergeTag] = {tag.path: tag for tag in TAGS}
ROW_BY_PATH: dict[str, MergeTag] = {tag.path: tag for tag in ROW_TAGS}


def palette(*, spoken: bool) -> list[MergeTag]:
    """The tags that somebody who writes a text can choose from."""
    return [tag for tag in TAGS if tag.kind is not Kind.LIST and (spoken or tag.path not in SPOKEN_ONLY)]


# What people look for and this version has no facts for: refused with what to expect, and not offered
NOT_YET = dict.fromkeys(
    ("charge", "charges", "late fee", "late fees", "interest", "late interest", "collection costs"),
    "Charges (late fees, interest, costs of collection) are not kept yet: this tag comes with them.",
)


def not_yet(name: str) -> str | None:
    """Why a tag that somebody may expect is not there; None for any other name, in brackets or as a path."""
    words = plain(name)
    return NOT_YET.get(words) or NOT_YET.get(words.partition(" ")[0])


def described(path: str) -> str:
    """A tag as a person would look for it: `[Account Manager]`; the path where no tag has it."""
    tag = BY_PATH.get(path) or ROW_BY_PATH.get(path)
    return f"[{tag.label}]" if tag else path


_SEPARATORS = re.compile(r"[^a-z0-9]+")


def plain(name: str) -> str:
    """A name as it is compared: "Client-Name" and "client name" are the same."""
    return _SEPARATORS.sub(" ", name.casefold()).strip()


_BY_NAME = {plain(name): tag for tag in TAGS for name in tag.names}
_ROW_BY_NAME = {plain(name): tag for tag in ROW_TAGS for name in tag.names}


def by_label(label: str, *, in_loop: bool = False) -> MergeTag | None:
    """The tag a bracket name stands for."""
    key = plain(label)
    if in_loop and key in _ROW_BY_NAME:
        return _ROW_BY_NAME[key]
    return _BY_NAME.get(key)


def suggest_label(label: str, *, in_loop: bool = False) -> str | None:
    """The bracket name that was probably meant by a misspelt one."""
    names = {**_BY_NAME, **(_ROW_BY_NAME if in_loop else {})}
    for close in difflib.get_close_matches(plain(label), names, n=1, cutoff=0.7):
        return next(name for name in names[close].names if plain(name) == close)
    return None


def suggest_path(path: str, *, in_loop: bool = False) -> str | None:
    """The path that was probably meant by a misspelt one."""
    paths = [*BY_PATH, *(ROW_BY_PATH if in_loop else ())]
    close = difflib.get_close_matches(path.lower(), paths, n=1, cutoff=0.7)
    if close:
        return str(close[0])
    # `{{ client_name }}`: somebody who knows the bracket names
    tag = by_label(path.replace(".", " ").replace("_", " "), in_loop=in_loop)
    return tag.path if tag else None
