"""Internal tasks, and what can be done with any entry of the worklist: close, put off, give to somebody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import transaction

from dunwell.followup.models import Action, ActionState, Task, TaskKind, TaskState
from dunwell.followup.models.tasks import STANDING
from dunwell.followup.queries.at_work import check_may_take
from dunwell.followup.services.calls import reopen
from dunwell.followup.services.passes import lock
from dunwell.ledger.models import TouchedCustomer
from dunwell.organizations.models import Organization, User
from dunwell.rules.waiting import Final


@transaction.atomic
def close_tasks(
    *,
    organization: Organization,
    task_ids: Collection[int],
    by: User,
    as_of: dt.date,
    now: dt.datetime,
    note: str = "",
    needed: bool = True,
) -> int:
    """End internal tasks: done, or not needed. How many stood until now. Calls end by their outcome (`record_call`)."""
    lock(organization)  # no pass decides about their steps meanwhile
    standing = Task.objects.select_for_update().filter(
        organization=organization, pk__in=list(task_ids), kind=TaskKind.TASK, state__in=STANDING
    )
    tasks = list(standing.order_by("pk"))
    asked = Action.objects.filter(task__in=tasks, state=ActionState.PLANNED)
    if needed:
        asked.update(state=ActionState.DONE, recheck_on=None, done_on=as_of, changed_at=now)
    else:
        asked.update(
            state=ActionState.FINAL, reason=Final.DROPPED.value, recheck_on=None, dropped_by=by, changed_at=now
        )
    Action.objects.filter(task__in=tasks, state=ActionState.WAITING).update(task=None)
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(
        state=TaskState.DONE,
        reason="",
        note=note.strip(),
        is_needed=needed,
        closed_by=by,
        closed_at=now,
        changed_at=now,
    )
    _touch(organization, tasks)
    return len(tasks)


@transaction.atomic
def reopen_task(*, organization: Organization, task_id: int, by: User, now: dt.datetime) -> Task:
    """An internal task that was closed by mistake is to do again. Raises ValidationError."""
    del by  # who did it is said by the next closing; an open task is nobody's deed
    lock(organization)
    task = Task.objects.select_for_update().get(organization=organization, pk=task_id, kind=TaskKind.TASK)
    if task.state != TaskState.DONE:
        raise ValidationError(f"This task is {task.get_state_display().lower()}: there is nothing to reopen.")
    Action.objects.filter(task=task, state=ActionState.FINAL, reason=Final.DROPPED.value).update(
        state=ActionState.PLANNED, reason="", dropped_by=None, changed_at=now
    )
    reopen(task, now=now)
    task.note, task.is_needed = "", True
    task.save()
    _touch(organization, [task])
    return task


@transaction.atomic
def put_off(*, organization: Organization, task_ids: Collection[int], until: dt.date, as_of: dt.date) -> int:
    """Due again on a later day. How many stood. Raises ValidationError."""
    if until <= as_of:
        raise ValidationError({"until": "Name a day that is still to come."})
    standing = Task.objects.filter(organization=organization, pk__in=list(task_ids), state__in=STANDING)
    return standing.update(due_on=until)


@transaction.atomic
def give_tasks(*, organization: Organization, task_ids: Collection[int], user_id: int | None) -> int:
    """These are one person's, whoever owns the customer; None: the customer's owner's again. How many stood.

    Raises ValidationError where this person cannot take care of one of the customers.
    """
    standing = Task.objects.filter(organization=organization, pk__in=list(task_ids), state__in=STANDING)
    if user_id is not None:
        check_may_take(organization, user_id, list(standing.values_list("customer", flat=True)))
    return standing.update(given_to=user_id)


def _touch(organization: Organization, tasks: Collection[Task]) -> None:
    """The next pass looks at their customers again."""
    TouchedCustomer.objects.bulk_create(
        TouchedCustomer(organization=organization, customer_id=customer_id)
        for customer_id in sorted({task.customer_id for task in tasks})
    )
