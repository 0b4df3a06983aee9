"""What somebody says on the phone: the script of a call, filled with the facts of the moment."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from dunwell.followup.models import TaskKind
from dunwell.followup.queries.worklist import TaskSheet
from dunwell.followup.services.texts import Sender, organization_facts
from dunwell.messaging.rendering import (
    ContactFacts,
    CustomerFacts,
    InvoiceFacts,
    MissingValueError,
    NoticeContext,
    render_words,
)
from dunwell.messaging.rendering.formats import base_language, reading_locale
from dunwell.messaging.texts.call_scripts import call_script
from dunwell.organizations.models import Organization


@dataclass(frozen=True)
class Script:
    """The words, one for each currency that is owed, and the language they are in."""

    words: tuple[str, ...]
    language: str


def script_of(organization: Organization, sheet: TaskSheet, sender: Sender, as_of: dt.date) -> Script | None:
    """The script of a call in the customer's language, in the tone of its step; None: nothing is asked for any more."""
    if sheet.task.kind != TaskKind.CALL or not sheet.invoices:
        return None
    contact = next((one for one in sheet.contacts if one.phone and one.phone_refused_at is None), None)
    wanted = (contact.language if contact else "") or sheet.task.customer.language or organization.locale
    source, language = call_script(sheet.task.step.tone, base_language(wanted))
    words = []
    for currency in sorted({invoice.currency for invoice in sheet.invoices}):
        asked = [invoice for invoice in sheet.invoices if invoice.currency == currency]
        context = NoticeContext(
            organization=organization_facts(organization),
            sender=sender.facts,
            customer=CustomerFacts(name=sheet.task.customer.name, number=sheet.task.customer.number),
            contact=ContactFacts(email=contact.email if contact else "", name=contact.name if contact else ""),
            invoices=tuple(
                InvoiceFacts(
                    number=invoice.number,
                    issued_on=invoice.issued_on,
                    due_on=invoice.due_on,
                    days_past_due=(as_of - invoice.due_on).days,
                    total=invoice.total,
                    balance=invoice.balance,
                )
                for invoice in asked
            ),
            currency=currency,
            as_of=as_of,
            locale=reading_locale(language, wanted, organization.locale),
            language=language,
            credit=Decimal(0),
        )
        try:
            words.append(render_words(source, context))
        except MissingValueError:
            return None  # the step's instructions are there all the same
    return Script(tuple(words), language)
