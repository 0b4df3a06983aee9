"""What the book knows of an invoice, where the invoice itself is not kept here."""

from __future__ import annotations

from dunwell.messaging.documents import payment, sheet
from dunwell.messaging.documents.facts import Addressee, InvoiceCopyFacts, Letterhead
from dunwell.messaging.documents.press import Press
from dunwell.messaging.documents.tables import reference
from dunwell.messaging.documents.words import document_words
from dunwell.messaging.rendering import formats
from dunwell.messaging.rendering.phrases import phrases


def print_invoice_copy(press: Press, letterhead: Letterhead, addressee: Addressee, invoice: InvoiceCopyFacts) -> bytes:
    """A page that says that it is a copy. It bears the invoice's own date, so that it is the same in every reminder.

    Once something of it is paid it bears no code, which would ask for the whole again.
    """
    words = document_words(letterhead.language)
    locale = formats.known_locale(letterhead.locale)
    money = formats.money(locale, invoice.currency)
    said = phrases(letterhead.language)
    values = sheet.values(
        letterhead,
        addressee,
        words,
        title=words.invoice_copy.format(number=invoice.number),
        day=invoice.issued_on,
        date_label=words.invoice_date,
        facts=[(words.account_number, invoice.number), (words.due_date, formats.date(invoice.due_on, locale, "long"))],
    )
    values |= {
        "opening": words.copy_opening,
        "description": invoice.description.strip() or words.invoice_copy.format(number=invoice.number),
        "total": money(invoice.total),
        "pay": payment.box(
            letterhead,
            words,
            opening=words.pay_by_transfer,
            reference=reference(letterhead, [invoice.number]),
            links=[invoice.payment_url],
            amount=invoice.total,
            currency=invoice.currency,
            numbers=[invoice.number],
            with_code=not invoice.part_paid,
        ),
    }
    values["words"] |= {
        "description": words.description,
        "amount": said.amount,
        "total": said.total,
    }
    return press.print("invoice", values, day=invoice.issued_on, logo=letterhead.logo)
