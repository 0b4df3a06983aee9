"""What somebody says on the phone: the script of a call, filled with the facts of the moment."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from dunwell.followup.models import PolicyStep, TaskKind
from dunwell.followup.queries.worklist import TaskSheet
from dunwell.followup.services.side_facts import SideFacts, side_facts_of
from dunwell.followup.services.texts import Sender, organization_facts, written_before
from dunwell.ledger.models import Contact
from dunwell.messaging.models import MessageTemplate
from dunwell.messaging.rendering import (
    ContactFacts,
    CustomerFacts,
    InvoiceFacts,
    MissingValueError,
    NoticeContext,
    TemplateSource,
    TooLongError,
    compile_template,
    render,
)
from dunwell.messaging.rendering.formats import base_language, reading_locale
from dunwell.organizations.models import Organization
from dunwell.rules.channels import SPOKEN

ZERO = Decimal(0)

# As a notice about these invoices would ask: without what is held, with the credit that nets them, and what was sent
_ASKED = """
SELECT invoice.id, invoice.currency, invoice.number, invoice.issued_on, invoice.due_on, invoice.total,
       item.balance - coalesce(held.part, 0) AS balance,
       least(coalesce(netting.amount, 0), item.balance - coalesce(held.part, 0)) AS netted,
       invoice.payment_url, invoice.description, sent.notices, sent.last_on, spoken.calls
  FROM ledger_open_items(%(organization)s, %(as_of)s) AS item
  JOIN ledger_invoice AS invoice ON invoice.id = item.invoice_id
  LEFT JOIN (
        SELECT netted.invoice_id, netted.amount
          FROM ledger_unapplied_credit(%(organization)s, %(as_of)s) AS credit
         CROSS JOIN LATERAL ledger_netted(
                   %(organization)s, credit.customer_id, credit.currency, credit.amount, %(as_of)s) AS netted
         WHERE credit.customer_id = %(customer)s
       ) AS netting ON netting.invoice_id = item.invoice_id
  LEFT JOIN LATERAL (
        SELECT sum(hold.amount) AS part FROM ledger_standing_holds(%(organization)s, %(as_of)s) AS hold
         WHERE hold.customer_id = %(customer)s AND hold.invoice_id = item.invoice_id
       ) AS held ON true
 CROSS JOIN LATERAL (
        SELECT count(*) AS notices, max(done_on) AS last_on FROM followup_action AS earlier
         WHERE earlier.invoice_id = item.invoice_id AND earlier.state = 'done' AND earlier.notice_id IS NOT NULL
       ) AS sent
 CROSS JOIN LATERAL (
        SELECT count(DISTINCT call.id) AS calls
          FROM followup_action AS earlier
          JOIN followup_call AS call ON call.task_id = earlier.task_id AND call.contact_on IS NOT NULL
         WHERE earlier.invoice_id = item.invoice_id
       ) AS spoken
 WHERE item.invoice_id = ANY (%(invoices)s::bigint[])
 ORDER BY invoice.due_on, invoice.id
"""


@dataclass(frozen=True)
class Script:
    """The words, one text for each currency that is owed, the language they are in, and the text they are from."""

    words: tuple[str, ...]
    language: str
    text: MessageTemplate


@dataclass(frozen=True)
class _Asked:
    facts: InvoiceFacts
    invoice_id: int
    currency: str
    netted: Decimal
    notices: int
    last_on: dt.date | None
    calls: int


def script_of(organization: Organization, sheet: TaskSheet, sender: Sender, as_of: dt.date) -> Script | None:
    """The script of a call in the customer's language: the text its step names, else the one of the step's tone.

    None: nothing is asked for any more, there is no such text, or it cannot be filled for this customer. The step's
    instructions are there all the same.
    """
    if sheet.task.kind != TaskKind.CALL or not sheet.invoices:
        return None
    contact = next((one for one in sheet.contacts if one.phone and one.phone_refused_at is None), None)
    wanted = (contact.language if contact else "") or sheet.task.customer.language or organization.locale
    text = _text_for(organization, sheet.task.step, wanted)
    if text is None:
        return None
    template = compile_template(TemplateSource(text.subject, text.body_html, text.body_text, text.channel))
    asked = _asked_for(organization, sheet, as_of)
    words = []
    for currency in sorted({one.currency for one in asked}):
        of_currency = [one for one in asked if one.currency == currency]
        side = side_facts_of(
            organization.pk, sheet.task.customer_id, [one.invoice_id for one in of_currency], as_of, template.tags
        )
        context = _context(organization, sheet, contact, of_currency, side, text.language, wanted, sender, as_of)
        try:
            words.append(render(template, context).text)
        except (MissingValueError, TooLongError):
            return None
    return Script(tuple(words), text.language, text) if words else None


def _text_for(organization: Organization, step: PolicyStep, wanted: str) -> MessageTemplate | None:
    """The step's script in the reader's language, in its base language, else the organization's, English, or any."""
    key = step.template.key if step.template is not None else f"call-{step.tone}"
    found = MessageTemplate.objects.filter(organization=organization, channel=SPOKEN, key=key, archived_at=None)
    by_language = {text.language: text for text in found.order_by("language")}
    for language in (wanted, base_language(wanted), base_language(organization.locale), "en"):
        if language in by_language:
            return by_language[language]
    return next(iter(by_language.values()), None)


def _asked_for(organization: Organization, sheet: TaskSheet, as_of: dt.date) -> list[_Asked]:
    values: dict[str, int | dt.date | list[int]] = {
        "organization": organization.pk,
        "customer": sheet.task.customer_id,
        "as_of": as_of,
        "invoices": [invoice.pk for invoice in sheet.invoices],
    }
    with connection.cursor() as cursor:
        cursor.execute(_ASKED, values)
        rows = cursor.fetchall()
    return [
        _Asked(
            InvoiceFacts(
                number=number,
                issued_on=issued_on,
                due_on=due_on,
                days_past_due=(as_of - due_on).days,
                total=total,
                balance=balance,
                payment_url=payment_url,
                description=description,
            ),
            invoice_id=invoice_id,
            currency=currency,
            netted=netted,
            notices=notices,
            last_on=last_on,
            calls=calls,
        )
        for (
            invoice_id, currency, number, issued_on, due_on, total, balance, netted, payment_url, description,
            notices, last_on, calls,
        ) in rows
    ]  # fmt: skip


def _context(
    organization: Organization,
    sheet: TaskSheet,
    contact: Contact | None,
    asked: list[_Asked],
    side: SideFacts,
    language: str,
    wanted: str,
    sender: Sender,
    as_of: dt.date,
) -> NoticeContext:
    customer = sheet.task.customer
    earlier, last = written_before((one.notices, one.last_on) for one in asked)
    return NoticeContext(
        organization=organization_facts(organization),
        sender=sender.facts,
        customer=CustomerFacts(name=customer.name, number=customer.number),
        contact=ContactFacts(email=contact.email if contact else "", name=contact.name if contact else ""),
        invoices=tuple(one.facts for one in asked),
        currency=asked[0].currency,
        as_of=as_of,
        locale=reading_locale(language, wanted, organization.locale),
        language=language,
        credit=sum((one.netted for one in asked), ZERO),
        earlier_notices=earlier,
        last_notice_on=last,
        earlier_calls=min(one.calls for one in asked),
        account_manager=side.owner,
        promise=side.promise,
        balances=side.balances,
    )
