"""Simulations as rows: asked for, cancelled, told how far they are, ended, tidied."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from procrastinate.contrib.django import app

from dunwell.followup.models import Simulation, SimulationState
from dunwell.organizations.models import Organization, User

# The worker's task; it calls `workflows.simulation.run_simulation`
TASK = "policies.simulate"
AT_WORK = (SimulationState.QUEUED, SimulationState.RUNNING)
KEEP = dt.timedelta(days=90)
MOST_AT_WORK = 3  # of one organization: each keeps a worker busy


class TooManySimulationsError(Exception):
    """As many are at work as may be; the message says what to do."""


@transaction.atomic
def ask_for_simulation(
    *,
    organization: Organization,
    name: str,
    policies: str,
    policy_id: int | None,
    for_everybody: bool,
    first: dt.date,
    last: dt.date,
    by: User,
    now: dt.datetime,
) -> Simulation:
    """Have it run in the background. Raises TooManySimulationsError."""
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    if Simulation.objects.filter(organization=organization, state__in=AT_WORK).count() >= MOST_AT_WORK:
        raise TooManySimulationsError(
            f"{MOST_AT_WORK} simulations are at work already: wait for one, or cancel one. Nothing was begun."
        )
    made = Simulation.objects.create(
        organization=organization,
        name=name[:100],
        policies=policies,
        policy_id=policy_id,
        for_everybody=for_everybody,
        first=first,
        last=last,
        created_by=by,
        created_at=now,
    )
    # In this transaction: one that is at work without a job is one whose job has failed
    app.configure_task(TASK, lock=f"{TASK}:{organization.pk}").defer(simulation_id=made.pk)
    return made


def cancel_simulation(*, organization: Organization, simulation_id: int, now: dt.datetime) -> bool:
    """End one that waits or is at work; whoever lives its days stops at the next. False: it had ended before."""
    found = Simulation.objects.filter(organization=organization, pk=simulation_id, state__in=AT_WORK)
    return bool(found.update(state=SimulationState.CANCELLED, finished_at=now))


def begin_simulation(simulation_id: int) -> bool:
    """False where it was cancelled, or has ended. One whose worker died begins anew."""
    found = Simulation.objects.filter(pk=simulation_id, state__in=AT_WORK)
    return bool(found.update(state=SimulationState.RUNNING, days_done=0))


def end_simulation(simulation_id: int, *, now: dt.datetime, result: dict[str, Any], days_done: int) -> None:
    Simulation.objects.filter(pk=simulation_id, state=SimulationState.RUNNING).update(
        state=SimulationState.DONE, result=result, days_done=days_done, finished_at=now
    )


def fail_simulation(simulation_id: int, sentence: str, *, now: dt.datetime) -> None:
    Simulation.objects.filter(pk=simulation_id, state__in=AT_WORK).update(
        state=SimulationState.FAILED, error=sentence, finished_at=now
    )


def remove_simulation(*, organization: Organization, simulation_id: int) -> bool:
    """Away with one that has ended. False: it is at work."""
    found = Simulation.objects.filter(organization=organization, pk=simulation_id).exclude(state__in=AT_WORK)
    return bool(found.delete()[0])


def tidy_simulations(now: dt.datetime) -> int:
    """Old ones go. How many."""
    return Simulation.objects.filter(created_at__lt=now - KEEP).exclude(state__in=AT_WORK).delete()[0]
