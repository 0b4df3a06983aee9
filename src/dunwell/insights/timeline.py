"""A customer's story: everything that was owed, paid, said and agreed, newest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from dunwell.followup.models import (
    Call,
    CaseChange,
    Notice,
    NoticeState,
    SegmentChange,
    StandingChange,
    Task,
    TaskState,
)
from dunwell.ledger.models import CreditNote, DueDateExtension, Hold, Invoice, Note, Payment, WriteOff
from dunwell.messaging.models import REPORTED, Message, MessageEvent, Reply
from dunwell.organizations.scope import Scope

PER_PAGE = 30


@dataclass(frozen=True)
class Event:
    """Something on a customer's timeline. `kind` names it, `subject` is the row it comes from.

    `at` is the moment where one is known; `on`, its day, always is.
    """

    on: dt.date
    kind: str
    subject: Any
    at: dt.datetime | None = None

    @property
    def order(self) -> tuple[dt.date, float, int]:
        """Within a day: what has a time first, latest on top."""
        return (self.on, self.at.timestamp() if self.at else 0.0, self.subject.pk)


@dataclass(frozen=True)
class Timeline:
    """Events, newest first; `older_from` is the day to ask for next, None at the beginning of the story."""

    events: list[Event]
    older_from: dt.date | None


def customer_timeline(
    scope: Scope, customer_id: int, *, until: dt.date | None = None, limit: int = PER_PAGE, story: str = ""
) -> Timeline:
    """The latest `limit` events up to the day `until`, all or those of one of STORIES; a day is never cut in two."""
    last = until or dt.date.max - dt.timedelta(days=2)
    found = sorted(_events(scope, customer_id, last, limit, story), key=lambda event: event.order, reverse=True)
    if len(found) <= limit:
        return Timeline(found, None)
    cut = found[limit - 1].on
    kept = [event for event in found if event.on > cut]
    if not kept:  # a single day fills the page: it is shown whole
        kept = [event for event in found if event.on >= cut]
        cut -= dt.timedelta(days=1)
    return Timeline(kept, cut)


def _events(scope: Scope, customer_id: int, last: dt.date, limit: int, story: str) -> Iterator[Event]:
    """More than enough: the newest `limit` + 1 of each kind."""
    for name, parts in STORIES.items():
        if story in ("", name):
            for part in parts:
                yield from part(scope, customer_id, last, limit + 1)


def _invoices(scope: Scope, customer_id: int, last: dt.date, most: int) -> Iterator[Event]:
    own = scope.rows(Invoice).filter(customer_id=customer_id)
    for invoice in own.filter(issued_on__lte=last, is_draft=False).order_by("-issued_on", "-pk")[:most]:
        yield Event(invoice.issued_on, "invoice_issued", invoice)
    for invoice in own.filter(voided_on__lte=last).order_by("-voided_on", "-pk")[:most]:
        yield Event(invoice.voided_on or invoice.issued_on, "invoice_voided", invoice)
    extensions = scope.rows(DueDateExtension).filter(invoice__customer_id=customer_id, extended_on__lte=last)
    for extension in extensions.select_related("invoice", "created_by").order_by("-extended_on", "-pk")[:most]:
        yield Event(extension.extended_on, "due_date_extended", extension)


def _money(scope: Scope, customer_id: int, last: dt.date, most: int) -> Iterator[Event]:
    own = Q(customer_id=customer_id)
    for payment in scope.rows(Payment).filter(own, initiated_on__lte=last).order_by("-initiated_on", "-pk")[:most]:
        yield from _payment_events(payment, last)
    for credit in scope.rows(CreditNote).filter(own, issued_on__lte=last).order_by("-issued_on", "-pk")[:most]:
        yield Event(credit.issued_on, "credit_note", credit)
    write_offs = scope.rows(WriteOff).filter(invoice__customer_id=customer_id, written_off_on__lte=last)
    for write_off in write_offs.select_related("invoice").order_by("-written_off_on", "-pk")[:most]:
        yield Event(write_off.written_off_on, "write_off", write_off)


def _holds_and_standings(scope: Scope, customer_id: int, last: dt.date, most: int) -> Iterator[Event]:
    holds = scope.rows(Hold).filter(customer_id=customer_id, starts_on__lte=last).select_related("invoice")
    for hold in holds.order_by("-starts_on")[:most]:
        yield from _hold_events(hold, last)
    changes = scope.rows(StandingChange).filter(customer_id=customer_id, changed_on__lte=last)
    for change in changes.order_by("-changed_on", "-pk")[:most]:
        yield Event(change.changed_on, "standing", change)
    habits = scope.rows(SegmentChange).filter(customer_id=customer_id, changed_on__lte=last)
    for habit in habits.order_by("-changed_on", "-pk")[:most]:
        yield Event(habit.changed_on, "segment", habit)


def _payment_events(payment: Payment, last: dt.date) -> Iterator[Event]:
    if payment.succeeded_on is None or payment.initiated_on < payment.succeeded_on:
        yield Event(payment.initiated_on, "payment_initiated", payment)
    for day, kind in (
        (payment.succeeded_on, "payment_received"),
        (payment.failed_on, "payment_failed"),
        (payment.refunded_on, "payment_refunded"),
    ):
        if day is not None and day <= last:
            yield Event(day, kind, payment)


def _hold_events(hold: Hold, last: dt.date) -> Iterator[Event]:
    yield Event(hold.starts_on, "hold_started", hold)
    ended = min((day for day in (hold.ends_on, hold.released_on) if day is not None), default=None)
    if ended is not None and ended <= last:
        yield Event(ended, "hold_ended", hold)


def _note_events(scope: Scope, customer_id: int, last: dt.date, most: int) -> Iterator[Event]:
    """What people wrote down, on the day it has in the organization's time zone."""
    zone = scope.organization.zone
    until = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), zone)
    notes = scope.rows(Note).filter(customer_id=customer_id, happened_at__lt=until)
    for note in notes.select_related("invoice", "author").order_by("-happened_at", "-pk")[:most]:
        yield Event(note.happened_at.astimezone(zone).date(), f"note_{note.kind}", note, at=note.happened_at)


