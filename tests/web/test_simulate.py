"""Policies, Simulate: asked for, seen at every stage, taken away as a file; by those who may edit policies."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from dunwell.followup.models import DunningPolicy, PolicyVersion, Simulation, SimulationState
from dunwell.followup.policy_files import PolicyFile, from_toml, to_toml
from dunwell.followup.queries.policies import current_draft
from dunwell.followup.services.simulations import begin_simulation, end_simulation, tidy_simulations
from dunwell.organizations.queries import database_now
from dunwell.rules.policies import PolicyDraft, StepDraft
from dunwell.workflows.simulation import other_of, simulate
from tests import worlds
from tests.web.conftest import Desk

pytestmark = pytest.mark.django_db
CALLS = PolicyDraft("By phone", (StepDraft("Call", 1, channel="call"), StepDraft("Again", 9, channel="call")))


def period(desk: Desk) -> dict[str, str]:
    return {"first": (desk.today - dt.timedelta(days=30)).isoformat(), "last": desk.today.isoformat()}


def ask(owner: Client, desk: Desk, **fields: object) -> Simulation:
    response = owner.post(desk.url("policies/simulate/"), {**period(desk), **fields})
    assert response.status_code == 302, response.content.decode()
    return Simulation.objects.latest("pk")


def lived(found: Simulation) -> Simulation:
    """As the worker does it."""
    assert begin_simulation(found.pk)
    result = simulate(found.organization, other_of(found), first=found.first, last=found.last)
    end_simulation(found.pk, now=database_now(), result=result, days_done=found.days)
    found.refresh_from_db()
    return found


def test_a_saved_policy(owner: Client, desk: Desk) -> None:
    policy = DunningPolicy.objects.get(organization=desk.organization)
    page = owner.get(desk.url("policies/simulate/") + f"?policy={policy.pk}").content.decode()
    assert f'<option value="{policy.pk}" selected>' in page
    found = ask(owner, desk, policy=policy.pk)
    assert (found.name, found.policy, found.for_everybody) == (policy.name, policy, True)
    assert ProcrastinateJob.objects.filter(task_name="policies.simulate", args={"simulation_id": found.pk}).count() == 1
    address = desk.url(f"policies/simulate/{found.pk}/")
    assert "0 of 62 days" in owner.get(address).content.decode()
    assert "HX-Refresh" not in owner.get(address + "progress/").headers

    lived(found)
    assert owner.get(address + "progress/").headers["HX-Refresh"] == "true"
    page = owner.get(address).content.decode()
    assert "Nobody&#x27;s behavior is changed by a notice" in page
    assert "not what that would have brought in" in page
    assert page.count("Show as a table") >= 3
    lines = b"".join(owner.get(address + "file/")).decode("utf-8-sig").splitlines()
    assert lines[0] == "figure,present,other,difference,unit"
    assert all(line.split(",")[-2] in {"0", "0.0", ""} for line in lines[1:])
    assert json.loads(owner.get(address + "file/?as=json").content) == found.result
    assert found.name in owner.get(desk.url("policies/simulate/")).content.decode()

    assert owner.post(address + "remove/").status_code == 302
    assert not Simulation.objects.exists()


def test_a_file(owner: Client, desk: Desk) -> None:
    file = SimpleUploadedFile("calls.toml", to_toml(PolicyFile((CALLS,))).encode())
    found = lived(ask(owner, desk, file=file))
    assert found.name == "By phone"
    page = owner.get(desk.url(f"policies/simulate/{found.pk}/")).content.decode()
    assert "Calls for the team by day." in page
    assert DunningPolicy.objects.filter(organization=desk.organization).count() == 1


def test_what_cannot_be_simulated_says_why(owner: Client, desk: Desk) -> None:
    address = desk.url("policies/simulate/")
    bad = PolicyDraft("Bad", (StepDraft("Early", -3, anchor="issue", template="reminder"),))
    for fields, sentence in (
        ({}, "Choose a policy, or a file."),
        ({"file": SimpleUploadedFile("a.toml", b"nonsense")}, "This is not TOML"),
        ({"file": SimpleUploadedFile("a.toml", to_toml(PolicyFile((bad,))).encode())}, "before the invoice is issued"),
        ({"first": "2001-01-01", "policy": DunningPolicy.objects.get().pk}, "800 days at most"),
        ({"last": (desk.today + dt.timedelta(days=9)).isoformat(), "policy": DunningPolicy.objects.get().pk}, "future"),
    ):
        response = owner.post(address, {**period(desk), **fields})
        assert response.status_code == 422
        assert sentence in response.content.decode()
    assert not Simulation.objects.exists()


def test_an_unsaved_draft_from_the_editor(owner: Client, desk: Desk) -> None:
    policy = DunningPolicy.objects.get(organization=desk.organization)
    version = PolicyVersion.objects.get(policy=policy, is_current=True)
    step = current_draft(policy).steps[0]
    row = {
        "lineage": step.lineage, "name": "Changed", "days": 5, "side": "after-due", "channel": "call", "template": "",
        "tone": "neutral", "times": 1,
    }  # fmt: skip
    data = {"name": policy.name, "seen": version.number, "rows": 1, "do": "simulate"}
    data |= {f"step-0-{name}": value for name, value in row.items()}
    page = owner.post(desk.url(f"policies/{policy.pk}/edit/"), data)
    assert page.status_code == 200
    form = page.context["form"]
    assert "as it is written in the editor and not saved yet" in page.content.decode()
    found = ask(owner, desk, text=form["text"].value(), replaces=policy.pk)
    assert from_toml(found.policies).policies[0].steps[0].name == "Changed"
    assert (found.policy, found.for_everybody) == (policy, False)
    result = lived(found).result
    assert [step["name"] for step in result["other"]["by_step"]] == ["Changed"]
    assert PolicyVersion.objects.filter(policy=policy).count() == 1


def test_one_that_waits_is_cancelled(owner: Client, desk: Desk) -> None:
    found = ask(owner, desk, policy=DunningPolicy.objects.get().pk)
    address = desk.url(f"policies/simulate/{found.pk}/")
    owner.post(address + "remove/")
    assert Simulation.objects.filter(pk=found.pk).exists(), "it is at work"
    owner.post(address + "cancel/")
    found.refresh_from_db()
    assert found.state == SimulationState.CANCELLED
    assert not begin_simulation(found.pk)
    assert "It was cancelled." in owner.get(address).content.decode()


def test_no_more_than_three_at_once(owner: Client, desk: Desk) -> None:
    policy = DunningPolicy.objects.get().pk
    for _ in range(3):
        ask(owner, desk, policy=policy)
    refused = owner.post(desk.url("policies/simulate/"), {**period(desk), "policy": policy})
    assert refused.status_code == 422
    assert "at work already" in refused.content.decode()


def test_who_may_not_edit_policies_simulates_nothing(browse: Callable[..., Client], owner: Client, desk: Desk) -> None:
    found = ask(owner, desk, policy=DunningPolicy.objects.get().pk)
    for role in ("collector", "account_manager", "viewer"):
        client = browse(role)
        assert client.get(desk.url("policies/simulate/")).status_code == 403
        assert client.get(desk.url(f"policies/simulate/{found.pk}/")).status_code == 403
        assert "Simulate" not in client.get(desk.url("policies/")).content.decode()


def test_of_another_organization_there_is_none(owner: Client, desk: Desk) -> None:
    found = ask(owner, desk, policy=DunningPolicy.objects.get().pk)
    stranger = worlds.make_organization("elsewhere")
    Simulation.objects.filter(pk=found.pk).update(organization=stranger, policy=None)
    for path in ("", "progress/", "file/"):
        assert owner.get(desk.url(f"policies/simulate/{found.pk}/{path}")).status_code == 404


def test_old_ones_go(owner: Client, desk: Desk) -> None:
    found = lived(ask(owner, desk, policy=DunningPolicy.objects.get().pk))
    now = database_now()
    assert tidy_simulations(now) == 0
    assert tidy_simulations(found.created_at + dt.timedelta(days=91)) == 1
