"""A customer's statement of account in one currency."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from dunwell.messaging.documents import payment, sheet
from dunwell.messaging.documents.facts import AccountFacts, Addressee, Letterhead
from dunwell.messaging.documents.press import Press
from dunwell.messaging.documents.tables import invoice_table, reference
from dunwell.messaging.documents.words import DocumentWords, document_words
from dunwell.messaging.rendering import formats
from dunwell.messaging.rendering.phrases import phrases


def print_statement(press: Press, letterhead: Letterhead, addressee: Addressee, account: AccountFacts) -> bytes:
    """The statement as a PDF: what is open, how old it is, what came in, and the balance of all that."""
    words, said = document_words(letterhead.language), phrases(letterhead.language)
    locale = formats.known_locale(letterhead.locale)
    money = formats.money(locale, account.currency)
    title = words.statement.format(currency=account.currency)
    opening = words.statement_opening if account.invoices else words.nothing_open
    numbers = [item.number for item in account.invoices]
    pay = None
    if account.balance > 0:
        # What is disputed or held stands on the statement and is not asked for: the box names no amount then
        is_held = any(item.held or item.disputed for item in account.invoices)
        pay = payment.box(
            letterhead,
            words,
            opening=words.pay_by_transfer if is_held else said.pay_by_transfer.format(amount=money(account.balance)),
            reference=reference(letterhead, numbers),
            links=[item.payment_url for item in account.invoices],
            amount=account.balance,
            currency=account.currency,
            numbers=numbers,
            with_code=not is_held,
        )
    values = sheet.values(letterhead, addressee, words, title=title, day=account.as_of, facts=[])
    values |= {
        "opening": opening.format(date=formats.date(account.as_of, locale, "long")),
        "table": invoice_table(letterhead, words, account.invoices, currency=account.currency) | {"sums": []},
        "aging": [(label, money(amount)) for label, amount in zip(words.ages, account.buckets, strict=True)],
        "movements": _movements(account, words, locale),
        "balance": _balance(account, words, money),
        "pay": pay,
    }
    values["words"] |= {"open_invoices": words.open_invoices, "by_age": words.by_age}
    return press.print("statement", values, day=account.as_of, logo=letterhead.logo)


def _balance(account: AccountFacts, words: DocumentWords, money: Any) -> list[tuple[str, str]]:
    lines = [(words.open_total, money(account.open_total))]
    if account.credit:
        lines.append((words.credit_total, f"−{money(account.credit)}"))
    if account.balance > 0:
        return [*lines, (words.balance_due, money(account.balance))]
    if account.balance < 0:
        return [*lines, (words.balance_credit, money(-account.balance))]
    return [*lines, (words.balance_none, money(Decimal(0)))]


def _movements(account: AccountFacts, words: DocumentWords, locale: str) -> list[dict[str, Any]]:
    """Credit that is still open, and the payments of the time before the statement, each where there is any."""
    money = formats.money(locale, account.currency)
    head = [words.date, words.reference]
    groups = (
        (words.credits, account.credits, words.not_used),
        (
            words.payments_since.format(date=formats.date(account.since, locale, "long")),
            account.payments,
            words.received,
        ),
    )
    return [
        {
            "title": title,
            "head": [*head, "", last],
            "rows": [
                [
                    formats.date(movement.on, locale),
                    movement.reference,
                    "",
                    money(movement.open if last == words.not_used else movement.amount),
                ]
                for movement in movements
            ],
        }
        for title, movements, last in groups
        if movements
    ]
