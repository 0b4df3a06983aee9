"""A policy that is not used any more is put away, and comes back; one that is used stays, and says for whom."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from typer.testing import CliRunner

from dunwell.cli.main import app
from dunwell.followup.models import AssignmentRule, CustomerPolicy, DunningPolicy, PolicyVersion
from dunwell.followup.queries.assignments import RuleDraft
from dunwell.followup.queries.policies_in_force import policies_in_force
from dunwell.followup.services.assignments import AssignmentRefusedError, save_rules
from dunwell.followup.services.policies import (
    PolicyInUseError,
    PolicyRefusedError,
    archive_policy,
    make_default,
    restore_policy,
    save_policy,
)
from dunwell.organizations.models import Organization, User
from dunwell.rules.policies import PolicyDraft, StepDraft
from dunwell.workflows.policies import export_policies
from tests import worlds
from tests.worlds import NOW

pytestmark = pytest.mark.django_db
DRAFT = PolicyDraft("By phone", (StepDraft("Call", 1, channel="call"),))


@pytest.fixture
def spare(organization: Organization, policy: PolicyVersion) -> DunningPolicy:
    made: DunningPolicy = save_policy(organization=organization, draft=DRAFT, by=None).policy
    return made


def test_archived_and_restored(organization: Organization, spare: DunningPolicy, alice: User) -> None:
    archive_policy(organization=organization, policy_id=spare.pk, by=alice, now=NOW)
    assert {step.version.policy_id for step in policies_in_force(organization).steps} == {
        DunningPolicy.objects.get(is_default=True).pk
    }
    assert [draft.name for draft in export_policies(organization).policies] == ["Standard"]
    with pytest.raises(PolicyInUseError, match="restore it first"):
        make_default(organization=organization, policy_id=spare.pk, by=alice)
    with pytest.raises(PolicyRefusedError, match="restore it first"):
        save_policy(organization=organization, draft=DRAFT, policy_id=spare.pk, by=alice)
    with pytest.raises(AssignmentRefusedError):
        save_rules(organization=organization, rules=[RuleDraft("All", "By phone")], by=alice)
    listed = CliRunner().invoke(app, ["policy", "list", "--organization", organization.slug]).output.splitlines()
    assert listed == ["Standard, version 1, 5 steps: the default", "By phone, version 1, 1 step: archived"]
    restore_policy(organization=organization, policy_id=spare.pk, by=alice)
    save_rules(organization=organization, rules=[RuleDraft("All", "By phone")], by=alice)
    event = DunningPolicy.pgh_event_model.objects.filter(pgh_obj_id=spare.pk).order_by("pgh_id")  # type: ignore[attr-defined]
    assert [row.archived_at for row in event] == [None, NOW, None]
    assert event[1].pgh_context.metadata["action"] == "archive policy"


def test_what_is_used_is_not_archived(organization: Organization, spare: DunningPolicy) -> None:
    default = DunningPolicy.objects.get(organization=organization, is_default=True)
    with pytest.raises(PolicyInUseError, match="It is the default"):
        archive_policy(organization=organization, policy_id=default.pk, by=None, now=NOW)
    rule = AssignmentRule.objects.create(organization=organization, position=1, name="Swiss debts", policy=spare)
    with pytest.raises(PolicyInUseError, match="Swiss debts"):
        archive_policy(organization=organization, policy_id=spare.pk, by=None, now=NOW)
    rule.delete()
    for number in range(7):
        customer = worlds.make_customer(organization, f"Client {number}")
        CustomerPolicy.objects.create(organization=organization, customer=customer, policy=spare)
    with pytest.raises(PolicyInUseError, match="Client 0, Client 1, Client 2, Client 3, Client 4 and 2 more"):
        archive_policy(organization=organization, policy_id=spare.pk, by=None, now=NOW)
    assert not DunningPolicy.objects.exclude(archived_at=None).exists()


def test_the_database_knows_no_archived_default(organization: Organization, policy: PolicyVersion) -> None:
    with pytest.raises(IntegrityError, match="policy_default_is_not_archived"), transaction.atomic():
        DunningPolicy.objects.filter(is_default=True).update(archived_at=NOW)
