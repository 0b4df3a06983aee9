"""What a pass must make of a book, by the pure rules alone: plain loops, no SQL of the engine's.

`expected_after` reads the rows as they are before the pass and says what each action must be after it;
`Book` adds up the same rows as of a day, which the tests of assessments use too.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dunwell.followup.models import Action, Notice, OldDebtRelease
from dunwell.ledger.models import (
    Allocation,
    Contact,
    CreditNote,
    Customer,
    DataSource,
    Hold,
    Invoice,
    Payment,
    WriteOff,
)
from dunwell.ledger.rates import rates_to
from dunwell.organizations.models import Organization
from dunwell.rules.escalation import Decision, InvoiceHistory, Step, cutoff, decide, step_day
from dunwell.rules.netting import OpenItem, net
from dunwell.rules.waiting import Facts, waiting_reason
from tests.followup.drawn import World

ZERO = Decimal(0)
DAY = dt.timedelta(days=1)
PENDING_BUSINESS_DAYS = 5
REOPENED = ("paid", "void", "written_off")
WITHDRAWN = ("missed", "superseded", "already_past")
IN_HAND = ("sending", "uncertain")


@dataclass(frozen=True)
class Row:
    """What an action says."""

    state: str
    reason: str
    step_day: dt.date


Rows = dict[tuple[int, int], Row]  # by invoice and lineage


def rows_of(organization: Organization) -> Rows:
    """The actions in the database."""
    return {
        (action.invoice_id, action.lineage): Row(action.state, action.reason, action.step_day)
        for action in Action.objects.filter(organization=organization)
    }


def stands(starts_on: dt.date, ends: tuple[dt.date | None, ...], as_of: dt.date) -> bool:
    return starts_on <= as_of and all(end is None or end > as_of for end in ends)


class Book:
    """The ledger as of a day."""

    def __init__(self, organization: Organization, as_of: dt.date) -> None:
        self.as_of = as_of
        mine: dict[str, Any] = {"organization": organization}
        self.invoices = {invoice.pk: invoice for invoice in Invoice.objects.filter(**mine)}
        self.allocations = [
            entry
            for entry in Allocation.objects.filter(**mine)
            if stands(entry.effective_on, (entry.reversed_on,), as_of)
        ]
        self.write_offs = [
            entry
            for entry in WriteOff.objects.filter(**mine)
            if stands(entry.written_off_on, (entry.reversed_on,), as_of)
        ]
        self.holds = [
            hold
            for hold in Hold.objects.filter(**mine)
            if stands(hold.starts_on, (hold.ends_on, hold.released_on), as_of)
        ]
        self.payments = list(Payment.objects.filter(**mine))
        self.credit_notes = list(CreditNote.objects.filter(**mine))
        self.balances = {pk: left for pk in self.invoices if (left := self._left(pk)) > 0}

    def _left(self, pk: int) -> Decimal:
        """What is open of an invoice, 0 when it is not open."""
        invoice = self.invoices[pk]
        if invoice.is_draft or invoice.issued_on > self.as_of or self.is_void(pk):
            return ZERO
        applied = sum((entry.amount for entry in self.allocations if entry.invoice_id == pk), ZERO)
        written_off = sum((entry.amount for entry in self.write_offs if entry.invoice_id == pk), ZERO)
        return max(ZERO, invoice.total - applied - written_off)

    def is_void(self, pk: int) -> bool:
        voided_on = self.invoices[pk].voided_on
        return voided_on is not None and voided_on <= self.as_of

    def credit(self, customer: int, currency: str) -> Decimal:
        total = ZERO
        for payment in self.payments:
            if (payment.customer_id, payment.currency) == (customer, currency) and payment.succeeded_on is not None:
                ends = (payment.failed_on, payment.refunded_on)
                if stands(payment.succeeded_on, ends, self.as_of):
                    used = (entry.amount for entry in self.allocations if entry.payment_id == payment.pk)
                    total += max(ZERO, payment.amount - sum(used, ZERO))
        for note in self.credit_notes:
            same = (note.customer_id, note.currency) == (customer, currency)
            if same and stands(note.issued_on, (note.voided_on,), self.as_of):
                used = (entry.amount for entry in self.allocations if entry.credit_note_id == note.pk)
                total += max(ZERO, note.total - sum(used, ZERO))
        return total

    def holds_of(self, pk: int) -> Iterator[Hold]:
        """Holds that stand for an invoice, its customer's among them."""
        for hold in self.holds:
            if hold.invoice_id == pk or (hold.invoice_id is None and hold.customer_id == self.invoices[pk].customer_id):
                yield hold

    def netting(self) -> dict[int, Decimal]:
        """Invoice → how much of unapplied credit falls on it."""
        groups: dict[tuple[int, str], list[OpenItem]] = {}
        for pk, balance in self.balances.items():
            invoice = self.invoices[pk]
            groups.setdefault((invoice.customer_id, invoice.currency), []).append(OpenItem(pk, invoice.due_on, balance))
        parts: dict[int, Decimal] = {}
        for (customer, currency), items in groups.items():
            parts |= net(items, self.credit(customer, currency), self.as_of)
        return parts


