"""The same weeks under the present policies and under others, side by side."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dunwell.cli.main import app
from dunwell.followup.models import (
    Action,
    AssignmentRule,
    CustomerPolicy,
    DunningPolicy,
    Notice,
    PolicyVersion,
)
from dunwell.followup.policy_files import PolicyFile, to_toml
from dunwell.followup.queries.policies import draft_of
from dunwell.followup.services.policies import PolicyRefusedError, create_default_policy, save_policy
from dunwell.messaging.services.templates import install_shipped
from dunwell.organizations.models import Organization, OrganizationSettings
from dunwell.rules.policies import PolicyDraft, StepDraft
from dunwell.rules.simulation import from_json
from dunwell.workflows import simulation
from dunwell.workflows.replay import replay
from dunwell.workflows.simulation import Other, SimulationRefusedError, check_bounds, other_from_toml, simulate
from tests import worlds
from tests.worlds import TODAY

pytestmark = pytest.mark.django_db
FIRST = TODAY - dt.timedelta(days=60)
TWO_CALLS = PolicyDraft(
    "By phone",
    (
        StepDraft("Call", 1, channel="call"),
        StepDraft("Call again", 10, channel="call"),
        StepDraft("Reminder", 20, template="reminder", approval_required=True),
    ),
)


@pytest.fixture
def policy(organization: Organization) -> PolicyVersion:
    install_shipped(organization=organization)
    return create_default_policy(organization=organization)


@pytest.fixture
def book(organization: Organization, policy: PolicyVersion) -> None:
    """Paid early, paid late, and never."""
    for paid_after in (-5, 9, None):
        customer = worlds.make_customer(organization)
        invoice = worlds.make_invoice(customer, due_on=FIRST + dt.timedelta(days=10))
        if paid_after is not None:
            worlds.make_payment(customer, 100, on=invoice.due_on + dt.timedelta(days=paid_after), towards=invoice)


def test_both_sides_and_nothing_kept(organization: Organization, book: None) -> None:
    rows = [model.objects.count() for model in (DunningPolicy, PolicyVersion, Notice, Action)]
    told: list[int] = []
    other = Other("By phone", PolicyFile((TWO_CALLS,)))
    result = simulate(organization, other, first=FIRST, last=TODAY, progress=told.append)
    present, by_phone = from_json(result["present"]), from_json(result["other"])
    # Heads-up to none: the day of the first one's heads-up is after its payment
    assert present.by_channel.keys() == {"email"}
    assert (by_phone.calls, by_phone.approvals, by_phone.by_channel) == (3, 1, {"call": 3, "email": 1})
    assert (present.due, present.paid) == (by_phone.due, by_phone.paid) == (3, 2)
    assert by_phone.paid_before_any_notice == 1
    assert by_phone.days_due_to_first_notice.median == 1
    assert told == list(range(1, 2 * 61 + 1))
    assert any("brought in" in text for text in result["assumptions"])
    assert [model.objects.count() for model in (DunningPolicy, PolicyVersion, Notice, Action)] == rows
    json.dumps(result)


def test_the_most_notices_of_a_day_are_taken_into_account(organization: Organization, policy: PolicyVersion) -> None:
    """Three are due at once, and one notice a day may be written: the oldest debt goes first, the others follow."""
    OrganizationSettings.objects.filter(organization=organization).update(run_limit=1)
    for late in (1, 2, 3):
        worlds.make_invoice(worlds.make_customer(organization), due_on=FIRST - dt.timedelta(days=late))
    days = [notice.day for notice in replay(organization, first=FIRST, last=FIRST + dt.timedelta(days=10)).notices]
    assert len(days) == len(set(days)) > 3


def test_the_same_policy_makes_no_difference(organization: Organization, book: None, policy: PolicyVersion) -> None:
    for other in (
        Other("Standard", policy_id=policy.policy_id),
        Other("Standard", PolicyFile((draft_of(policy),)), policy_id=policy.policy_id, for_everybody=False),
        other_from_toml(to_toml(PolicyFile((draft_of(policy),), "Standard"))),
    ):
        result = simulate(organization, other, first=FIRST, last=TODAY)
        assert result["present"] == result["other"]


def test_a_draft_takes_the_place_of_its_policy_for_whom_that_chases(organization: Organization, book: None) -> None:
    own = save_policy(organization=organization, draft=TWO_CALLS, by=None).policy
    customer = worlds.make_customer(organization)
    worlds.make_invoice(customer, due_on=FIRST + dt.timedelta(days=10))
    CustomerPolicy.objects.create(organization=organization, customer=customer, policy=own)
    AssignmentRule.objects.create(organization=organization, position=1, name="None", policy=own, countries=["XX"])
    milder = PolicyDraft("By phone", (StepDraft("Letter", 1, template="reminder"),))
    for everybody, notices in ((False, 1), (True, 3)):
        other = Other("By phone", PolicyFile((milder,)), policy_id=own.pk, for_everybody=everybody)
        found = from_json(simulate(organization, other, first=FIRST, last=TODAY)["other"])
        assert {step.name: step.reached for step in found.by_step}["Letter"] == notices
    assert CustomerPolicy.objects.count() == AssignmentRule.objects.count() == 1


def test_what_cannot_be_saved_is_not_simulated(organization: Organization, book: None) -> None:
    draft = PolicyDraft("Bad", (StepDraft("a", 1, template="reminder"), StepDraft("b", 1, template="reminder")))
    with pytest.raises(PolicyRefusedError, match="same day"):
        simulate(organization, Other("Bad", PolicyFile((draft,))), first=FIRST, last=TODAY)


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        (TODAY, TODAY - dt.timedelta(days=1), "before the first"),
        (TODAY, TODAY + dt.timedelta(days=1), "in the future"),
        (TODAY - dt.timedelta(days=800), TODAY, "800 days at most"),
    ],
)
def test_periods_that_are_refused(organization: Organization, first: dt.date, last: dt.date, sentence: str) -> None:
    with pytest.raises(SimulationRefusedError, match=sentence):
        check_bounds(organization, first=first, last=last, today=TODAY)


def test_a_large_book_is_refused(organization: Organization, book: None, monkeypatch: pytest.MonkeyPatch) -> None:
    check_bounds(organization, first=FIRST, last=TODAY, today=TODAY)
    monkeypatch.setattr(simulation, "MOST_INVOICES", 2)
    with pytest.raises(SimulationRefusedError, match=r"3 invoices.*2 at most"):
        check_bounds(organization, first=FIRST, last=TODAY, today=TODAY)


def test_a_file_must_say_which_of_its_policies_is_for_whom() -> None:
    two = PolicyFile((TWO_CALLS, PolicyDraft("Other", TWO_CALLS.steps)))
    with pytest.raises(SimulationRefusedError, match="which is for whom"):
        other_from_toml(to_toml(two))
    with pytest.raises(SimulationRefusedError, match="no policy"):
        other_from_toml("")
    assert other_from_toml(to_toml(PolicyFile((TWO_CALLS,)))).for_everybody
    assert not other_from_toml(to_toml(PolicyFile(two.policies, "Other"))).for_everybody


def test_on_the_command_line(organization: Organization, book: None, tmp_path: Path) -> None:
    file = tmp_path / "by-phone.toml"
    file.write_text(to_toml(PolicyFile((TWO_CALLS,))))
    period = ["--organization", organization.slug, "--from", FIRST.isoformat(), "--to", TODAY.isoformat()]
    shown = CliRunner().invoke(app, ["replay", *period, "--policy", str(file)])
    assert shown.exit_code == 0, shown.output
    assert "Calls" in shown.output
    assert "By phone" in shown.output
    assert "Nobody's behavior is changed" in shown.output
    printed = CliRunner().invoke(app, ["replay", *period, "--policy-name", "Standard", "--json"])
    result = json.loads(printed.output)
    assert result["present"] == result["other"]
    refused = CliRunner().invoke(app, ["replay", *period, "--policy-name", "Nobody's"])
    assert refused.exit_code == 2
    assert "no policy 'Nobody's'" in refused.output
