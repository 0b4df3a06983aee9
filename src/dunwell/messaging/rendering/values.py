"""What each merge tag stands for: one function per tag, from the scope to a plain value."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import TypeAlias

from dunwell.messaging.rendering import formats
from dunwell.messaging.rendering.context import InvoiceFacts
from dunwell.messaging.rendering.scope import LONGEST_VALUE, MissingValueError, Scope, TooLongError
from dunwell.rules.mergetags import Kind, MergeTag

Value: TypeAlias = str | int | Decimal | dt.date | bool | tuple[InvoiceFacts, ...] | None
Read: TypeAlias = Callable[[Scope], Value]


def _row(scope: Scope) -> InvoiceFacts:
    if scope.row is None:
        raise MissingValueError("invoice")
    return scope.row


# "Hello Billing," is worse than "Hello,"
_NOT_A_PERSON = re.compile(
    r"(?:the )?(?:accounts?|accounting|accounts? payable|ap|billing|finance|invoices?|office|info|payables?)"
    r"(?: (?:team|department|dept\.?|office))?"
    r"|buchhaltung|rechnungswesen|kreditorenbuchhaltung|(?:service )?comptabilité|contabilidad|administración"
    r"|(?:ufficio )?(?:amministrazione|contabilità)|contabilidade|financeiro|(?:crediteuren)?administratie|boekhouding",
    re.IGNORECASE,
)


def _person(scope: Scope) -> str:
    name = scope.context.contact.name.strip()
    return "" if "@" in name or _NOT_A_PERSON.fullmatch(name) else name


def _first_name(scope: Scope) -> str:
    return _person(scope).split(" ")[0]


def _balances(scope: Scope) -> str:
    amounts = [formats.money(scope.locale, currency)(amount) for currency, amount in scope.context.balances]
    return formats.joined(amounts, scope.phrases.conjunction)


def _single_pay_link(scope: Scope) -> str:
    return scope.pay_links[0] if len(scope.pay_links) == 1 else ""


READS: dict[str, Read] = {
    "customer.name": lambda s: s.context.customer.name,
    "customer.number": lambda s: s.context.customer.number,
    "contact.name": _person,
    "contact.first_name": _first_name,
    "contact.email": lambda s: s.context.contact.email,
    "organization.name": lambda s: s.context.organization.name,
    "organization.address": lambda s: s.context.organization.postal_address,
    "sender.name": lambda s: s.context.sender.name or s.context.organization.name,
    "sender.signature": lambda s: s.context.sender.signature or s.context.sender.name or s.context.organization.name,
    "sender.email": lambda s: s.context.sender.reply_to or s.context.sender.email,
    "account_manager.name": lambda s: s.context.account_manager.name if s.context.account_manager else None,
    "account_manager.email": lambda s: s.context.account_manager.email if s.context.account_manager else None,
    "invoices": lambda s: s.context.invoices,
    "invoice_count": lambda s: len(s.context.invoices),
    "invoice_numbers": lambda s: s.invoice_numbers,
    "total_due": lambda s: s.total_due,
    "balance_total": lambda s: s.balance_total,
    "overdue_total": lambda s: sum((invoice.balance for invoice in s.overdue), Decimal(0)),
    "overdue_count": lambda s: len(s.overdue),
    "credit": lambda s: s.context.credit or None,
    "currency": lambda s: s.context.currency,
    "balance_by_currency": _balances,
    "oldest_invoice.number": lambda s: s.oldest.number,
    "oldest_invoice.issued_on": lambda s: s.oldest.issued_on,
    "oldest_invoice.due_on": lambda s: s.oldest.due_on,
    "oldest_invoice.days_overdue": lambda s: max(s.oldest.days_past_due, 0),
    "oldest_invoice.days_until_due": lambda s: max(-s.oldest.days_past_due, 0),
    "oldest_invoice.balance": lambda s: s.oldest.balance,
    "pay_link": _single_pay_link,
    "bank_details": lambda s: s.context.organization.bank_details.strip(),
    "today": lambda s: s.context.as_of,
    "earlier_notices": lambda s: s.context.earlier_notices,
    "last_notice_on": lambda s: s.context.last_notice_on,
    "earlier_calls": lambda s: s.context.earlier_calls,
    "promise.made_on": lambda s: s.context.promise.made_on if s.context.promise else None,
    "promise.pay_on": lambda s: s.context.promise.pay_on if s.context.promise else None,
    "invoice.number": lambda s: _row(s).number,
    "invoice.issued_on": lambda s: _row(s).issued_on,
    "invoice.due_on": lambda s: _row(s).due_on,
    "invoice.days_overdue": lambda s: max(_row(s).days_past_due, 0),
    "invoice.days_until_due": lambda s: max(-_row(s).days_past_due, 0),
    "invoice.total": lambda s: _row(s).total,
    "invoice.balance": lambda s: _row(s).balance,
    "invoice.description": lambda s: _row(s).description,
    "invoice.pay_link": lambda s: s.pay_link_by_number[_row(s).number],
    "loop.index": lambda s: s.index + 1,
    "loop.first": lambda s: s.index == 0,
    "loop.last": lambda s: s.index + 1 == len(s.context.invoices),
}

BLOCKS_HTML: dict[str, Callable[[Scope], str]] = {
    "invoice_table": lambda s: s.table_html,
    "pay_instructions": lambda s: s.pay_html,
}
BLOCKS_TEXT: dict[str, Callable[[Scope], str]] = {
    "invoice_table": lambda s: s.table_text,
    "pay_instructions": lambda s: s.pay_text,
}


def writer(tag: MergeTag, date_style: str = "medium") -> Callable[[Scope], str]:
    """A function that writes a tag's value for a reader; the empty string when it has none."""
    read = READS[tag.path]
    match tag.kind:
        case Kind.AMOUNT:

            def write(scope: Scope) -> str:
                value = read(scope)
                return scope.money(value) if isinstance(value, Decimal) else ""

        case Kind.DATE:

            def write(scope: Scope) -> str:
                value = read(scope)
                return formats.date(value, scope.locale, date_style) if isinstance(value, dt.date) else ""

        case Kind.NUMBER:

            def write(scope: Scope) -> str:
                return str(read(scope))

        case _:

            def write(scope: Scope) -> str:
                value = read(scope)
                if not isinstance(value, str):
                    return ""
                if len(value) > LONGEST_VALUE:
                    raise TooLongError(f"{tag.path} has {len(value):,} characters; at most {LONGEST_VALUE:,} fit.")
                return value

    return write
