"""A statement of account that a person asks for, as of any day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from dunwell.followup.services.attachments import file_name
from dunwell.followup.services.letterheads import account_facts, letterhead_of
from dunwell.ledger.models import Contact, Customer
from dunwell.ledger.queries.accounts import Account, accounts
from dunwell.messaging.documents import AccountFacts, Addressee, press, print_statement
from dunwell.messaging.documents.words import BY_LANGUAGE, document_words
from dunwell.messaging.rendering.formats import base_language, reading_locale
from dunwell.organizations.models import Organization
from dunwell.workflows.sender import sender_of


@dataclass(frozen=True)
class Statement:
    """The file, and the facts that it shows."""

    name: str
    content: bytes
    facts: AccountFacts


def currencies_of(organization: Organization, customer: Customer, *, as_of: dt.date, since: dt.date) -> list[str]:
    """In which currencies the customer has something to state."""
    found = accounts(organization.pk, [customer.pk], as_of=as_of, since=since)
    return sorted(currency for _, currency in found)


def statement(
    organization: Organization, customer: Customer, *, currency: str, as_of: dt.date, since: dt.date
) -> Statement:
    """The statement of one currency, in the customer's language. Raises NotPrintableError."""
    account = accounts(organization.pk, [customer.pk], as_of=as_of, since=since).get((customer.pk, currency), Account())
    facts = account_facts(organization, account, currency=currency, as_of=as_of, since=since)
    wanted = customer.language or organization.locale
    language = base_language(wanted) if base_language(wanted) in BY_LANGUAGE else "en"
    sender = sender_of(organization)
    head = letterhead_of(
        organization,
        email=sender.reply_to or sender.address,
        language=language,
        locale=reading_locale(language, wanted, organization.locale),
    )
    contact = Contact.objects.filter(organization=organization, customer=customer).order_by("-is_primary", "pk").first()
    person = contact.name.strip() if contact else ""
    names = (customer.name, person) if person and person != customer.name else (customer.name,)
    content = print_statement(press(), head, Addressee(names, customer.number), facts)
    word = document_words(language).statement_file
    return Statement(file_name(word, f"{customer.number or customer.pk}-{currency}-{as_of}"), content, facts)