def _notice_events(scope: Scope, customer_id: int, last: dt.date, most: int) -> Iterator[Event]:
    notices = (
        scope.rows(Notice)
        .filter(customer_id=customer_id, as_of__lte=last)
        .exclude(state=NoticeState.CANCELLED)
        .defer("body_html", "body_text")
        .select_related("step")
        .order_by("-as_of", "-pk")[:most]
    )
    for notice in notices:
        yield Event(notice.as_of, f"notice_{notice.state}", notice, at=notice.changed_at)


def _call_events(scope: Scope, customer_id: int, last: dt.date, most: int) -> Iterator[Event]:
    """Calls that count, and internal tasks that somebody closed."""
    zone = scope.organization.zone
    until = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), zone)
    calls = scope.rows(Call).filter(customer_id=customer_id, called_at__lt=until, taken_back_at=None)
    for call in calls.select_related("called_by", "contact").order_by("-called_at", "-pk")[:most]:
        yield Event(call.called_at.astimezone(zone).date(), f"call_{call.outcome}", call, at=call.called_at)
    tasks = scope.rows(Task).filter(customer_id=customer_id, kind="task", state=TaskState.DONE, closed_at__lt=until)
    for task in tasks.select_related("closed_by", "step").order_by("-closed_at", "-pk")[:most]:
        assert task.closed_at is not None
        yield Event(task.closed_at.astimezone(zone).date(), "task_done", task, at=task.closed_at)


def _case_events(scope: Scope, customer_id: int, last: dt.date, most: int) -> Iterator[Event]:
    changes = scope.rows(CaseChange).filter(customer_id=customer_id, changed_on__lte=last)
    for change in changes.select_related("owner", "by").order_by("-changed_on", "-pk")[:most]:
        yield Event(change.changed_on, "case", change)


def _answers(scope: Scope, customer_id: int, last: dt.date, most: int) -> Iterator[Event]:
    """What the customer answered, and what providers reported of our messages."""
    zone = scope.organization.zone
    until = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), zone)
    replies = scope.rows(Reply).filter(customer_id=customer_id, received_at__lt=until)
    for reply in replies.select_related("dealt_with_by").order_by("-received_at", "-pk")[:most]:
        yield Event(reply.received_at.astimezone(zone).date(), "reply", reply, at=reply.received_at)
    # By the customer's messages: events of all customers together have no order that an index knows
    messages = scope.rows(Message).filter(customer_id=customer_id).order_by("-pk").values("pk")[:most]
    reports = MessageEvent.objects.filter(
        organization=scope.organization, message__in=messages, kind__in=REPORTED, at__lt=until
    )
    for report in reports.select_related("message").order_by("-at", "-pk")[:most]:
        yield Event(report.at.astimezone(zone).date(), "report", report, at=report.at)


# What a timeline can be narrowed to, and where its events come from
STORIES: dict[str, tuple[Callable[[Scope, int, dt.date, int], Iterator[Event]], ...]] = {
    "messages": (_notice_events, _call_events, _answers),
    "payments": (_money,),
    "changes": (_invoices, _holds_and_standings, _case_events),
    "notes": (_note_events,),
}
