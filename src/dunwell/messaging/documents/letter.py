"""A letter about invoices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from dunwell.messaging.documents import payment, sheet
from dunwell.messaging.documents.facts import Addressee, LetterFacts, Letterhead
from dunwell.messaging.documents.press import Press
from dunwell.messaging.documents.tables import invoice_table, reference
from dunwell.messaging.documents.words import document_words
from dunwell.messaging.rendering import formats
from dunwell.messaging.rendering.paper import PAY, TABLE
from dunwell.messaging.rendering.phrases import phrases


def print_letter(
    press: Press, letterhead: Letterhead, addressee: Addressee, letter: LetterFacts, *, address_drawn: bool = True
) -> bytes:
    """The letter as a PDF. Without `address_drawn` its place stays empty, for a printer who writes it himself."""
    words, said = document_words(letterhead.language), phrases(letterhead.language)
    numbers = [item.number for item in letter.invoices]
    total = sum((item.balance for item in letter.invoices), Decimal(0))
    due = max(total - letter.credit, Decimal(0))
    money = formats.money(formats.known_locale(letterhead.locale), letter.currency)
    pay = payment.box(
        letterhead,
        words,
        opening=said.pay_by_transfer.format(amount=money(due)),
        reference=reference(letterhead, numbers),
        links=[item.payment_url for item in letter.invoices],
        amount=due,
        currency=letter.currency,
        numbers=numbers,
    )
    values = sheet.values(letterhead, addressee, words, title=letter.subject, day=letter.as_of, facts=[])
    values |= {
        "address_drawn": address_drawn,
        "body": [part for paragraph in letter.body if (part := _part(paragraph, pay))],
        "pay": pay,
        "table": invoice_table(
            letterhead,
            words,
            letter.invoices,
            currency=letter.currency,
            credit=letter.credit,
            links=not letterhead.bank_details.strip() and len(letter.invoices) > 1,
        ),
    }
    return press.print("letter", values, day=letter.as_of, logo=letterhead.logo)


def _part(paragraph: str, pay: dict[str, Any] | None) -> dict[str, Any] | None:
    if paragraph == TABLE:
        return {"kind": "table"}
    if paragraph == PAY:
        return {"kind": "pay"} if pay else None
    return {"kind": "text", "lines": paragraph.split("\n")}
