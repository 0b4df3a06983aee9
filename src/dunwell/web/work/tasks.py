"""One entry of the worklist: the sheet of a call, or an internal task."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from dunwell.followup.models import Task, TaskKind, TaskState
from dunwell.followup.queries.cases import case_of
from dunwell.followup.queries.scripts import script_of
from dunwell.followup.queries.worklist import TaskSheet, task_sheet
from dunwell.followup.services.tasks import close_tasks, reopen_task
from dunwell.rules.permissions import Permission
from dunwell.web import entries
from dunwell.web.access import Desk, access
from dunwell.web.found import row_or_404
from dunwell.web.work.calls import follows, keep
from dunwell.web.work.forms import CallForm, TaskForm
from dunwell.workflows.sender import sender_of


def task(request: HttpRequest, slug: str, task_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.VIEW_BOOK)
    sheet = task_sheet(desk.scope, task_id, as_of=desk.today, now=desk.now)
    if sheet is None:
        raise Http404
    if sheet.task.kind == TaskKind.TASK:
        return _internal(desk, sheet)
    form = CallForm(request.POST or None, contacts=list(sheet.contacts), invoices=list(sheet.invoices))
    if request.method == "POST":
        desk.demand(Permission.DO_TASKS)
        made = keep(desk, form, sheet.task.customer_id, sheet.task.pk)
        if made is not None:
            then = desk.url("web:worklist")
            return entries.done(desk, follows(desk, made), undo_with=Permission.DO_TASKS, then=then)
    return _show(desk, sheet, form)


def _internal(desk: Desk, sheet: TaskSheet) -> HttpResponse:
    form = TaskForm(desk.request.POST or None)
    if desk.request.method == "POST":
        desk.demand(Permission.DO_TASKS)

        def act(values: dict[str, Any]) -> int:
            return close_tasks(
                organization=desk.organization,
                task_ids=[sheet.task.pk],
                by=desk.user,
                as_of=desk.today,
                now=desk.now,
                note=values["note"],
                needed=desk.request.POST.get("do") != "not_needed",
            )

        if entries.saved(form, act) is not None:
            return entries.done(desk, f"{sheet.task.step.name}: closed.", then=desk.url("web:worklist"))
    return _show(desk, sheet, form)


def _show(desk: Desk, sheet: TaskSheet, form: entries.EntryForm) -> HttpResponse:
    customer = sheet.task.customer
    page = entries.Page(
        f"Call {customer.name}" if sheet.task.kind == TaskKind.CALL else f"{sheet.task.step.name}: {customer.name}",
        "Keep it",
        desk.url("web:worklist"),
        "Worklist",
        place="worklist",
        context={
            "sheet": sheet,
            "task": sheet.task,
            "customer": customer,
            "contacts": sheet.contacts,
            "hours": sheet.hours,
            "clock": f"{sheet.hours.local:%H:%M}",  # theirs: a template would show it in ours
            "has_phone": any(contact.phone for contact in sheet.contacts),
            "case": case_of(desk.scope, customer.pk),
            "is_open": sheet.task.state in (TaskState.OPEN, TaskState.RESTING),
            "script": script_of(desk.organization, sheet, sender_of(desk.organization), desk.today),
        },
    )
    template = "web/work/call.html" if sheet.task.kind == TaskKind.CALL else "web/work/task.html"
    return entries.show(desk, page, form, template)


@require_POST
def reopen(request: HttpRequest, slug: str, task_id: int) -> HttpResponse:
    """An internal task that was closed by mistake."""
    desk = access(request, slug, Permission.DO_TASKS)
    found = row_or_404(desk, Task, task_id, "step")
    if found.kind != TaskKind.TASK:
        raise Http404
    return entries.attempt(
        desk,
        lambda: reopen_task(organization=desk.organization, task_id=found.pk, by=desk.user, now=desk.now),
        f"{found.step.name}: to do again.",
        undo_with=None,
        then=desk.url("web:task", found.pk),
    )
