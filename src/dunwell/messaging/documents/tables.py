"""The table of invoices on paper."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from dunwell.messaging.documents.facts import Letterhead, OpenItem
from dunwell.messaging.documents.sheet import breakable
from dunwell.messaging.documents.words import DocumentWords
from dunwell.messaging.rendering import formats
from dunwell.messaging.rendering.phrases import phrases

_REFERENCES_SHOWN = 12


def invoice_table(
    letterhead: Letterhead,
    words: DocumentWords,
    invoices: Sequence[OpenItem],
    *,
    currency: str,
    credit: Decimal = Decimal(0),
    links: bool = False,
) -> dict[str, Any]:
    """The values of `invoice-table`: every invoice has its row, and the sums agree with them.

    `links`: the page to pay an invoice at stands below its number.
    """
    said = phrases(letterhead.language)
    locale = formats.known_locale(letterhead.locale)
    money = formats.money(locale, currency)
    total = sum((item.balance for item in invoices), Decimal(0))
    sums = [(said.total, money(total))] if len(invoices) > 1 or credit > 0 else []
    if credit > 0:
        used = min(credit, total)
        sums += [(said.credit, f"−{money(used)}"), (said.to_pay, money(total - used))]
    return {
        "head": [said.invoice, said.due, said.amount],
        "rows": [
            {
                "number": breakable(item.number),
                "issued": said.issued.format(date=formats.date(item.issued_on, locale)),
                "due": formats.date(item.due_on, locale),
                "standing": words.disputed if item.disputed else said.when(item.days_past_due),
                "is_late": item.days_past_due > 0 and not item.disputed,
                "amount": money(item.balance),
                "of_total": said.of_total.format(total=money(item.total)) if item.balance != item.total else "",
                "link": item.payment_url if links else "",
            }
            for item in invoices
        ],
        "sums": sums,
    }


def reference(letterhead: Letterhead, numbers: Sequence[str]) -> str:
    """What the payer should quote."""
    said = phrases(letterhead.language)
    if len(numbers) == 1:
        return said.reference_one.format(numbers=breakable(numbers[0]))
    shown = [breakable(number) for number in numbers[:_REFERENCES_SHOWN]]
    if len(numbers) > _REFERENCES_SHOWN:
        shown.append(said.and_more.format(count=len(numbers) - _REFERENCES_SHOWN))
    return said.reference_many.format(numbers=formats.joined(shown, said.conjunction))
