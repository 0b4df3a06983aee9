"""How money settles debts when nobody says otherwise: what came first pays first, what is due first is paid first."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)
Account = tuple[int, str]  # a customer and a currency


@dataclass(frozen=True, slots=True)
class Money:
    """So much of a payment or credit note, in the currency of its account; `meant_for` is a debt's id."""

    id: int
    account: Account
    amount: Decimal
    began_on: dt.date
    meant_for: int | None = None


@dataclass(frozen=True, slots=True)
class Debt:
    """So much of an invoice that is open, in the currency of its account."""

    id: int
    account: Account
    amount: Decimal
    due_on: dt.date


def oldest_first(money: Iterable[Money], debts: Iterable[Debt]) -> dict[tuple[int, int], Decimal]:
    """What of each money goes to which debt of the same account, by their two ids; every part is above zero.

    Money goes to the debt it was meant for before any other, where that one is
    open and of the same account; a debt that several were meant for takes them in their order. What is left goes to
    the oldest due date. Ties go by id. Money without a debt, and a debt without money, have no part. Each is looked at
    once: the time it takes grows with their number, in whatever accounts they lie.
    """
    ordered = sorted(money, key=lambda one: (one.began_on, one.id))
    waiting = sorted(debts, key=lambda one: (one.due_on, one.id))
    left = {one.id: one.amount for one in ordered}
    owed = {one.id: one.amount for one in waiting}
    account_of = {one.id: one.account for one in waiting}
    parts: dict[tuple[int, int], Decimal] = defaultdict(Decimal)

    def give(source: int, debt: int) -> None:
        amount = min(left[source], owed[debt])
        if amount > ZERO:
            parts[source, debt] += amount
            left[source] -= amount
            owed[debt] -= amount

    for one in ordered:
        if one.meant_for is not None and account_of.get(one.meant_for) == one.account:
            give(one.id, one.meant_for)
    queues: dict[Account, deque[int]] = defaultdict(deque)
    for debt in waiting:
        queues[debt.account].append(debt.id)
    for one in ordered:
        queue = queues[one.account]
        while queue and left[one.id] > ZERO:
            give(one.id, queue[0])
            if owed[queue[0]] <= ZERO:
                queue.popleft()
    return dict(parts)
