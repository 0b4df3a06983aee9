"""What documents are made from: plain values, as of a day. No model, no database."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from dunwell.rules.papers import Paper


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who writes, and how it looks. `address` has a line for each line of the postal address, without the name.

    `logo` is a PNG, JPEG or WebP picture; `locale` is how dates and amounts are written, `language` the fixed words'.
    """

    name: str
    address: tuple[str, ...] = ()
    email: str = ""
    bank_details: str = ""
    brand_color: str = ""
    logo: bytes = b""
    paper: Paper = Paper.A4
    locale: str = "en_US"
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who receives it: the lines of the address as they show through the window, the name first."""

    lines: tuple[str, ...]
    number: str = ""


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An invoice of which `balance` is open. `days_past_due` is as of the document's day.

    `disputed`: all that is open. `held`: something of it is disputed, promised or otherwise at rest.
    """

    number: str
    issued_on: dt.date
    due_on: dt.date
    days_past_due: int
    total: Decimal
    balance: Decimal
    disputed: bool = False
    payment_url: str = ""
    held: bool = False


@dataclass(frozen=True, slots=True)
class Movement:
    """A payment or a credit note: what it was, of which `open` is not used for an invoice yet."""

    on: dt.date
    reference: str
    amount: Decimal
    open: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """A customer's account in one currency as of a day: what is open, what was paid since `since`, unused credit.

    `buckets` are the amounts of `invoices` by age as `rules.aging` divides them, `balance` is what is open less credit.
    """

    currency: str
    as_of: dt.date
    since: dt.date
    invoices: tuple[OpenItem, ...]
    credits: tuple[Movement, ...]
    payments: tuple[Movement, ...]
    buckets: tuple[Decimal, ...]
    credit: Decimal

    @property
    def open_total(self) -> Decimal:
        return sum((item.balance for item in self.invoices), Decimal(0))

    @property
    def balance(self) -> Decimal:
        return self.open_total - self.credit


@dataclass(frozen=True, slots=True)
class InvoiceCopyFacts:
    """What the book knows of an invoice. `part_paid`: less than `total` is left; nothing else changes."""

    number: str
    issued_on: dt.date
    due_on: dt.date
    currency: str
    total: Decimal
    description: str = ""
    payment_url: str = ""
    part_paid: bool = False


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """A letter about invoices of one currency. `body` are its paragraphs in order, the table and the way to pay among
    them (`letter.TABLE` and `letter.PAY`). `credit` nets the invoices; `payable_to` is what the code is made from.
    """

    subject: str
    body: tuple[str, ...]
    currency: str
    as_of: dt.date
    invoices: tuple[OpenItem, ...]
    credit: Decimal = Decimal(0)
