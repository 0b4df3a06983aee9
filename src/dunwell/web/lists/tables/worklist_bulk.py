"""What can be done with many entries of the worklist at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db import transaction

from dunwell.followup.models import WorkItem, WorkKind
from dunwell.followup.models.cases import PRIORITIES
from dunwell.followup.queries.at_work import at_work
from dunwell.followup.queries.worklist import work_items
from dunwell.followup.services import case_work
from dunwell.followup.services.tasks import close_tasks, give_tasks, put_off
from dunwell.messaging.services import replies
from dunwell.rules.permissions import Permission
from dunwell.web.access import Desk
from dunwell.web.entries import date_input
from dunwell.web.lists.table import Bulk, Effect, Outcome, Rows
from dunwell.web.lists.tables.customer_bulk import left_out
from dunwell.web.work.forms import people
from dunwell.workflows.by_hand import follow_up


class GiveForm(forms.Form):
    owner = forms.ChoiceField(label="To whom")


class PriorityForm(forms.Form):
    priority = forms.TypedChoiceField(label="Priority", coerce=int, choices=PRIORITIES)
    note = forms.CharField(label="Why", required=False, max_length=500)


class DoneForm(forms.Form):
    again_on = forms.DateField(
        label="Again on", required=False, widget=date_input(), help_text="Empty: when something new happens."
    )
    note = forms.CharField(label="Note", required=False, max_length=500)


def _give_form(desk: Desk, data: Any) -> GiveForm:
    form = GiveForm(data)
    field = form.fields["owner"]
    assert isinstance(field, forms.ChoiceField)
    field.choices = people(at_work(desk.organization))
    return form


def _items(desk: Desk, ids: list[int]) -> list[WorkItem]:
    return list(work_items(desk.scope, desk.today).filter(pk__in=ids))


def _cases(items: list[WorkItem]) -> list[int]:
    return sorted({item.case_id for item in items if item.case_id is not None})


def _give_effects(desk: Desk, rows: Rows) -> Sequence[Effect]:
    del desk
    return (
        Effect(rows.exclude(owner=None).count(), "with an owner already, who is replaced", "warn"),
        Effect(rows.exclude(case=None).values("customer").distinct().count(), "cases that go with them"),
        Effect(rows.filter(case=None, task=None).count(), "without a case or task of their own: left as they are"),
    )


def _give(desk: Desk, ids: list[int], answers: dict[str, Any]) -> Outcome:
    items, owner = _items(desk, ids), int(answers["owner"])
    tasks = [item.task_id for item in items if item.task_id]
    with transaction.atomic():  # all of it, or nothing where they cannot take care of one of the customers
        give_tasks(organization=desk.organization, task_ids=tasks, user_id=owner)
        case_work.give(
            organization=desk.organization, case_ids=_cases(items), owner_id=owner, by=desk.user, as_of=desk.today
        )
    done = sum(1 for item in items if item.task_id or item.case_id)
    return left_out(done, len(ids), "nothing of them can be given")


def _priority_effects(desk: Desk, rows: Rows) -> Sequence[Effect]:
    del desk
    return (
        Effect(rows.exclude(case=None).values("customer").distinct().count(), "cases that get this priority", "warn"),
        Effect(rows.filter(case=None).count(), "of customers without a case: left as they are"),
    )


def _prioritize(desk: Desk, ids: list[int], answers: dict[str, Any]) -> Outcome:
    items = _items(desk, ids)
    case_work.prioritize(
        organization=desk.organization,
        case_ids=_cases(items),
        priority=answers["priority"],
        note=answers["note"],
        by=desk.user,
        as_of=desk.today,
    )
    return left_out(sum(1 for item in items if item.case_id), len(ids), "they have no case")


def _done_effects(desk: Desk, rows: Rows) -> Sequence[Effect]:
    del desk
    return (
        Effect(rows.filter(kind=WorkKind.TASK).count(), "internal tasks closed as done", "good"),
        Effect(rows.filter(kind=WorkKind.CASE).count(), "cases off the list until something new happens", "good"),
        Effect(rows.filter(kind=WorkKind.REPLY).count(), "answers dealt with, or put off where a day is named", "good"),
        Effect(
            rows.exclude(kind__in=(WorkKind.TASK, WorkKind.CASE, WorkKind.REPLY)).count(),
            "calls and others, which end by what came of them: put off where a day is named, else left",
        ),
    )


def _done(desk: Desk, ids: list[int], answers: dict[str, Any]) -> Outcome:
    items, again_on = _items(desk, ids), answers["again_on"]
    shared: dict[str, Any] = {"organization": desk.organization, "by": desk.user, "as_of": desk.today}
    tasks = [item.task_id for item in items if item.kind == WorkKind.TASK and item.task_id]
    cases = [item.case_id for item in items if item.kind == WorkKind.CASE and item.case_id]
    done = case_work.looked_at(case_ids=cases, again_on=again_on, note=answers["note"], **shared)
    done += close_tasks(task_ids=tasks, note=answers["note"], now=desk.now, **shared)
    replied = [item.reply_id for item in items if item.reply_id]
    if again_on is not None:
        done += replies.put_off(organization=desk.organization, reply_ids=replied, until=again_on)
        calls = [item.task_id for item in items if item.kind == WorkKind.CALL and item.task_id]
        done += put_off(organization=desk.organization, task_ids=calls, until=again_on, as_of=desk.today)
    else:
        done += replies.dealt_with(organization=desk.organization, reply_ids=replied, by=desk.user, now=desk.now)
    follow_up(desk.organization, now=desk.now)
    return left_out(done, len(ids), "they end by what comes of them")


WORKLIST_BULK = (
    Bulk(
        name="give",
        label="Give to…",
        icon="user",
        permission=Permission.GIVE_CASES,
        title="Give",
        button="Give them",
        effects=_give_effects,
        act=_give,
        form=_give_form,
    ),
    Bulk(
        name="priority",
        label="Priority",
        icon="flag",
        permission=Permission.GIVE_CASES,
        title="Set the priority of",
        button="Set it",
        effects=_priority_effects,
        act=_prioritize,
        form=lambda _desk, data: PriorityForm(data),
    ),
    Bulk(
        name="done",
        label="Done",
        icon="check",
        permission=Permission.DO_TASKS,
        title="Done with",
        button="Done",
        effects=_done_effects,
        act=_done,
        form=lambda _desk, data: DoneForm(data),
    ),
)
