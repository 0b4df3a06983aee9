"""What a person decides about a case: its priority and owner, in spite of the rules, and that it was looked at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce, Least, Now

from dunwell.followup.models import Case, CaseChange, CaseEvent
from dunwell.followup.queries.at_work import check_may_take
from dunwell.organizations.models import Organization, User
from dunwell.rules.cases import PRIORITY_NAMES


@transaction.atomic
def set_by_hand(
    *,
    organization: Organization,
    case_ids: Collection[int],
    priority: int | None,
    owner_id: int | None,
    note: str,
    until: dt.date | None,
    by: User,
    as_of: dt.date,
) -> int:
    """A person's priority or owner counts, until a day or until released; the rules go on saying theirs beside it.

    What is None goes back to the rules. How many cases were open. Raises ValidationError by field.
    """
    if priority is None and owner_id is None:
        raise ValidationError("Choose a priority or an owner; to go back to the rules, release it.")
    if priority is not None and priority not in PRIORITY_NAMES:
        raise ValidationError({"priority": "Choose a priority."})
    if until is not None and until <= as_of:
        raise ValidationError({"until": "Name a day that is still to come."})
    cases = _open(organization, case_ids)
    if owner_id is not None:
        check_may_take(organization, owner_id, [case.customer_id for case in cases])
    given = [case for case in cases if owner_id is not None and owner_id != case.owner_by_hand_id]
    _set(
        cases,
        priority_by_hand=priority,
        owner_by_hand=owner_id,
        by_hand_note=note.strip(),
        by_hand_until=until,
        by_hand_by=by,
    )
    _set(given, due_on=Least(Coalesce(F("due_on"), Value(as_of)), Value(as_of)))
    _record(
        _change(case, name, by, as_of, note, case.priority, priority or case.priority_by_rules, owner_id)
        for name, changed in ((CaseEvent.SET_BY_HAND, cases), (CaseEvent.GIVEN, given))
        for case in changed
    )
    return len(cases)


@transaction.atomic
def prioritize(
    *, organization: Organization, case_ids: Collection[int], priority: int, note: str, by: User, as_of: dt.date
) -> int:
    """One priority for many cases; whose they are stays. How many cases were open."""
    if priority not in PRIORITY_NAMES:
        raise ValidationError({"priority": "Choose a priority."})
    cases = _open(organization, case_ids)
    _set(cases, priority_by_hand=priority, by_hand_note=note.strip(), by_hand_by=by)
    _record(_change(case, CaseEvent.SET_BY_HAND, by, as_of, note, case.priority, priority, None) for case in cases)
    return len(cases)


@transaction.atomic
def give(*, organization: Organization, case_ids: Collection[int], owner_id: int, by: User, as_of: dt.date) -> int:
    """Many cases to one person; their priority stays. How many cases were open."""
    cases = _open(organization, case_ids)
    check_may_take(organization, owner_id, [case.customer_id for case in cases])
    _set(cases, owner_by_hand=owner_id, by_hand_by=by)
    _record(_change(case, CaseEvent.GIVEN, by, as_of, "", None, None, owner_id) for case in cases)
    return len(cases)


@transaction.atomic
def release(*, organization: Organization, case_ids: Collection[int], by: User, as_of: dt.date) -> int:
    """The rules decide again; how many cases a person had set."""
    cases = [case for case in _open(organization, case_ids) if case.is_set_by_hand]
    _set(cases, priority_by_hand=None, owner_by_hand=None, by_hand_until=None, by_hand_by=None, by_hand_note="")
    _record(
        _change(case, CaseEvent.RELEASED, by, as_of, "", case.priority, case.priority_by_rules, None) for case in cases
    )
    return len(cases)


@transaction.atomic
def looked_at(
    *,
    organization: Organization,
    case_ids: Collection[int],
    again_on: dt.date | None,
    note: str,
    by: User,
    as_of: dt.date,
) -> int:
    """A person has seen to it: off the worklist until a day, or until something new happens. How many were on it."""
    if again_on is not None and again_on <= as_of:
        raise ValidationError({"again_on": "Name a day that is still to come."})
    cases = [case for case in _open(organization, case_ids) if case.due_on is not None]
    _set(cases, due_on=again_on)
    _record(_change(case, CaseEvent.LOOKED_AT, by, as_of, note, None, None, None) for case in cases)
    return len(cases)


def _open(organization: Organization, case_ids: Collection[int]) -> list[Case]:
    """The cases as they stand, which nobody else changes before this transaction is over."""
    cases = Case.objects.select_for_update(of=("self",)).filter(
        organization=organization, pk__in=list(case_ids), closed_on=None
    )
    return list(cases.order_by("pk"))


def _set(cases: Collection[Case], **values: Any) -> None:
    """The same for all of them, in one statement; the cases in memory keep what was before."""
    Case.objects.filter(pk__in=[case.pk for case in cases]).update(**values, changed_at=Now())


def _record(changes: Iterable[CaseChange]) -> None:
    CaseChange.objects.bulk_create(changes)


def _change(
    case: Case,
    name: CaseEvent,
    by: User,
    as_of: dt.date,
    note: str,
    before: int | None,
    after: int | None,
    owner_id: int | None,
) -> CaseChange:
    return CaseChange(
        organization_id=case.organization_id,
        customer_id=case.customer_id,
        case=case,
        name=name,
        before=before,
        after=after,
        owner_id=owner_id,
        note=note.strip(),
        by=by,
        changed_on=as_of,
    )