@dataclass
class Candidate:
    """A due step that may go or wait."""

    key: tuple[int, int]
    decision: Decision
    offset: int
    is_failed: bool
    facts: dict[str, Any]
    asked: Decimal


class Expectation:
    """One pass over one organization."""

    def __init__(self, world: World) -> None:
        self.world, self.as_of, self.now = world, world.today, world.now()
        self.organization = world.current()
        self.settings = self.organization.settings
        self.calendar, self.steps = world.calendar(), world.steps()
        self.book = Book(self.organization, self.as_of)
        self.actions: dict[int, dict[int, Action]] = {}
        for action in Action.objects.filter(organization=self.organization).select_related("notice"):
            self.actions.setdefault(action.invoice_id, {})[action.lineage] = action

    def rows(self) -> Rows:
        result = rows_of(self.organization)
        candidates: list[Candidate] = []
        for pk in self.book.invoices:
            if pk in self.book.balances:
                candidates += self._decide(pk, result)
            else:
                self._end(pk, result)
        for candidate in candidates:
            reason = waiting_reason(self._facts(candidate, candidates), self.as_of)
            if not (candidate.is_failed and candidate.decision is Decision.TARGET):
                self._put(result, candidate.key, candidate.offset, "waiting" if reason else "planned", reason or "")
        return result

    def _put(self, result: Rows, key: tuple[int, int], offset: int, state: str, reason: str) -> None:
        day = step_day(self.book.invoices[key[0]].due_on, offset, self.calendar)
        result[key] = Row(state, reason, day)

    def _end(self, pk: int, result: Rows) -> None:
        if self.book.is_void(pk) or self.book.invoices[pk].is_draft:
            reason = "void"
        else:
            reason = "written_off" if any(entry.invoice_id == pk for entry in self.book.write_offs) else "paid"
        for lineage, action in self.actions.get(pk, {}).items():
            if action.state in ("waiting", "planned") and not in_hand(action):
                result[pk, lineage] = Row("final", reason, action.step_day)

    def _decide(self, pk: int, result: Rows) -> list[Candidate]:
        invoice, actions = self.book.invoices[pk], self.actions.get(pk, {})
        cutoffs = {step.offset_days: cutoff(step.offset_days, self.calendar, self.as_of) for step in self.steps}
        offsets = {step.lineage: step.offset_days for step in self.steps}
        due = {step.lineage for step in self.steps if invoice.due_on <= cutoffs[step.offset_days]}
        for lineage, action in actions.items():
            if lineage not in due and self._is_withdrawn(action, lineage in offsets):
                del result[pk, lineage]
        reached = [action for action in actions.values() if action.state == "done" or in_hand(action)]
        history = InvoiceHistory(
            due_on=invoice.due_on,
            furthest_done=max((action.offset_days for action in reached), default=None),
            closed=frozenset(lineage for lineage, action in actions.items() if is_closed(action)),
            had_notice=bool(reached),
        )
        candidates = []
        for lineage, decision in decide(history, self.steps, cutoffs, self.as_of).items():
            if decision in (Decision.TARGET, Decision.EARLIER_NOTICE, Decision.NO_EARLIER_STEP):
                existing = actions.get(lineage)
                is_failed = existing is not None and existing.notice is not None and existing.notice.state == "failed"
                candidates.append(
                    self._candidate(pk, lineage, decision, offsets[lineage], is_failed, history.had_notice)
                )
            else:
                self._put(result, (pk, lineage), offsets[lineage], "final", decision.value)
        return candidates

    @staticmethod
    def _is_withdrawn(action: Action, is_in_policy: bool) -> bool:
        """Whether an action whose step is not due (any more) goes: its due date moved, or its step left the policy."""
        if action.state in ("waiting", "planned"):
            return action.notice is None or action.notice.state not in (*IN_HAND, "failed")
        return is_in_policy and action.state == "final" and action.reason in WITHDRAWN

    def _candidate(
        self, pk: int, lineage: int, decision: Decision, offset: int, is_failed: bool, had_notice: bool
    ) -> Candidate:
        book, invoice, balance = self.book, self.book.invoices[pk], self.book.balances[pk]
        parts = [hold.amount for hold in book.holds_of(pk)]
        held_part = sum((part for part in parts if part is not None), ZERO)
        netted = book.netting()[pk]
        facts = {
            "held": None in parts or (bool(parts) and held_part >= balance) or self._is_payment_pending(pk),
            "days_overdue_when_first_known": (invoice.first_known_on - invoice.due_on).days,
            "old_debt_released": OldDebtRelease.objects.filter(invoice_id=pk).exists(),
            "had_notice": had_notice,
            "credit_covers": netted > 0 and netted >= balance - held_part,
            "needs_earlier_notice": decision is Decision.EARLIER_NOTICE,
            "no_earlier_step": decision is Decision.NO_EARLIER_STEP,
        }
        return Candidate((pk, lineage), decision, offset, is_failed, facts, balance - netted - held_part)

    def _is_payment_pending(self, pk: int) -> bool:
        """Whether a payment for it is on its way, begun less than five business days ago."""
        for payment in self.book.payments:
            if payment.intended_invoice_id == pk and stands(
                payment.initiated_on, (payment.succeeded_on, payment.failed_on), self.as_of
            ):
                days = (payment.initiated_on + n * DAY for n in range((self.as_of - payment.initiated_on).days))
                if sum(map(self.calendar.is_business_day, days)) < PENDING_BUSINESS_DAYS:
                    return True
        return False

    def _facts(self, candidate: Candidate, candidates: list[Candidate]) -> Facts:
        invoice = self.book.invoices[candidate.key[0]]
        customer = Customer.objects.get(pk=invoice.customer_id)
        contacts = Notice.objects.filter(customer=customer, contact_on__lte=self.as_of)
        addresses = Contact.objects.filter(customer=customer, email_refused_at=None).exclude(email="")
        return Facts(
            **candidate.facts,
            below_minimum=self._is_below_minimum(invoice, candidates),
            has_address=addresses.exists(),
            channel_set_up="email" in self.world.channels,
            contacted_on=tuple(contact.contact_on for contact in contacts if contact.contact_on),
            interval_days=self.settings.contact_interval_days,
            weekly_limit=self.settings.weekly_contact_limit,
            fresh=customer.source is None or self._is_fresh(customer.source),
        )

    def _is_fresh(self, source: DataSource) -> bool:
        limit = (
            dt.timedelta(days=self.settings.file_freshness_days)
            if source.kind == "file"
            else dt.timedelta(hours=self.settings.connector_freshness_hours)
        )
        return self.now - source.fresh_at <= limit

    def _is_below_minimum(self, invoice: Invoice, candidates: list[Candidate]) -> bool:
        """Whether the notice this invoice would be in asks for less than the minimum."""
        rates = rates_to(self.organization.base_currency, [invoice.currency], self.as_of)
        amounts = []
        for other in candidates:
            theirs = self.book.invoices[other.key[0]]
            same = (theirs.customer_id, theirs.currency) == (invoice.customer_id, invoice.currency)
            old = waiting_reason(Facts(**{**other.facts, "held": False}), self.as_of) == "old_debt"
            goes = other.decision is Decision.TARGET and not other.is_failed
            if same and goes and not (other.facts["held"] or old or other.facts["credit_covers"]):
                amounts.append(other.asked)
        if not amounts or invoice.currency not in rates or self.settings.minimum_amount <= 0:
            return False
        return sum(amounts, ZERO) * rates[invoice.currency] < self.settings.minimum_amount


def in_hand(action: Action) -> bool:
    """Its notice is being sent, or nobody knows whether it arrived."""
    return action.notice is not None and action.notice.state in IN_HAND


def is_closed(action: Action) -> bool:
    ended = action.state == "final" and action.reason not in REOPENED
    return ended or action.state == "done" or in_hand(action)


def expected_after(world: World) -> Rows:
    """The actions that the pass of `world.today` must leave, from the rows as they are before it."""
    return Expectation(world).rows()


def explain(rows: Rows) -> str:
    """Rows to read in a failure."""
    return json.dumps({f"{pk}/{lineage}": str(row) for (pk, lineage), row in sorted(rows.items())}, indent=1)


def due_steps(world: World) -> Iterator[tuple[int, Step]]:
    """Every due step of every open invoice, by the day on which it falls."""
    book, calendar = Book(world.current(), world.today), world.calendar()
    for pk in book.balances:
        for step in world.steps():
            if step_day(book.invoices[pk].due_on, step.offset_days, calendar) <= world.today:
                yield pk, step
