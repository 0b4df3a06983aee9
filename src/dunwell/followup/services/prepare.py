"""Assess and plan in one transaction, on one snapshot of what changed."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from django.db import transaction

from dunwell.followup.models import PlanState
from dunwell.followup.queries.policies_in_force import PoliciesInForce, policies_in_force
from dunwell.followup.services.assess import assess
from dunwell.followup.services.cases import keep_cases
from dunwell.followup.services.passes import MANY, Pass, analyze, basis_of, execute, lock
from dunwell.followup.services.plan import Planned, plan
from dunwell.ledger.services.phones import look_at_phones


@dataclass
class Prepared:
    assessed: int = 0
    plan: Planned = field(default_factory=Planned)
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Grounds:
    """What a pass decides by besides the book, and its digest."""

    policies: PoliciesInForce
    basis: str


def grounds_of(this: Pass) -> Grounds:
    """Raises NoPolicyError."""
    policies = policies_in_force(this.organization)
    return Grounds(policies, basis_of(this, policies))


@transaction.atomic
def prepare(this: Pass, *, standings: bool = True, grounds: Grounds | None = None) -> Prepared:
    """Bring standings and actions up to the pass's date. Any number may be called at once: they take turns.

    `standings=False` leaves out the assessment, unless steps or rules depend on it. `grounds` are given where they
    cannot have changed: in a scratch copy, from one day to the next.
    """
    lock(this.organization, is_scratch=this.is_scratch)
    grounds = grounds or grounds_of(this)
    policies, basis = grounds.policies, grounds.basis
    state, _ = PlanState.objects.get_or_create(organization=this.organization)
    result = Prepared()
    if not this.is_scratch:
        look_at_phones(organization_id=this.organization.pk)
    execute("nobody_touched", {})
    parameters = {
        "organization": this.organization.pk,
        "as_of": this.as_of,
        "since": state.planned_as_of,
        "balance_conditions": policies.has_balance_conditions,
    }
    touched = execute("take_touched", parameters)
    if state.planned_as_of is not None and state.planned_as_of < this.as_of:
        touched += execute("touch_what_came", parameters)
    started = time.perf_counter()
    if standings or policies.need_assessment:
        result.assessed, again = assess(this, state, basis, policies, touched=touched)
        touched += again
    assessed = time.perf_counter()
    result.plan = plan(this, state, basis, policies, touched=touched)
    planned = time.perf_counter()
    if result.assessed and not this.is_scratch:
        keep_cases(this)
    result.seconds = {"assess": assessed - started, "plan": planned - assessed, "cases": time.perf_counter() - planned}
    state.save()
    if result.plan.planned >= MANY:
        analyze("followup_action")
    return result
