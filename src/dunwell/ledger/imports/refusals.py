"""Why a row that is well-formed by itself does not fit the file or the book, in words."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from decimal import Decimal

from dunwell.ledger.imports.mapping import Mapping
from dunwell.rules.columns.targets import Target

# The refusal of `items.sql` → the target it is about, the fact that is shown as the value, and the sentence
_REASONS: dict[str, tuple[Target, str, str]] = {
    "twice": ("invoice_number", "number", "Invoice {number} is listed already on line {first_line}."),
    "ambiguous_customer": (
        "customer_name", "file_customer",
        "Several customers are called “{file_customer}”: the row needs the customer number.",
    ),
    "negative_total": ("total", "total", "An invoice's total cannot be below zero."),
    "negative_paid": ("paid", "paid", "A paid amount cannot be below zero."),
    "balance_above_total": ("balance", "balance", "The open balance {balance} is more than the total {total}."),
    "empty_credit": ("total", "total", "A credit note over nothing."),
    "other_customer": (
        "customer_name", "file_customer",
        "Number {number} belongs to “{book_customer}” in the book, the file gives it to “{file_customer}”.",
    ),
    "other_currency": (
        "currency", "currency", "Number {number} is in {known_currency} in the book, the file says {currency}.",
    ),
    "total_below_written_off": (
        "total", "total", "The total {total} is less than the {written_off} already written off.",
    ),
    "total_below_paid": ("total", "total", "The total {total} is less than the {applied} already paid."),
    "paid_below_known": (
        "paid", "paid",
        "The file says less is paid than the {applied} the book has from other payments; look at these first.",
    ),
    "void_but_paid": ("status", "number", "Invoice {number} is void in the file, but payments are applied to it."),
    "credit_below_used": ("total", "total", "Less than the {applied} of this credit note that is used already."),
}  # fmt: skip


def explained(facts: Dictionary[str, str], mapping: Mapping) -> tuple[int, str, str, str]:
    """Line, column, value and reason for the errors file."""
    target, value, reason = _REASONS[facts["refusal"]]
    return int(facts["line"]), mapping.columns.get(target, ""), facts[value], reason.format(**facts)


def plain_figure(value: object) -> str:
    """A figure without trailing zeros but with cents; other things as they are."""
    if isinstance(value, Decimal):
        text = f"{value:.4f}"
        return text.removesuffix("00")
    return "" if value is None else str(value)
