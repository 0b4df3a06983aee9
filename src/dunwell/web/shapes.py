"""Facts put into the shape that a component shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from dunwell.followup.models import BookTotal, CustomerBalance
from dunwell.insights.book import ages
from dunwell.web.access import Desk
from dunwell.web.templatetags.figures import write_money

WIDTH = 1000


@dataclass(frozen=True)
class Segment:
    """A piece of an aging bar: `start` and `share` in thousandths of its length."""

    name: str
    label: str
    amount: Decimal
    start: int
    share: int
    url: str


@dataclass(frozen=True)
class Aging:
    currency: str
    outstanding: Decimal
    segments: Sequence[Segment]
    sentence: str


def aging(desk: Desk, amounts: BookTotal | CustomerBalance) -> Aging:
    """An aging bar; its segments lead to the invoices behind them."""
    whose = f"customer={amounts.customer_id}&" if isinstance(amounts, CustomerBalance) else ""
    shares = ages(amounts)
    total = sum((share.amount for share in shares), Decimal(0))
    segments: list[Segment] = []
    done = Decimal(0)
    for share in shares:
        start = round(done / total * WIDTH) if total else 0
        done += share.amount
        end = round(done / total * WIDTH) if total else 0
        url = desk.url("web:invoices") + f"?{whose}currency={amounts.currency}&age={share.name}"
        segments.append(Segment(share.name, share.label, share.amount, start, end - start, url))
    parts = ", ".join(
        f"{segment.label} {write_money(segment.amount, amounts.currency, desk.organization.locale)}"
        for segment in segments
    )
    return Aging(amounts.currency, amounts.outstanding, segments, f"{amounts.currency} by age: {parts}")
