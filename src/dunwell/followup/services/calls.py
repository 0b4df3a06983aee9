"""Calls: what somebody said on the phone, and what follows from it for holds, steps and the worklist."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from dunwell.followup.models import Action, ActionState, Call, CallOutcome, Task, TaskKind, TaskState
from dunwell.followup.models.tasks import STANDING
from dunwell.followup.services.passes import lock
from dunwell.ledger.models import Contact, Customer, HoldReason, Invoice, TouchedCustomer
from dunwell.ledger.services.contacts import refuse_phone
from dunwell.ledger.services.holds import hold_invoices
from dunwell.ledger.services.versions import locked
from dunwell.organizations.calendars import calendar_of
from dunwell.organizations.models import Organization, User
from dunwell.organizations.recording import recorded
from dunwell.rules import calls as rules
from dunwell.rules.calls import Next, Outcome
from dunwell.rules.waiting import Final

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Said:
    """What somebody writes down after a call. `amount` empty: all of it was promised. `invoice_ids` empty: the invoices
    that the call was about.
    """

    outcome: str
    contact_id: int | None = None
    note: str = ""
    promised_on: dt.date | None = None
    amount: Decimal | None = None
    currency: str = ""
    invoice_ids: Collection[int] = field(default_factory=tuple)


@transaction.atomic
def record_call(
    *,
    organization: Organization,
    customer_id: int,
    said: Said,
    by: User,
    as_of: dt.date,
    now: dt.datetime,
    task_id: int | None = None,
) -> Call:
    """Keep a call that was made, and do what follows: holds, a refused number, the step done, tried again or given up.

    Without `task_id` it belongs to the customer's call on the worklist, where there is one. Raises ValidationError by
    field; nothing is changed then.
    """
    lock(organization)  # no pass decides about its steps meanwhile
    customer = locked(Customer, organization, customer_id)
    task = _task(organization, customer, task_id)
    people = Contact.objects.filter(organization=organization, customer=customer)
    contact = people.filter(pk=said.contact_id).first() if said.contact_id is not None else None
    invoices = _invoices(organization, customer, task, said.invoice_ids)
    _check(said, contact, invoices, as_of)
    others = people.filter(phone_refused_at=None).exclude(phone__in=["", contact.phone if contact else ""])
    followed = rules.follow(
        Outcome(said.outcome),
        attempts=task.attempts if task else 0,
        most_attempts=organization.settings.call_attempts,
        retry_days=organization.settings.call_again_days,
        other_numbers=others.count(),
        today=as_of,
        calendar=calendar_of(organization),
    )
    call = Call(
        organization=organization,
        customer=customer,
        task=task,
        contact=contact,
        phone=contact.phone if contact else "",
        outcome=said.outcome,
        note=said.note.strip(),
        called_at=now,
        called_by=by,
        contact_on=as_of if followed.is_contact else None,
        due_before=task.due_on if task else None,
    )
    if said.outcome == CallOutcome.PROMISED:
        call.promised_on, call.promised_amount, call.currency = said.promised_on, said.amount, said.currency
    with recorded(user=by.pk, action="call") as context:
        call.history_context = context.id
        _change_the_book(call, said, invoices, as_of=as_of, now=now)
    if task is not None:
        _move_on(task, followed, by=by, as_of=as_of, now=now)
    call.save()
    TouchedCustomer.objects.create(organization=organization, customer_id=customer.pk)
    return call


def _task(organization: Organization, customer: Customer, task_id: int | None) -> Task | None:
    calls = Task.objects.select_for_update().filter(organization=organization, customer=customer, kind=TaskKind.CALL)
    if task_id is None:
        return calls.filter(state=TaskState.OPEN).first()
    task = calls.get(pk=task_id)
    if task.state not in STANDING:
        raise ValidationError(f"This call is off the list by now: {task.get_state_display().lower()}.")
    return task


def _invoices(
    organization: Organization, customer: Customer, task: Task | None, chosen: Collection[int]
) -> list[Invoice]:
    """What the call is about, oldest first: what was named, else what the task asks for, else all that is open."""
    own = Invoice.objects.filter(organization=organization, customer=customer, balance__gt=0, is_draft=False)
    if chosen:
        own = own.filter(pk__in=list(chosen))
    elif task is not None:
        asked = Action.objects.filter(task=task, state=ActionState.PLANNED).values("invoice")
        own = own.filter(pk__in=asked)
    return list(own.order_by("due_on", "pk"))


def _check(said: Said, contact: Contact | None, invoices: list[Invoice], as_of: dt.date) -> None:
    if said.outcome not in CallOutcome.values:
        raise ValidationError({"outcome": "Choose what came of it."})
    if said.outcome == CallOutcome.WRONG_NUMBER and (contact is None or not contact.phone):
        raise ValidationError({"contact_id": "Choose whose number was wrong."})
    if said.outcome == CallOutcome.DISPUTED and not said.note.strip():
        raise ValidationError({"note": "Write down what they say is wrong."})
    if said.outcome in (CallOutcome.DISPUTED, CallOutcome.PROMISED) and not invoices:
        raise ValidationError("Nothing is open any more, so there is nothing to hold. Choose another outcome.")
    if said.outcome == CallOutcome.PROMISED:
        _check_promise(said, invoices, as_of)


def _check_promise(said: Said, invoices: list[Invoice], as_of: dt.date) -> None:
    if said.promised_on is None:
        raise ValidationError({"promised_on": "Write down the day they named."})
    if not as_of <= said.promised_on <= as_of + rules.LATEST_PROMISE_DAYS * ONE_DAY:
        raise ValidationError({"promised_on": "Name a day from today on, within a year."})
    if said.amount is not None:
        asked = sum((invoice.balance for invoice in invoices if invoice.currency == said.currency), Decimal(0))
        if not 0 < said.amount <= asked:
            raise ValidationError({"amount": f"That is not between 0 and what is open, {asked:f} {said.currency}."})


def _change_the_book(call: Call, said: Said, invoices: list[Invoice], *, as_of: dt.date, now: dt.datetime) -> None:
    by = call.called_by
    assert by is not None
    if call.outcome == CallOutcome.WRONG_NUMBER and call.contact is not None:
        refuse_phone(organization_id=call.organization_id, contact_id=call.contact.pk, now=now)
    elif call.outcome in (CallOutcome.PROMISED, CallOutcome.DISPUTED):
        promised = call.outcome == CallOutcome.PROMISED
        ends_on = said.promised_on + ONE_DAY if promised and said.promised_on else None
        shared: dict[str, Any] = {
            "organization": call.organization,
            "reason": HoldReason.PROMISE if promised else HoldReason.DISPUTE,
            "starts_on": as_of,
            "ends_on": ends_on,
            "note": call.note or "By phone.",
            "by": by,
            "as_of": as_of,
        }
        for invoice_ids, part in _parts(said, invoices):
            hold_invoices(invoice_ids=invoice_ids, amount=part, **shared)


def _parts(said: Said, invoices: list[Invoice]) -> Iterable[tuple[list[int], Decimal | None]]:
    """What is held: the invoices that the promised amount covers, oldest first, and a part of the next."""
    if said.outcome != CallOutcome.PROMISED or said.amount is None:
        yield [invoice.pk for invoice in invoices], None
        return
    left, whole = said.amount, []
    for invoice in invoices:
        if invoice.currency != said.currency or left <= 0:
            continue
        if left >= invoice.balance:
            whole.append(invoice.pk)
        else:
            yield [invoice.pk], left
        left -= invoice.balance
    if whole:
        yield whole, None


def _move_on(task: Task, followed: rules.Followed, *, by: User, as_of: dt.date, now: dt.datetime) -> None:
    asked = Action.objects.filter(task=task, state=ActionState.PLANNED)
    if followed.next is Next.DONE:
        asked.update(state=ActionState.DONE, recheck_on=None, done_on=as_of, changed_at=now)
        _close(task, by=by, now=now)
    elif followed.next is Next.GIVEN_UP:
        asked.update(state=ActionState.FINAL, reason=Final.NOT_REACHED.value, recheck_on=None, changed_at=now)
        _close(task, by=by, now=now, reason=Final.NOT_REACHED.value)
    elif followed.again_on is not None:
        task.attempts, task.due_on = task.attempts + 1, followed.again_on
    task.save()


def _close(task: Task, *, by: User, now: dt.datetime, reason: str = "") -> None:
    """What rests of it for another reason may come back in an entry of its own."""
    Action.objects.filter(task=task, state=ActionState.WAITING).update(task=None)
    task.state, task.reason, task.closed_by, task.closed_at = TaskState.DONE, reason, by, now


@transaction.atomic
def take_back_call(*, call: Call, by: User, now: dt.datetime) -> None:
    """A call that was written down by mistake counts for nothing, and its step is to do again.

    What it changed in the book is taken back by its history (`workflows.undo`). Raises ValidationError.
    """
    lock(call.organization)
    call = Call.objects.select_for_update(of=("self",)).select_related("task").get(pk=call.pk)
    if call.taken_back_at is not None:
        raise ValidationError("This call has been taken back already.")
    task = call.task
    if task is not None:
        if Call.objects.filter(task=task, taken_back_at=None, pk__gt=call.pk).exists():
            raise ValidationError("There was another call since: take that one back first.")
        _reopen(task, call, now)
    call.taken_back_at, call.taken_back_by, call.contact_on = now, by, None
    call.save()
    TouchedCustomer.objects.create(organization_id=call.organization_id, customer_id=call.customer_id)


def _reopen(task: Task, call: Call, now: dt.datetime) -> None:
    if call.outcome == CallOutcome.NO_ANSWER:
        task.attempts = max(0, task.attempts - (task.state in STANDING))
    if call.due_before is not None:
        task.due_on = call.due_before
    if task.state == TaskState.DONE:
        reopen(task, now=now)
    task.save()


def reopen(task: Task, *, now: dt.datetime) -> None:
    """Its steps are planned again, here or in the entry that has come since; the next pass looks at them anew."""
    ended = Action.objects.filter(task=task).exclude(state=ActionState.FINAL).exclude(state=ActionState.WAITING)
    given_up = Action.objects.filter(task=task, state=ActionState.FINAL, reason=Final.NOT_REACHED.value)
    twin = Task.objects.filter(
        organization=task.organization_id,
        customer=task.customer_id,
        kind=task.kind,
        lineage=task.lineage,
        state__in=STANDING,
    ).exists()
    for actions in (ended, given_up):
        actions.update(
            state=ActionState.PLANNED, reason="", done_on=None, changed_at=now, **({"task": None} if twin else {})
        )
    if not twin:
        task.state, task.reason, task.closed_by, task.closed_at = TaskState.OPEN, "", None, None
