"""The worklist: what a person may have to do now, and the sheet of one call or internal task."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from dunwell.followup.models import Action, ActionState, Call, Case, CustomerProfile, Task, WorkItem
from dunwell.ledger.models import Contact, Hold, Invoice
from dunwell.organizations.models import Organization, User
from dunwell.organizations.scope import Scope
from dunwell.rules.calls import CallHours, call_hours
from dunwell.rules.cases import LEAST_URGENT, MOST_URGENT

# The most urgent first, and of these what is worth most
IN_ORDER = ("priority", "less_value", "due_on")
# So many customers are asked first for the beginning of the list, then so many
BLOCKS = (30, 500)


def work_items(scope: Scope, as_of: dt.date) -> QuerySet[WorkItem]:
    """All that may be on the worklist, whenever it is due.

    Between two passes the book may change: what has been paid or held since is not among it. Before chasing has
    started nobody is called.
    """
    rows = scope.rows(WorkItem).annotate(less_value=-F("expected_value"))
    if scope.organization.settings.chasing_started_at is None:
        rows = rows.filter(task=None)
    owed = _open_invoices().filter(customer=OuterRef("customer"), due_on__lt=as_of)
    held = _standing_holds(as_of).filter(customer=OuterRef("customer"), invoice=None)
    return rows.filter(
        Q(task=None) | Exists(_asked(as_of).filter(task=OuterRef("task"))),
        ~Q(kind="case") | Exists(owed) & ~Exists(held),
    )


def of_person(rows: QuerySet[WorkItem], user: User, role: str) -> QuerySet[WorkItem]:
    """What is this person's: by name, or by their role."""
    return rows.filter(Q(owner=user) | Q(owner=None, role=role))


def of_nobody(rows: QuerySet[WorkItem], role: str) -> QuerySet[WorkItem]:
    """What is nobody's in particular: anybody of the team, or with this role, may take it."""
    return rows.filter(owner=None, role__in=["", role])


def of_person_or_nobody(rows: QuerySet[WorkItem], user: User, role: str) -> QuerySet[WorkItem]:
    return rows.filter(Q(owner=user) | Q(owner=None, role__in=["", role]))


def first_items(rows: QuerySet[WorkItem], scope: Scope, most: int) -> list[WorkItem]:
    """The first of `rows` (those of `work_items`), in their order.

    Where the list is long it is not sorted for that: entries are in the order of their customers, so those of the first
    customers are the first, if there are enough. What is equal to the last of those customers may belong before him.
    """
    rows = rows.order_by(*IN_ORDER, "pk")
    for customers in BLOCKS:
        chosen = _most_urgent(scope, customers)
        if len(chosen) < customers:
            break
        found = list(rows.filter(customer__in=[customer for customer, *_ in chosen])[:most])
        if len(found) == most and (found[-1].priority, -found[-1].expected_value) < (chosen[-1][1], -chosen[-1][2]):
            return found
    return list(rows[:most])


def _most_urgent(scope: Scope, most: int) -> list[tuple[int, int, Decimal]]:
    """The first customers in the order of the worklist, with priority and value.

    Whoever has a case has been assessed, and so has a profile; who has none is as urgent as the last of them.
    """
    profiles = CustomerProfile.objects.filter(organization=scope.organization).order_by("-expected_value")
    cases = Case.objects.filter(organization=scope.organization, closed_on=None, customer=OuterRef("customer"))
    # Each by itself: by the index of values where a priority is common, by that of cases where it is rare
    first, *rest = (
        profiles.filter(Exists(cases.filter(priority=priority)))
        .annotate(priority=Value(priority))
        .values_list("customer", "priority", "expected_value")[:most]
        for priority in range(MOST_URGENT, LEAST_URGENT)
    )
    raised = list(first.union(*rest, all=True).order_by("priority", "-expected_value")[:most])
    if len(raised) == most:
        return raised
    # Where many are raised, the most valuable of the others come late in the index of values: not asked for in vain
    others = profiles.exclude(Exists(cases.filter(priority__lt=LEAST_URGENT))).annotate(priority=Value(LEAST_URGENT))
    return raised + list(others.values_list("customer", "priority", "expected_value")[: most - len(raised)])


def _open_invoices() -> QuerySet[Invoice]:
    return Invoice.objects.filter(balance__gt=0, is_draft=False, voided_on=None)


def _standing_holds(as_of: dt.date) -> QuerySet[Hold]:
    until = Q(ends_on=None) | Q(ends_on__gt=as_of)
    released = Q(released_on=None) | Q(released_on__gt=as_of)
    return Hold.objects.filter(until, released, starts_on__lte=as_of)


def _asked(as_of: dt.date) -> QuerySet[Action]:
    """Planned steps of invoices that are open and not held as a whole at this moment."""
    holds = _standing_holds(as_of).filter(
        Q(invoice=None) | Q(invoice=OuterRef("invoice")), customer=OuterRef("customer")
    )
    parts = (
        holds.exclude(amount=None)
        .order_by()
        .values("customer")
        .annotate(held=Sum("amount"))
        .values("held")
    )  # fmt: skip
    return (
        Action.objects.filter(state=ActionState.PLANNED, invoice__in=_open_invoices())
        .exclude(Exists(holds.filter(amount=None)))
        .annotate(held=Coalesce(parts, 0, output_field=Invoice._meta.get_field("total")))  # noqa: SLF001 - Django's documented Meta API
        .filter(held__lt=F("invoice__balance"))
    )


def work_left(organization: Organization, user: User) -> int:
    """How many entries are nobody's because this person, whose they were, works here no more or sees less."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT followup_work_left(%s, %s)", [organization.pk, user.pk])
        (entries,) = cursor.fetchone()
    return int(entries)


@dataclass(frozen=True)
class TaskSheet:
    """A call or internal task as a person takes it up. `invoices` are those it is about now; none: there is no reason
    any more, and it closes with the next pass.
    """

    task: Task
    invoices: Sequence[Invoice]
    contacts: Sequence[Contact]
    calls: Sequence[Call]
    hours: CallHours


def task_sheet(scope: Scope, task_id: int, *, as_of: dt.date, now: dt.datetime) -> TaskSheet | None:
    """The sheet of a task of a customer who may be seen; None: there is none."""
    task = (
        scope.rows(Task)
        .filter(pk=task_id)
        .select_related("customer", "step__template", "given_to", "closed_by")
        .first()
    )
    if task is None:
        return None
    asked = _asked(as_of).filter(task=task).values("invoice")
    invoices = _open_invoices().filter(pk__in=asked).order_by("due_on", "pk")
    contacts = Contact.objects.filter(organization=scope.organization, customer=task.customer)
    calls = Call.objects.filter(organization=scope.organization, task=task).select_related("called_by", "contact")
    return TaskSheet(
        task,
        list(invoices),
        list(contacts.order_by("-is_primary", "pk")),
        list(calls.order_by("-called_at", "-pk")),
        call_hours(now, ZoneInfo(task.customer.time_zone or scope.organization.time_zone)),
    )
