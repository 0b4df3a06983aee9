"""A simulation in the background: what others see of it meanwhile, and how it ends."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection

from dunwell.followup.models import PolicyVersion, Simulation, SimulationState
from dunwell.followup.policy_files import PolicyFile, to_toml
from dunwell.followup.services.policies import create_default_policy
from dunwell.followup.services.simulations import cancel_simulation
from dunwell.messaging.services.templates import install_shipped
from dunwell.organizations.models import Organization
from dunwell.rules.policies import PolicyDraft, StepDraft
from dunwell.workflows import simulation as workflow
from dunwell.workflows.simulation import run_simulation
from tests import worlds
from tests.worlds import NOW, TODAY

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def asked(organization: Organization, monkeypatch: pytest.MonkeyPatch) -> Simulation:
    monkeypatch.setattr(workflow, "SECONDS_BETWEEN_PROGRESS", 0)
    install_shipped(organization=organization)
    policy: PolicyVersion = create_default_policy(organization=organization)
    worlds.make_invoice(worlds.make_customer(organization), due_on=TODAY - dt.timedelta(days=10))
    return Simulation.objects.create(
        organization=organization,
        name="Standard",
        policy=policy.policy,
        first=TODAY - dt.timedelta(days=20),
        last=TODAY,
        created_at=NOW,
    )


def test_to_its_end(asked: Simulation) -> None:
    run_simulation(asked.pk, clock=lambda: NOW)
    asked.refresh_from_db()
    assert (asked.state, asked.days_done, asked.percent_done) == (SimulationState.DONE, 42, 100)
    assert asked.result["present"] == asked.result["other"]
    assert asked.result["present"]["notices"] > 0
    run_simulation(asked.pk, clock=lambda: NOW + dt.timedelta(days=1))
    asked.refresh_from_db()
    assert asked.finished_at == NOW, "what is done is not done again"


def test_cancelled_in_the_middle(asked: Simulation) -> None:
    """The clock is read after each day: here a person cancels on the fifth."""
    reads = 0

    def cancel() -> None:
        try:
            assert cancel_simulation(organization=asked.organization, simulation_id=asked.pk, now=NOW)
        finally:
            connection.close()

    def clock() -> dt.datetime:
        nonlocal reads
        reads += 1
        if reads == 5:
            person = threading.Thread(target=cancel)
            person.start()
            person.join(timeout=30)
        return NOW

    run_simulation(asked.pk, clock=clock)
    asked.refresh_from_db()
    assert (asked.state, asked.result) == (SimulationState.CANCELLED, {})
    assert 0 < asked.days_done < 42


def test_one_that_takes_too_long_is_ended(asked: Simulation) -> None:
    moments = iter(NOW + n * dt.timedelta(minutes=10) for n in range(99))
    run_simulation(asked.pk, clock=lambda: next(moments))
    asked.refresh_from_db()
    assert asked.state == SimulationState.FAILED
    assert "not done after 30 minutes" in asked.error


def test_a_policy_that_cannot_be_saved_any_more_says_why(asked: Simulation) -> None:
    draft = PolicyDraft("Standard", (StepDraft("a", 1, template="gone"),))
    Simulation.objects.filter(pk=asked.pk).update(policies=to_toml(PolicyFile((draft,))))
    run_simulation(asked.pk, clock=lambda: NOW)
    asked.refresh_from_db()
    assert asked.state == SimulationState.FAILED
    assert "There is no text 'gone'" in asked.error
