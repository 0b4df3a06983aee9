"""What can be done with many payments or credit notes at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms

from dunwell.ledger.models import Invoice, PaymentStatus
from dunwell.ledger.queries.oldest_first import Money, Part, used_oldest_first
from dunwell.ledger.services.use_up import Usable, payments_arrived, use_up
from dunwell.rules.permissions import Permission
from dunwell.web.access import Desk
from dunwell.web.entries import date_input
from dunwell.web.lists.table import Bulk, Effect, Outcome, Rows
from dunwell.web.lists.tables import notice_counts
from dunwell.web.lists.tables.customer_bulk import left_out
from dunwell.web.templatetags.figures import write_money
from dunwell.workflows.by_hand import follow_up


class DayForm(forms.Form):
    """One day for all of them."""

    on = forms.DateField(widget=date_input(), error_messages={"required": "Choose a day."})

    def __init__(self, desk: Desk, data: Any, *, label: str, help_text: str) -> None:
        super().__init__(data, initial={"on": desk.today})
        self.fields["on"].label, self.fields["on"].help_text = label, help_text


def _parts(desk: Desk, money: Money, rows: Rows) -> list[Part]:
    return used_oldest_first(desk.organization, money, list(rows.values_list("pk", flat=True)), desk.today)


def _amounts(desk: Desk, pairs: Sequence[tuple[str, Decimal]]) -> str:
    """Sums by currency, in words: nothing is added up across currencies."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for currency, amount in pairs:
        sums[currency] += amount
    return ", ".join(write_money(sums[code], code, desk.organization.locale) for code in sorted(sums))


def _reached(desk: Desk, parts: Sequence[Part]) -> list[Effect]:
    """What becomes of the invoices, and of what was written about them."""
    invoices = {part.invoice_id: part.settles for part in parts}
    settled = sum(invoices.values())
    part = len(invoices) - settled
    with_notice = notice_counts.unsent_with(desk, desk.scope.rows(Invoice).filter(pk__in=invoices))
    return [
        Effect(settled, f"{_invoices(settled)} paid up by it", "good"),
        Effect(part, f"{_invoices(part)} paid in part: the rest is asked for as always"),
        Effect(with_notice, "of these invoices in a notice not yet sent: it is written anew", "warn"),
    ]


def _invoices(count: int) -> str:
    return "invoice" if count == 1 else "invoices"


def _left_over(desk: Desk, parts: Sequence[Part]) -> Effect:
    left = {part.source_id: (part.currency, part.left) for part in parts if part.left > 0}
    return Effect(len(left), f"of them not wholly: {_amounts(desk, list(left.values()))} stays as credit", "info")


def _use_effects(desk: Desk, money: Money, rows: Rows) -> Sequence[Effect]:
    parts = _parts(desk, money, rows)
    used = {part.source_id for part in parts}
    spent = _amounts(desk, [(part.currency, part.amount) for part in parts])
    return (
        Effect(len(used), f"used for what is open, the oldest due date first: {spent}", "good"),
        _left_over(desk, parts),
        *_reached(desk, parts),
        Effect(
            rows.filter(unapplied__gt=0).exclude(pk__in=used).count(),
            "whose customers owe nothing in their currency: they stay as credit",
        ),
        Effect(rows.filter(unapplied=0).count(), "of which nothing is left to use: left as they are"),
    )


def _use(desk: Desk, money: Usable, ids: list[int], answers: dict[str, Any]) -> Outcome:
    parts = use_up(
        organization=desk.organization, money=money, ids=ids, on=answers["on"], by=desk.user, as_of=desk.today
    )
    follow_up(desk.organization, now=desk.now)
    done = len({part.source_id for part in parts})
    return left_out(done, len(ids), "nothing is left of them, or nothing is open for it")


def _arrived_effects(desk: Desk, rows: Rows) -> Sequence[Effect]:
    coming = rows.filter(status=PaymentStatus.PENDING)
    parts = _parts(desk, "arriving", coming)
    unused = coming.exclude(pk__in={part.source_id for part in parts})
    return (
        Effect(coming.count(), "on their way, which count as money that came in", "good"),
        _left_over(desk, parts),
        *_reached(desk, parts),
        Effect(unused.count(), "of them without an open invoice in their currency: they become credit"),
        Effect(rows.exclude(status=PaymentStatus.PENDING).count(), "not on their way: left as they are"),
    )


def _arrived(desk: Desk, ids: list[int], answers: dict[str, Any]) -> Outcome:
    done = payments_arrived(
        organization=desk.organization,
        payment_ids=ids,
        on=answers["on"],
        by=desk.user,
        as_of=desk.today,
        now=desk.now,
    )
    follow_up(desk.organization, now=desk.now)
    return left_out(len(done), len(ids), "they are not on their way, or were begun after that day")


def _use_up(money: Usable) -> Bulk:
    return Bulk(
        name="use",
        label="Use up",
        icon="check",
        permission=Permission.RECORD_PAYMENTS,
        title="Use up",
        button="Use them up",
        effects=lambda desk, rows: _use_effects(desk, money, rows),
        act=lambda desk, ids, answers: _use(desk, money, ids, answers),
        form=lambda desk, data: DayForm(
            desk,
            data,
            label="From",
            help_text="The invoices count as paid from this day. What came in later is left out.",
        ),
        undo=True,
        only_first=True,
    )


PAYMENT_BULK = (
    _use_up("payments"),
    Bulk(
        name="arrived",
        label="They arrived",
        icon="cash",
        permission=Permission.RECORD_PAYMENTS,
        title="Arrived:",
        button="They arrived",
        effects=_arrived_effects,
        act=_arrived,
        form=lambda desk, data: DayForm(
            desk, data, label="Arrived on", help_text="One day for all. What was begun later is left out."
        ),
        undo=True,
        only_first=True,
    ),
)
CREDIT_NOTE_BULK = (_use_up("credit notes"),)
