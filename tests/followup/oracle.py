"""What a pass must make of a book, by the pure rules alone: plain loops, no SQL of the engine's.

`expected_after` reads the rows as they are before the pass and says what each action must be after it;
`Book` adds up the same rows as of a day, which the tests of assessments use too.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from dunwell.followup.models import (
    Action,
    Call,
    CustomerPolicy,
    CustomerStanding,
    Notice,
    NoticeMessage,
    OldDebtRelease,
)
from dunwell.followup.queries.policies_in_force import PoliciesInForce, policies_in_force
from dunwell.ledger.models import (
    Allocation,
    ChannelChoice,
    Contact,
    CreditNote,
    Customer,
    DataSource,
    DueDateExtension,
    Hold,
    Invoice,
    Payment,
    WriteOff,
)
from dunwell.ledger.rates import rates_to
from dunwell.ledger.services.phones import sms_number
from dunwell.messaging.models import BatchLetter
from dunwell.organizations.models import Organization
from dunwell.rules import assignment
from dunwell.rules.channels import Channel, channel_for
from dunwell.rules.escalation import (
    BY_PEOPLE,
    INTERNAL,
    Anchor,
    CatchUp,
    Decision,
    InvoiceHistory,
    Step,
    Terms,
    cutoff,
    decide,
    step_day,
)
from dunwell.rules.netting import OpenItem, net
from dunwell.rules.segments import PaymentFacts, SegmentLimits, expected_value, is_late, risk, segment
from dunwell.rules.standing import Standing, Thresholds, standing
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
    channel: str


Key = tuple[int, str, int, int, int]  # invoice, anchor and its instance, lineage, occurrence
Rows = dict[Key, Row]
WAITS = (Decision.TARGET, Decision.EARLIER_STEP, Decision.EARLIER_NOTICE, Decision.NO_EARLIER_STEP)


def key_of(action: Action) -> Key:
    return action.invoice_id, action.anchor_kind, action.anchor_id, action.lineage, action.occurrence


def rows_of(organization: Organization) -> Rows:
    """The actions in the database."""
    return {
        key_of(action): Row(action.state, action.reason, action.step_day, action.channel)
        for action in Action.objects.filter(organization=organization)
    }


def reachable_of(organization: Organization) -> dict[int, set[str]]:
    """The channels on which each customer has an address that may be used."""
    found: dict[int, set[str]] = defaultdict(set)
    choices = ChannelChoice.objects.filter(organization=organization)
    said = {(choice.contact_id, choice.channel): choice.said for choice in choices}
    for contact in Contact.objects.filter(organization=organization).select_related("customer__organization"):
        number = sms_number(contact.phone, contact.customer.country or organization.country)
        default = "opted_out" if organization.settings.sms_consent_required else "agreed"
        if contact.email and contact.email_refused_at is None and said.get((contact.pk, "email")) != "opted_out":
            found[contact.customer_id].add("email")
        if (
            number
            and contact.phone_refused_at is None
            and contact.sms_refused_at is None
            and said.get((contact.pk, "sms"), default) == "agreed"
        ):
            found[contact.customer_id].add("sms")
    for customer in Customer.objects.filter(organization=organization):
        primary = customer.contacts.filter(is_primary=True).first()
        is_complete = bool(customer.address_line_1 and customer.city) and customer.address_refused_at is None
        if is_complete and (primary is None or said.get((primary.pk, "letter")) != "opted_out"):
            found[customer.pk].add("letter")
    return found


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


@dataclass(frozen=True)
class Profile:
    segment: str
    risk: int
    outstanding: Decimal
    expected_value: Decimal


class Profiles:
    """Segments, risks and policies of the customers, by the rules alone."""

    def __init__(self, organization: Organization, book: Book, was_defaulter: set[int]) -> None:
        settings = organization.settings
        self.organization, self.book, self.was_defaulter = organization, book, was_defaulter
        self.limits = SegmentLimits(
            settings.segment_window_days,
            settings.segment_known_from_invoices,
            settings.segment_late_after_days,
            settings.segment_frequent_percent,
        )
        currencies = {invoice.currency for invoice in book.invoices.values()}
        self.rates = rates_to(organization.base_currency, currencies, book.as_of)
        self.known: dict[int, Profile] = {}
        mine: dict[str, Any] = {"organization": organization}
        self.customers = {row.pk: row for row in Customer.objects.filter(**mine).select_related("source")}
        self.own = dict(CustomerPolicy.objects.filter(**mine).values_list("customer_id", "policy_id"))

    def of(self, customer: int) -> Profile:
        if customer not in self.known:
            self.known[customer] = self._figure(customer)
        return self.known[customer]

    def _figure(self, customer: int) -> Profile:
        mine = [invoice for invoice in self.book.invoices.values() if invoice.customer_id == customer]
        open_ones = [invoice for invoice in mine if invoice.pk in self.book.balances]
        verdicts = [verdict for invoice in mine if (verdict := self._verdict(invoice)) is not None]
        facts = PaymentFacts(
            judged=len(verdicts),
            late=sum(verdicts),
            oldest_overdue_days=max([0, *((self.book.as_of - invoice.due_on).days for invoice in open_ones)]),
            was_defaulter=customer in self.was_defaulter,
        )
        owed = {
            invoice.pk: self.book.balances[invoice.pk] * self.rates.get(invoice.currency, ZERO) for invoice in open_ones
        }
        overdue = sum((owed[invoice.pk] for invoice in open_ones if invoice.due_on < self.book.as_of), ZERO)
        score = risk(facts)
        return Profile(
            segment(facts, self.limits).value,
            score,
            _rounded(sum(owed.values(), ZERO)),
            expected_value(_rounded(overdue), score),
        )

    def _verdict(self, invoice: Invoice) -> bool | None:
        as_of = self.book.as_of
        in_window = invoice.due_on > as_of - self.limits.window_days * DAY
        if invoice.is_draft or invoice.issued_on > as_of or self.book.is_void(invoice.pk) or not in_window:
            return None
        written_off = invoice.written_off > 0
        return is_late(invoice.due_on, invoice.settled_on, written_off, as_of, self.limits.late_after_days)

    def policy_of(self, customer: int, currency: str, policies: PoliciesInForce) -> int:
        profile, row = self.of(customer), self.customers[customer]
        tags = frozenset(row.tags)
        facts = assignment.CustomerFacts(
            customer, currency, profile.outstanding, row.country, tags, profile.segment, profile.risk
        )
        rules = [
            assignment.AssignmentRule(
                rule.pk,
                rule.policy_id,
                frozenset(rule.segments),
                rule.balance_above,
                frozenset(rule.currencies),
                frozenset(rule.countries),
                frozenset(rule.tags),
                rule.minimum_risk,
                rule.customer_id,
            )
            for rule in policies.rules
        ]
        return assignment.assign(facts, rules, default=policies.default, own_setting=self.own.get(customer)).policy


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)


@dataclass
class Candidate:
    """A due step that may go or wait."""

    key: Key
    step: Step
    anchor_on: dt.date
    decision: Decision
    is_failed: bool
    facts: dict[str, Any]
    asked: Decimal


class Expectation:
    """One pass over one organization."""

    def __init__(self, world: World) -> None:
        self.world, self.as_of, self.now = world, world.today, world.now()
        self.organization = world.current()
        self.settings = self.organization.settings
        self.calendar, self.policies = world.calendar(), policies_in_force(self.organization)
        self.book = Book(self.organization, self.as_of)
        self.profiles = Profiles(self.organization, self.book, defaulters_by(world, self.book))
        self.actions: dict[int, list[Action]] = {}
        for action in Action.objects.filter(organization=self.organization).select_related("notice", "step"):
            self.actions.setdefault(action.invoice_id, []).append(action)
        self.channels = frozenset(self.world.channels) | BY_PEOPLE
        self.terms, self.netted = self._terms(), self.book.netting()
        mine: dict[str, Any] = {"organization": self.organization}
        self.released = set(OldDebtRelease.objects.filter(**mine).values_list("invoice_id", flat=True))
        self.contacts: list[Notice | Call] = [
            *Notice.objects.filter(**mine, contact_on__lte=self.as_of),
            *Call.objects.filter(**mine, contact_on__lte=self.as_of),
        ]
        self.reachable = reachable_of(self.organization)
        self.anchors: dict[int, int] = {}
        for extension in DueDateExtension.objects.filter(organization=self.organization).order_by("pk"):
            self.anchors[extension.invoice_id] = extension.pk

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
                day = step_day(candidate.anchor_on, candidate.step.offset_days, self.calendar)
                channel = candidate.step.channel
                result[candidate.key] = Row("waiting" if reason else "planned", reason or "", day, channel)
        return result

    def _end(self, pk: int, result: Rows) -> None:
        if self.book.is_void(pk) or self.book.invoices[pk].is_draft:
            reason = "void"
        else:
            reason = "written_off" if any(entry.invoice_id == pk for entry in self.book.write_offs) else "paid"
        for action in self.actions.get(pk, ()):
            if action.state in ("waiting", "planned") and not in_hand(action):
                result[key_of(action)] = Row("final", reason, action.step_day, action.channel)

    def steps_for(self, pk: int) -> list[Step]:
        """The steps of the policy that chases this invoice, as far as they are meant for it."""
        invoice = self.book.invoices[pk]
        profile = self.profiles.of(invoice.customer_id)
        rate = self.profiles.rates.get(invoice.currency)
        balance = None if rate is None else self.book.balances[pk] * rate
        policy = self.profiles.policy_of(invoice.customer_id, invoice.currency, self.policies)
        customer = self.profiles.customers[invoice.customer_id]
        return [
            replace(
                timed.rule,
                channel=channel_for(
                    timed.rule.channel,
                    preferred=customer.preferred_channel,
                    reachable=self.reachable[customer.pk],
                    usable=self.policies.usable(timed.row, self.world.channels),
                ),
            )
            for timed in self.policies.timed
            if timed.policy == policy and timed.rule.conditions.hold_for(balance, profile.segment, profile.risk)
        ]

    def _key(self, pk: int, step: Step) -> Key:
        anchor = self.anchors.get(pk, 0) if step.anchor is Anchor.DUE else 0
        return pk, step.anchor.value, anchor, step.lineage, step.occurrence

    def _terms(self) -> Terms:
        return Terms(
            as_of=self.as_of,
            cutoffs={offset: cutoff(offset, self.calendar, self.as_of) for offset in self.policies.offsets},
            passed={offset: cutoff(offset, self.calendar, self.as_of - DAY) for offset in self.policies.offsets},
            catch_up=CatchUp(self.settings.catch_up),
            channels=self.channels,
        )

    def _decide(self, pk: int, result: Rows) -> list[Candidate]:
        invoice, terms = self.book.invoices[pk], self.terms
        steps = {self._key(pk, step): step for step in self.steps_for(pk)}
        dates = {Anchor.DUE: invoice.due_on, Anchor.ISSUE: invoice.issued_on}
        due = {key for key, step in steps.items() if dates[step.anchor] <= terms.cutoffs[step.offset_days]}
        actions = {key_of(action): action for action in self.actions.get(pk, ())}
        for key, action in actions.items():
            if key not in due and self._is_withdrawn(action):
                del result[key]
        done: dict[str, int] = {}
        reached = [action for action in actions.values() if action.state == "done" or in_hand(action)]
        for action in reached:
            if action.anchor_kind == "issue" or action.anchor_id == self.anchors.get(pk, 0):
                place = action.offset_days + (dates[Anchor(action.anchor_kind)] - invoice.due_on).days
                done[action.channel] = max(place, done.get(action.channel, place))
        mine = {key: action for key, action in actions.items() if key in steps}
        failed = {key for key, action in mine.items() if has_failed(action, steps[key].channel)}
        history = InvoiceHistory(
            due_on=invoice.due_on,
            issued_on=invoice.issued_on,
            done=done,
            closed=frozenset(steps[key].key for key, action in mine.items() if is_closed(action)),
            known=frozenset(steps[key].key for key in mine),
            failed=frozenset(steps[key].key for key in failed),
            had_notice=any(action.step.channel != INTERNAL for action in reached),
        )
        candidates = []
        by_step = {step.key: key for key, step in steps.items()}
        for step_key, decision in decide(history, steps.values(), terms).items():
            key = by_step[step_key]
            step = steps[key]
            if decision in WAITS:
                candidates.append(self._candidate(key, step, decision, key in failed, history.had_notice))
            else:
                day = step_day(dates[step.anchor], step.offset_days, self.calendar)
                result[key] = Row("final", decision.value, day, step.channel)
        return candidates

    def _is_withdrawn(self, action: Action) -> bool:
        """Whether an action whose step is not due (any more) goes: its due date moved, or its step left the policy."""
        if action.state in ("waiting", "planned"):
            return action.notice is None or action.notice.state not in (*IN_HAND, "failed")
        is_present = action.anchor_kind == "issue" or action.anchor_id == self.anchors.get(action.invoice_id, 0)
        is_in_force = any(timed.rule.lineage == action.lineage for timed in self.policies.timed)
        return is_present and is_in_force and action.state == "final" and action.reason in WITHDRAWN

    def _candidate(self, key: Key, step: Step, decision: Decision, is_failed: bool, had_notice: bool) -> Candidate:
        pk = key[0]
        book, invoice, balance = self.book, self.book.invoices[pk], self.book.balances[pk]
        parts = [hold.amount for hold in book.holds_of(pk)]
        held_part = sum((part for part in parts if part is not None), ZERO)
        netted = self.netted[pk]
        facts = {
            "held": None in parts or (bool(parts) and held_part >= balance) or self._is_payment_pending(pk),
            "letter_unposted": any(is_unposted(action) for action in self.actions.get(pk, ())),
            "days_overdue_when_first_known": (invoice.first_known_on - invoice.due_on).days,
            "old_debt_released": pk in self.released,
            "had_notice": had_notice,
            "credit_covers": netted > 0 and netted >= balance - held_part,
            "is_task": step.channel == "task",
            "needs_earlier_step": decision is Decision.EARLIER_STEP,
            "needs_earlier_notice": decision is Decision.EARLIER_NOTICE,
            "no_earlier_step": decision is Decision.NO_EARLIER_STEP,
        }
        anchor_on = invoice.due_on if step.anchor is Anchor.DUE else invoice.issued_on
        return Candidate(key, step, anchor_on, decision, is_failed, facts, balance - netted - held_part)

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
        customer = self.profiles.customers[invoice.customer_id]
        contacts = [notice for notice in self.contacts if notice.customer_id == customer.pk]
        return Facts(
            **candidate.facts,
            below_minimum=self._is_below_minimum(invoice, candidate.step.channel, candidates),
            has_address=candidate.step.channel not in set(Channel)
            or candidate.step.channel in self.reachable[customer.pk],
            channel_set_up=candidate.step.channel in self.channels,
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

    def _is_below_minimum(self, invoice: Invoice, channel: str, candidates: list[Candidate]) -> bool:
        """Whether the notice this invoice would be in asks for less than the minimum."""
        rates = self.profiles.rates
        amounts = []
        for other in candidates:
            theirs = self.book.invoices[other.key[0]]
            same = (theirs.customer_id, theirs.currency, other.step.channel) == (
                invoice.customer_id,
                invoice.currency,
                channel,
            )
            old = (
                waiting_reason(Facts(**{**other.facts, "held": False, "letter_unposted": False}), self.as_of)
                == "old_debt"
            )
            goes = other.decision is Decision.TARGET and not other.is_failed
            unposted = other.facts["letter_unposted"] and not other.facts["is_task"]
            if same and goes and not (other.facts["held"] or unposted or old or other.facts["credit_covers"]):
                amounts.append(other.asked)
        if not amounts or invoice.currency not in rates or self.settings.minimum_amount <= 0:
            return False
        return sum(amounts, ZERO) * rates[invoice.currency] < self.settings.minimum_amount


def in_hand(action: Action) -> bool:
    """Its notice is being sent, or nobody knows whether it arrived."""
    return action.notice is not None and action.notice.state in IN_HAND


def is_unposted(action: Action) -> bool:
    """Its letter is printed by people, and not marked as posted."""
    letters = BatchLetter.objects.filter(batch__posted_at=None, called_back_at=None)
    delivered = NoticeMessage.objects.filter(notice=action.notice_id, message__in=letters.values("message"))
    return action.notice is not None and action.notice.state == "sending" and delivered.exists()


def has_failed(action: Action, channel: str) -> bool:
    """Its notice could not be delivered, and no other channel stands in by now."""
    notice = action.notice
    return notice is not None and notice.state == "failed" and notice.channel == channel


def is_closed(action: Action) -> bool:
    ended = action.state == "final" and action.reason not in REOPENED
    return ended or action.state == "done" or in_hand(action)


def explain(rows: Rows) -> str:
    """Rows to read in a failure."""
    return json.dumps({"/".join(map(str, key)): str(row) for key, row in sorted(rows.items())}, indent=1)


def defaulters_by(world: World, book: Book) -> set[int]:
    """Customers who are defaulters on the day of the book, or were at an assessment before."""
    limits = world.current().settings
    thresholds = Thresholds(limits.due_soon_days, limits.grace_days, limits.defaulter_after_days)
    before = CustomerStanding.objects.filter(organization=world.organization, was_defaulter=True)
    found = set(before.values_list("customer_id", flat=True))
    for customer in world.customers.values_list("pk", flat=True):
        if standing_of(book, customer, thresholds) is Standing.DEFAULTER:
            found.add(customer)
    return found


def disputed(book: Book, pk: int) -> Decimal:
    """How much of an open invoice is in dispute."""
    parts = [hold.amount for hold in book.holds_of(pk) if hold.reason == "dispute"]
    if not parts:
        return ZERO
    return book.balances[pk] if None in parts else min(book.balances[pk], sum((part or ZERO for part in parts), ZERO))


def standing_of(book: Book, customer: int, thresholds: Thresholds) -> Standing:
    due = [
        book.invoices[pk].due_on
        for pk, balance in book.balances.items()
        if book.invoices[pk].customer_id == customer and balance > disputed(book, pk)
    ]
    return standing(due, book.as_of, thresholds)


def due_steps(expectation: Expectation) -> Iterator[tuple[int, Step]]:
    """Every due step of every open invoice that is meant for it, by the day on which it falls."""
    for pk in expectation.book.balances:
        invoice = expectation.book.invoices[pk]
        for step in expectation.steps_for(pk):
            anchor_on = invoice.due_on if step.anchor is Anchor.DUE else invoice.issued_on
            if step_day(anchor_on, step.offset_days, expectation.calendar) <= expectation.as_of:
                yield pk, step
