"""The words that blocks (invoice table, how to pay, frame) are made of, by language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """Fields in braces are filled in by the block that uses the phrase."""

    invoice: str
    due: str
    amount: str
    issued: str
    due_today: str
    due_in_one: str
    due_in_many: str
    overdue_one: str
    overdue_many: str
    of_total: str
    more_invoices_one: str
    more_invoices_many: str
    total: str
    credit: str
    to_pay: str
    pay: str
    pay_amount: str
    pay_here: str
    pay_each: str
    pay_by_transfer: str
    pay_rest_by_transfer: str
    reference_one: str
    reference_many: str
    conjunction: str
    and_more: str
    questions: str


ENGLISH = Phrases(
    invoice="Invoice",
    due="Due",
    amount="Amount",
    issued="issued {date}",
    due_today="due today",
    due_in_one="due tomorrow",
    due_in_many="due in {days} days",
    overdue_one="1 day overdue",
    overdue_many="{days} days overdue",
    of_total="of {total}",
    more_invoices_one="1 more invoice",
    more_invoices_many="{count} more invoices",
    total="Total",
    credit="Your credit",
    to_pay="To pay",
    pay="Pay",
    pay_amount="Pay {amount}",
    pay_here="You can pay here:",
    pay_each="You can pay each invoice with the link next to it.",
    pay_by_transfer="Please transfer {amount} to:",
    pay_rest_by_transfer="Please pay the other invoices by transfer to:",
    reference_one="Reference: {numbers}",
    reference_many="References: {numbers}",
    conjunction="and",
    and_more="{count} more",
    questions="If anything is unclear, just reply to this e-mail.",
)

_BY_LANGUAGE = {"en": ENGLISH}


def phrases(language: str) -> Phrases:
    """The words of a language; English where there are none yet."""
    return _BY_LANGUAGE.get(language.replace("-", "_").split("_")[0].lower(), ENGLISH)
