"""A text as a customer would read it today: the words a person is writing, on the facts of the book."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db import connection

from dunwell.followup.models import CustomerBalance
from dunwell.followup.services.letterheads import letterhead_of
from dunwell.followup.services.letters import Letters, Written
from dunwell.followup.services.side_facts import SideFacts, side_facts_of
from dunwell.followup.services.texts import organization_facts
from dunwell.ledger.models import Contact, Customer, Invoice
from dunwell.messaging.documents import OpenItem
from dunwell.messaging.rendering import (
    AccountManagerFacts,
    ContactFacts,
    CustomerFacts,
    InvoiceFacts,
    NoticeContext,
    Rendered,
    TemplateSource,
    compile_template,
    render,
)
from dunwell.messaging.rendering.formats import reading_locale
from dunwell.messaging.rendering.scope import pay_address
from dunwell.organizations.models import Organization
from dunwell.organizations.scope import Scope
from dunwell.workflows.sender import sender_of

# Of a customer nobody knows: what may be missing is missing
EXAMPLE = SideFacts(owner=AccountManagerFacts("Emma Example", "emma@example.com"))
# A notice of more invoices shows how the table is cut, which no preview needs
MOST_INVOICES = 12
MOST_READERS = 40


def readers(scope: Scope) -> list[Customer]:
    """Customers on whom a text can be tried: those who owe, the most overdue first."""
    owing = (
        CustomerBalance.objects.filter(organization=scope.organization, outstanding__gt=0)
        .order_by("-overdue", "-outstanding", "customer_id")
        .values_list("customer_id", flat=True)
    )
    chosen = list(dict.fromkeys(owing[: 3 * MOST_READERS]))
    found = scope.rows(Customer).filter(archived_at=None).in_bulk(chosen)
    return [found[customer_id] for customer_id in chosen if customer_id in found][:MOST_READERS]


def preview(
    organization: Organization, source: TemplateSource, *, language: str, reader: Customer | None, as_of: dt.date
) -> Rendered:
    """The words for this reader, or for an invented one while nobody owes anything.

    TemplateRefusedError, MissingValueError and TooLongError say why there are none.
    """
    return _written(organization, source, language=language, reader=reader, as_of=as_of)[0]


def on_paper(
    organization: Organization, source: TemplateSource, *, language: str, reader: Customer | None, as_of: dt.date
) -> bytes:
    """A letter's text as the PDF that this reader would get. Raises as `preview`, and NotPrintableError."""
    written, context = _written(organization, source, language=language, reader=reader, as_of=as_of)
    pattern = context.organization.payment_url_pattern
    letter = Written(
        subject=written.subject,
        text=written.text,
        currency=context.currency,
        as_of=as_of,
        invoices=tuple(
            OpenItem(
                number=invoice.number,
                issued_on=invoice.issued_on,
                due_on=invoice.due_on,
                days_past_due=invoice.days_past_due,
                total=invoice.total,
                balance=invoice.balance,
                payment_url=pay_address(invoice.payment_url, pattern, invoice.number),
            )
            for invoice in context.invoices
        ),
        credit=context.credit,
    )
    sender = context.sender
    return Letters(organization, letterhead_of(organization, email=sender.reply_to or sender.email)).print(
        letter,
        address=_address_of(reader) if reader else _EXAMPLE_ADDRESS,
        customer=context.customer.name,
        number=context.customer.number,
        person=context.contact.name,
        language=language,
        locale=context.locale,
    )


# Of somebody who has none yet
_EXAMPLE_ADDRESS = "1 Example Street\n\n12345\nExampletown\n\n"


def _address_of(reader: Customer) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT address FROM ledger_recipient(%s, %s, 'letter')", [reader.organization_id, reader.pk])
        found = cursor.fetchone()
    return str(found[0]) if found else _EXAMPLE_ADDRESS


def _written(
    organization: Organization, source: TemplateSource, *, language: str, reader: Customer | None, as_of: dt.date
) -> tuple[Rendered, NoticeContext]:
    compiled = compile_template(source)
    side = EXAMPLE
    invoices = _owed_by(organization, reader, as_of) if reader is not None else ()
    if reader is None or not invoices:
        customer, contact = CustomerFacts("Example Ltd", "C-100"), ContactFacts("anna@example.com", "Anna Example")
        currency, facts = organization.base_currency, _invented(as_of)
    else:
        customer, contact = CustomerFacts(reader.name, reader.number), _contact_of(reader)
        currency, facts = invoices[0].currency, tuple(_facts(invoice, as_of) for invoice in invoices)
        side = side_facts_of(organization.pk, reader.pk, [invoice.pk for invoice in invoices], as_of, compiled.tags)
    context = NoticeContext(
        organization=organization_facts(organization),
        sender=sender_of(organization).facts,
        customer=customer,
        contact=contact,
        invoices=facts,
        currency=currency,
        as_of=as_of,
        locale=reading_locale(language, reader.language if reader else "", organization.locale),
        language=language,
        earlier_notices=1,
        last_notice_on=as_of - dt.timedelta(days=4),
        earlier_calls=1,
        account_manager=side.owner,
        promise=side.promise,
        balances=side.balances or ((currency, sum((invoice.balance for invoice in facts), Decimal(0))),),
    )
    return render(compiled, context), context


def _owed_by(organization: Organization, reader: Customer, as_of: dt.date) -> list[Invoice]:
    """What the reader owes in the currency of the oldest debt, oldest first; what is overdue, where something is."""
    owed = list(
        Invoice.objects.of(organization).open().filter(customer=reader).order_by("due_on", "pk")[: 4 * MOST_INVOICES]
    )
    same = [invoice for invoice in owed if invoice.currency == owed[0].currency]
    overdue = [invoice for invoice in same if invoice.due_on < as_of]
    return (overdue or same)[:MOST_INVOICES]


def _facts(invoice: Invoice, as_of: dt.date) -> InvoiceFacts:
    return InvoiceFacts(
        number=invoice.number,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        days_past_due=(as_of - invoice.due_on).days,
        total=invoice.total,
        balance=invoice.balance,
        payment_url=invoice.payment_url,
        description=invoice.description,
    )


def _contact_of(reader: Customer) -> ContactFacts:
    contact = Contact.objects.filter(customer=reader).order_by("-is_primary", "pk").first()
    return ContactFacts(contact.email, contact.name) if contact else ContactFacts("anna@example.com", "")


def _invented(as_of: dt.date) -> tuple[InvoiceFacts, ...]:
    def invoice(number: str, days: int, total: str) -> InvoiceFacts:
        due = as_of - dt.timedelta(days=days)
        return InvoiceFacts(
            number=number,
            issued_on=due - dt.timedelta(days=30),
            due_on=due,
            days_past_due=days,
            total=Decimal(total),
            balance=Decimal(total),
        )

    return (invoice("INV-1001", 12, "840.00"), invoice("INV-1007", 5, "1290.50"))
