"""What must always be true (design section 5, 1 to 5), asked of the rows and of what arrived on every channel.

Nothing here shares code with the engine: balances are added up from the entries, steps are counted in
calendar days, and what a customer got is what the servers hold. Facts are read as they stand, so
what was sent is judged right after it was sent.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any

from dunwell.followup.models import Action, Call, PolicyAssignment, PolicyStep
from dunwell.ledger.models import (
    Allocation,
    ChannelChoice,
    CreditNote,
    Hold,
    Invoice,
    Payment,
    TouchedCustomer,
    WriteOff,
)
from dunwell.messaging.models import MessageEvent
from dunwell.organizations.models import ClosingDay, Organization, OrganizationSettings
from tests.arrivals import Arrival

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
EIGHT, NINE = dt.time(8), dt.time(21)  # no SMS outside, on the recipient's clock
PENDING_PAYMENT_BUSINESS_DAYS = 5
ZERO = Decimal(0)


def check(
    organization: Organization, arrived: Sequence[Arrival], *, as_of: dt.date | None, seen: Collection[str] = ()
) -> set[str]:
    """All that must hold; what is not among those `seen` is judged by today's facts, the plan after a pass of `as_of`.

    The names of all that arrived, for the next time.
    """
    book = Book(organization)
    nothing_twice(arrived)
    for arrival in arrived:
        if arrival.name not in seen:
            book.sent_rightly(arrival)
    if as_of is not None:
        every_due_step_has_an_action(book, as_of)
    sums_agree(book)
    within_limits(book, arrived)
    return {arrival.name for arrival in arrived}


def nothing_twice(arrived: Sequence[Arrival]) -> None:
    """1. No message, and no step of an invoice, reached a customer twice. What came back did not reach anybody."""
    names = Counter(arrival.name for arrival in arrived)
    assert not [name for name, times in names.items() if times > 1], "a message arrived twice"
    reached = [arrival for arrival in arrived if arrival.message.state != "failed"]
    times = {
        (action.notice_id, action.invoice_id): action.occurrence
        for action in Action.objects.filter(notice__in=[arrival.notice.pk for arrival in reached])
    }
    steps = Counter(
        (item.invoice_id, item.step.lineage, times.get((arrival.notice.pk, item.invoice_id), 0))
        for arrival in reached
        for item in arrival.items
    )
    assert max(steps.values(), default=1) == 1, f"a step reached a customer twice: {steps.most_common(1)}"


def every_due_step_has_an_action(book: Book, as_of: dt.date) -> None:
    """3. Done, on its way, waiting with a reason, or final with a reason."""
    actions = {(action.invoice_id, action.lineage): action for action in book.actions}
    for invoice in book.invoices:
        if book.balance(invoice, as_of) <= 0 or invoice.issued_on > as_of:
            continue
        for step in book.steps_of(invoice):
            if book.step_day(invoice.due_on, step.offset_days) > as_of:
                continue
            action = actions.get((invoice.pk, step.lineage))
            assert action is not None, f"{invoice} has no action for the step {step.offset_days:+} on {as_of}"
            assert action.state in {"done", "planned"} or action.reason, f"{action} has no reason"


def nothing_planned_is_forgotten(organization: Organization) -> None:
    """3, after a pass: whatever is planned has its notice, or stands on the worklist, but for customers whom the next
    pass looks at again."""
    again = TouchedCustomer.objects.filter(organization=organization).values("customer_id")
    forgotten = Action.objects.filter(organization=organization, state="planned", notice=None)
    forgotten = forgotten.exclude(step__channel__in=("call", "task"), task__state="open")
    forgotten = forgotten.exclude(customer__in=again)
    assert not forgotten.exists(), list(forgotten)


def sums_agree(book: Book) -> None:
    """4. Allocations never exceed their source or their invoice; balances follow from the entries; none is negative."""
    for invoice in book.invoices:
        entered = sum((entry.amount for entry in book.entries_of(invoice) if entry.reversed_on is None), ZERO)
        left = ZERO if invoice.voided_on else invoice.total - entered
        assert invoice.total - entered >= 0, f"{invoice} is overpaid"
        assert invoice.balance == left, f"{invoice} says {invoice.balance}, its entries leave {left}"
    for source, amount, used in book.sources():
        assert used <= amount, f"{source} is overspent"
        assert source.unapplied in {ZERO, amount - used}, f"{source} says {source.unapplied} of {amount - used}"


def within_limits(book: Book, arrived: Sequence[Arrival]) -> None:
    """5. Contacts keep their distance, are few enough in any 7 days, and come inside the window of their channel.

    All of one customer that one day's passes decided is one contact, wherever the customer's clock stands. A call is
    a contact, too.
    """
    settings = book.settings
    contacts: dict[int, dict[dt.date, set[dt.date]]] = {}
    for call in book.calls:
        assert call.contact_on is not None
        contacts.setdefault(call.customer_id, {}).setdefault(call.contact_on, set()).add(call.contact_on)
    for arrival in arrived:
        if arrival.notice.channel == "sms":
            assert EIGHT <= arrival.sent_at.time() < NINE, f"an SMS went at {arrival.sent_at}, whoever wished it"
        if arrival.message.state == "failed":
            continue  # it came back: no contact
        if arrival.notice.window_overridden_by_id is None:
            days = contacts.setdefault(arrival.customer.pk, {}).setdefault(arrival.decided_on, set())
            days.add(arrival.day)
            if arrival.notice.channel != "letter":  # which reaches nobody at an hour
                opens, closes = settings.window_opens, settings.window_closes
                assert opens <= arrival.sent_at.time() < closes, f"{arrival.notice} went at {arrival.sent_at}"
            assert book.is_business_day(arrival.day), f"{arrival.notice} went on {arrival.day:%A %d %B}"
    _within_the_hour(settings, arrived)
    for customer, decided in contacts.items():
        made = [sorted(decided[day]) for day in sorted(decided)]
        for earlier, later in itertools.pairwise(made):
            gap = (later[0] - earlier[-1]).days
            assert gap >= settings.contact_interval_days, f"customer {customer}: {earlier[-1]}, then {later[0]}"
        for first in made:
            week = [other for other in made if first[0] <= other[0] < first[0] + 7 * DAY]
            assert len(week) <= settings.weekly_contact_limit, f"customer {customer}: {week}"


def _within_the_hour(settings: OrganizationSettings, arrived: Sequence[Arrival]) -> None:
    if settings.hourly_limit is None:
        return
    # A pile that was not posted after all has begun once more, by hand
    again = set(MessageEvent.objects.filter(kind="unposted").values_list("message", flat=True))
    automatic = [
        arrival.message
        for arrival in arrived
        if arrival.notice.window_overridden_by_id is None and arrival.message.pk not in again
    ]
    moments = sorted(message.sending_at for message in automatic if message.sending_at)
    for first in moments:
        within = [moment for moment in moments if first <= moment < first + HOUR]
        assert len(within) <= settings.hourly_limit, f"{len(within)} messages in the hour from {first}"


class Book:
    """An organization's rows, read plainly."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        self.settings = OrganizationSettings.objects.get(organization=organization)
        self.invoices = list(Invoice.objects.filter(organization=organization))
        self.actions = list(Action.objects.filter(organization=organization))
        self.holds = list(Hold.objects.filter(organization=organization))
        self.payments = list(Payment.objects.filter(organization=organization))
        self.credit_notes = list(CreditNote.objects.filter(organization=organization))
        self.allocations = list(Allocation.objects.filter(organization=organization))
        self.calls = list(Call.objects.filter(organization=organization).exclude(task=None).exclude(contact_on=None))
        self.write_offs = list(WriteOff.objects.filter(organization=organization))
        self.days_off = set(ClosingDay.objects.filter(organization=organization).values_list("date", flat=True))
        self.steps = list(
            PolicyStep.objects.filter(organization=organization, version__is_current=True).select_related(
                "version__policy"
            )
        )
        self.choices = {
            (choice.contact_id, choice.channel): choice.said
            for choice in ChannelChoice.objects.filter(organization=organization)
        }
        assigned = PolicyAssignment.objects.filter(organization=organization)
        self.assigned = {(each.customer_id, each.currency): each.policy_id for each in assigned}

    # Policies

    def steps_of(self, invoice: Invoice) -> list[PolicyStep]:
        """The steps of the policy that an assignment gives, else of the default one."""
        policy = self.assigned.get((invoice.customer_id, invoice.currency))
        return [
            step
            for step in self.steps
            if (step.version.policy_id == policy if policy else step.version.policy.is_default)
        ]

    # Calendar

    def is_business_day(self, day: dt.date) -> bool:
        return day.isoweekday() in self.settings.window_weekdays and day not in self.days_off

    def step_day(self, due_on: dt.date, offset: int) -> dt.date:
        day = due_on + offset * DAY
        while not self.is_business_day(day):
            day += -DAY if offset < 0 else DAY
        return day

    # Money

    def entries_of(self, invoice: Invoice) -> list[Any]:
        entries: list[Any] = [entry for entry in self.allocations if entry.invoice_id == invoice.pk]
        return entries + [entry for entry in self.write_offs if entry.invoice_id == invoice.pk]

    def balance(self, invoice: Invoice, day: dt.date) -> Decimal:
        """What is left of it on a day; nothing of a draft or of one voided by then."""
        if invoice.is_draft or (invoice.voided_on is not None and invoice.voided_on <= day):
            return ZERO
        left = invoice.total
        for entry in self.entries_of(invoice):
            begins = entry.effective_on if isinstance(entry, Allocation) else entry.written_off_on
            if begins <= day and (entry.reversed_on is None or entry.reversed_on > day):
                left -= entry.amount
        return left

    def sources(self) -> list[tuple[Any, Decimal, Decimal]]:
        """Each payment and credit note, what it is worth, and how much of it is used."""
        used: Counter[tuple[str, int]] = Counter()
        for entry in self.allocations:
            if entry.reversed_on is None:
                key = ("payment", entry.payment_id) if entry.payment_id else ("credit", entry.credit_note_id or 0)
                used[key] += entry.amount  # type: ignore[assignment]
        payments = [
            (payment, payment.amount if payment.status == "succeeded" else ZERO, ZERO + used["payment", payment.pk])
            for payment in self.payments
        ]
        notes = [
            (note, ZERO if note.voided_on else note.total, ZERO + used["credit", note.pk]) for note in self.credit_notes
        ]
        return [*payments, *notes]

    def credit(self, customer_id: int, currency: str, day: dt.date) -> Decimal:
        """Money and credits of a customer that have reached no invoice by a day."""
        total = ZERO
        for payment in self.payments:
            ended = [on for on in (payment.failed_on, payment.refunded_on) if on is not None and on <= day]
            if (payment.customer_id, payment.currency) != (customer_id, currency):
                continue
            if payment.succeeded_on is not None and payment.succeeded_on <= day and not ended:
                total += payment.amount - self._used(day, payment_id=payment.pk)
        for note in self.credit_notes:
            stands = note.issued_on <= day and (note.voided_on is None or note.voided_on > day)
            if stands and (note.customer_id, note.currency) == (customer_id, currency):
                total += note.total - self._used(day, credit_note_id=note.pk)
        return total

    def _used(self, day: dt.date, **source: int) -> Decimal:
        ((name, pk),) = source.items()
        return sum(
            (
                entry.amount
                for entry in self.allocations
                if getattr(entry, name) == pk
                and entry.effective_on <= day
                and (entry.reversed_on is None or entry.reversed_on > day)
            ),
            ZERO,
        )

    # 2. What may be sent

    def sent_rightly(self, arrival: Arrival) -> None:
        """Nothing in it is settled, held, netted or waiting for money on its way, on the day it went; nor has the
        reader opted out of the channel."""
        day = arrival.posted_on or arrival.day
        for item in arrival.items:
            invoice = next(found for found in self.invoices if found.pk == item.invoice_id)
            why = self.reason_not_to_send(invoice, day)
            assert not why, f"{invoice} was in “{arrival.message.subject}” of {day}, but it is {why}"
            balance = self.balance(invoice, day) - self._held_part(invoice, day)
            assert item.balance == balance, f"{invoice}: the message says {item.balance}, the book {balance}"
            names_each = arrival.notice.channel != "sms" or len(arrival.items) == 1
            assert not names_each or invoice.number in arrival.words, f"{arrival.notice} does not name {invoice}"
        said = self.choices.get((arrival.notice.contact_id or 0, arrival.notice.channel), "")
        assert said != "opted_out", f"{arrival.notice} went by {arrival.notice.channel} to somebody who opted out"
        if arrival.notice.channel == "sms" and self.settings.sms_consent_required:
            assert said == "agreed", f"{arrival.notice} went by SMS to somebody who never agreed"

    def reason_not_to_send(self, invoice: Invoice, day: dt.date) -> str:
        """Why this invoice must not be in a mail that goes on a day; empty when it may."""
        if self.balance(invoice, day) <= 0:
            return "settled"
        if self._held(invoice, day):
            return "held"
        if self._pending(invoice, day):
            return "waiting for a payment on its way"
        if self._netted(invoice, day):
            return "netted"
        return ""

    def _held(self, invoice: Invoice, day: dt.date) -> bool:
        whole = any(hold.amount is None for hold in self._standing_holds(invoice, day))
        return whole or self._held_part(invoice, day) >= self.balance(invoice, day)

    def _held_part(self, invoice: Invoice, day: dt.date) -> Decimal:
        """What holds of a part of it take out: that is not asked for."""
        return sum((hold.amount for hold in self._standing_holds(invoice, day) if hold.amount is not None), ZERO)

    def _standing_holds(self, invoice: Invoice, day: dt.date) -> list[Hold]:
        return [
            hold
            for hold in self.holds
            if hold.customer_id == invoice.customer_id
            and hold.invoice_id in {None, invoice.pk}
            and hold.starts_on <= day
            and (hold.ends_on is None or hold.ends_on > day)
            and (hold.released_on is None or hold.released_on > day)
        ]

    def _pending(self, invoice: Invoice, day: dt.date) -> bool:
        first = day
        for _ in range(PENDING_PAYMENT_BUSINESS_DAYS):
            first -= DAY
            while not self.is_business_day(first):
                first -= DAY
        return any(
            payment.intended_invoice_id == invoice.pk
            and first < payment.initiated_on <= day
            and (payment.succeeded_on is None or payment.succeeded_on > day)
            and (payment.failed_on is None or payment.failed_on > day)
            for payment in self.payments
        )

    def _netted(self, invoice: Invoice, day: dt.date) -> bool:
        left = self.credit(invoice.customer_id, invoice.currency, day)
        for other in sorted(self.invoices, key=lambda one: (one.due_on, one.pk)):
            if (other.customer_id, other.currency) != (invoice.customer_id, invoice.currency) or other.due_on >= day:
                continue
            balance = self.balance(other, day)
            if other.issued_on > day or balance <= 0:
                continue
            if other.pk == invoice.pk:
                return left >= balance
            left = max(left - balance, ZERO)
        return False
