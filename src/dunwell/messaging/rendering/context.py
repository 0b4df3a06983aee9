"""The facts a text is made from: plain values as of the day of sending. No model, no database."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class OrganizationFacts:
    """Who is owed. `payment_url_pattern` holds `{invoice.number}` where the number goes."""

    name: str
    postal_address: str = ""
    payment_url_pattern: str = ""
    bank_details: str = ""
    brand_color: str = ""
    logo_url: str = ""


@dataclass(frozen=True, slots=True)
class SenderFacts:
    """Who writes; `reply_to` is where answers go, empty for `email`; `signature` closes a mail, empty for `name`."""

    name: str
    email: str
    reply_to: str = ""
    signature: str = ""


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    name: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """Who reads. A name that is a role (Billing) is not used to greet."""

    email: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class AccountManagerFacts:
    """Who looks after the customer in our team."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class PromiseFacts:
    """What the customer told us about these invoices, when its day has passed without the money."""

    made_on: dt.date
    pay_on: dt.date


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """One debt. `days_past_due` is as of the day of sending: negative before the due date, 0 on it."""

    number: str
    issued_on: dt.date
    due_on: dt.date
    days_past_due: int
    total: Decimal
    balance: Decimal
    payment_url: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class NoticeContext:
    """What one customer is told at once: invoices of one currency, oldest due date first.

    `credit` is unapplied credit that nets these invoices, 0 when there is none. `earlier_notices`
    counts the reminders that were really sent about each of them, 0 where one has had none; `last_notice_on` is the
    day of the last. `earlier_calls` counts in the same way the calls in which somebody was reached; a call's script
    alone knows them.
    `balances` is all that the customer owes, by currency. `locale` is how dates and amounts are
    written, for example en_US; `language` is the text's. `preferences_url` is where the reader says how to be
    reached, empty for nowhere.
    """

    organization: OrganizationFacts
    sender: SenderFacts
    customer: CustomerFacts
    contact: ContactFacts
    invoices: tuple[InvoiceFacts, ...]
    currency: str
    as_of: dt.date
    locale: str = "en_US"
    language: str = "en"
    credit: Decimal = Decimal(0)
    earlier_notices: int = 0
    last_notice_on: dt.date | None = None
    earlier_calls: int = 0
    account_manager: AccountManagerFacts | None = None
    promise: PromiseFacts | None = None
    balances: tuple[tuple[str, Decimal], ...] = ()
    preferences_url: str = ""
