"""Unapplied credit against overdue invoices: nobody is asked for what he has already paid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True)
class OpenItem:
    """An open invoice: its key, due date and balance."""

    key: int
    due_on: dt.date
    balance: Decimal


def net(items: Iterable[OpenItem], credit: Decimal, as_of: dt.date) -> dict[int, Decimal]:
    """How much of `credit` falls on each overdue item, oldest first (design section 4); the key breaks ties.

    Items of one customer and one currency. Items not yet overdue get nothing. The parts never exceed the
    credit nor an item's balance.
    """
    parts: dict[int, Decimal] = {}
    left = max(credit, ZERO)
    for item in sorted(items, key=lambda item: (item.due_on, item.key)):
        part = min(left, item.balance) if item.due_on < as_of else ZERO
        parts[item.key] = part
        left -= part
    return parts
