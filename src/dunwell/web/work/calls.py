"""Calls: logged from the worklist or from a customer's page, with what follows from them."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from dunwell.followup.models import Call, CallOutcome, Task, TaskKind, TaskState
from dunwell.followup.services.calls import record_call
from dunwell.ledger.models import Contact, Invoice
from dunwell.ledger.services.contacts import confirm_phone
from dunwell.rules.calls import call_hours
from dunwell.rules.permissions import Permission
from dunwell.web import entries
from dunwell.web.access import Desk, access
from dunwell.web.found import customer_or_404, row_or_404
from dunwell.web.templatetags.figures import write_day
from dunwell.web.work.forms import CallForm

FOLLOWS = {
    CallOutcome.REACHED: "It counts as a contact; the next step comes in its time.",
    CallOutcome.DISPUTED: "What they dispute is on hold until somebody decides.",
    CallOutcome.REFUSED: "The case is raised.",
    CallOutcome.WRONG_NUMBER: "That number is not called again.",
}


def call(request: HttpRequest, slug: str, customer_id: int) -> HttpResponse:
    """A call by somebody's own idea. Where one stands on the worklist it is that one."""
    desk = access(request, slug, Permission.DO_TASKS)
    customer = customer_or_404(desk, customer_id)
    standing = desk.scope.rows(Task).filter(customer=customer, kind=TaskKind.CALL, state=TaskState.OPEN).first()
    if standing is not None and request.method != "POST":
        return redirect(desk.url("web:task", standing.pk))
    contacts = list(
        Contact.objects.filter(organization=desk.organization, customer=customer).order_by("-is_primary", "pk")
    )
    owed = Invoice.objects.filter(organization=desk.organization, customer=customer, balance__gt=0, is_draft=False)
    hours = call_hours(desk.now, ZoneInfo(customer.time_zone or desk.organization.time_zone))
    form = CallForm(request.POST or None, contacts=contacts, invoices=list(owed))
    back = desk.url("web:customer", customer.pk)
    page = entries.Page(
        f"Log a call to {customer.name}",
        "Keep it",
        back,
        customer.name,
        context={
            "customer": customer,
            "contacts": contacts,
            "hours": hours,
            "clock": f"{hours.local:%H:%M}",
            "has_phone": any(contact.phone for contact in contacts),
        },
    )
    if request.method == "POST":
        made = keep(desk, form, customer.pk, None)
        if made is not None:
            return entries.done(desk, follows(desk, made), undo_with=Permission.DO_TASKS, then=back)
    return entries.show(desk, page, form, "web/work/call.html")


def keep(desk: Desk, form: CallForm, customer_id: int, task_id: int | None) -> Call | None:
    """The call that the form tells of; None where something stands against it."""

    def act(values: dict[str, Any]) -> Call:
        return record_call(
            organization=desk.organization,
            customer_id=customer_id,
            task_id=task_id,
            said=form.said(values),
            by=desk.user,
            as_of=desk.today,
            now=desk.now,
        )

    made: Call | None = entries.saved(form, act)
    return made


def follows(desk: Desk, made: Call) -> str:
    """What was kept, and what follows from it, in a sentence or two."""
    kept = f"{made.get_outcome_display()}: kept."
    locale = desk.organization.locale
    if made.promised_on is not None:
        return f"{kept} Chasing rests through {write_day(made.promised_on, locale)}."
    if made.outcome == CallOutcome.NO_ANSWER:
        if made.task is None:
            return kept
        if made.task.state == TaskState.OPEN:
            return f"{kept} Try again on {write_day(made.task.due_on, locale)}."
        return f"{kept} That was the last try: the steps after it go on."
    return f"{kept} {FOLLOWS[CallOutcome(made.outcome)]}"


@require_POST
def confirm(request: HttpRequest, slug: str, contact_id: int) -> HttpResponse:
    """A number that was marked wrong is right after all."""
    desk = access(request, slug, Permission.EDIT_CUSTOMERS)
    contact = row_or_404(desk, Contact, contact_id)
    return entries.attempt(
        desk,
        lambda: confirm_phone(
            organization_id=desk.organization.pk, contact_id=contact.pk, user_id=desk.user.pk, now=desk.now
        ),
        f"{contact.phone} is called again.",
        undo_with=None,
        then=desk.url("web:customer", contact.customer_id),
    )
