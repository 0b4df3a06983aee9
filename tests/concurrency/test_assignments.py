"""A policy that one person archives while another gives it to somebody: who comes second is told why not."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import transaction

from dunwell.followup.models import DunningPolicy
from dunwell.followup.queries.assignments import RuleDraft
from dunwell.followup.services.assignments import AssignmentRefusedError, save_rules, set_customer_policy
from dunwell.followup.services.policies import PolicyInUseError, archive_policy, remove_policy, save_policy
from dunwell.ledger.models import Customer
from dunwell.organizations.models import Organization
from dunwell.rules.policies import PolicyDraft, StepDraft
from tests.concurrency.together import at_the_same_time
from tests.crashes import other_connection
from tests.processes import wait_until
from tests.scenarios.story import Story
from tests.worlds import NOW, make_customer

WAITS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture
def spare(story: Story) -> DunningPolicy:
    draft = PolicyDraft("By phone", (StepDraft("Call", 1, channel="call"),))
    policy: DunningPolicy = save_policy(organization=story.organization, draft=draft, by=None).policy
    return policy


@pytest.fixture
def customer(story: Story) -> Customer:
    return make_customer(story.organization)


def by_hand(organization: Organization, policy: DunningPolicy, customer: Customer) -> None:
    set_customer_policy(organization=organization, customer_id=customer.pk, policy_id=policy.pk, by=None)


def by_rule(organization: Organization, policy: DunningPolicy, customer: Customer) -> None:
    save_rules(organization=organization, rules=[RuleDraft("All", policy.name, customer=customer.number)], by=None)


def archive(organization: Organization, policy: DunningPolicy) -> None:
    archive_policy(organization=organization, policy_id=policy.pk, by=None, now=NOW)


def remove(organization: Organization, policy: DunningPolicy) -> None:
    remove_policy(organization=organization, policy_id=policy.pk, by=None)


def one_waits_for_the_other(first: Callable[[], None], second: Callable[[], None]) -> None:
    """The second begins when the first is done but for its commit, and is seen to wait for that."""
    done = threading.Event()

    def begin() -> None:
        with transaction.atomic():
            first()
            done.set()
            with other_connection() as elsewhere:
                wait_until(lambda: bool(elsewhere.execute(WAITS).fetchall()[0][0]), seconds=10)

    def follow() -> None:
        assert done.wait(10)
        second()

    at_the_same_time(begin, follow)


@pytest.mark.parametrize("put_away", [archive, remove])
@pytest.mark.parametrize("give", [by_hand, by_rule])
def test_a_policy_that_is_being_put_away_is_given_to_nobody(
    story: Story,
    customer: Customer,
    spare: DunningPolicy,
    give: Callable[..., None],
    put_away: Callable[..., None],
) -> None:
    def give_it() -> None:
        with pytest.raises(AssignmentRefusedError):
            give(story.organization, spare, customer)

    one_waits_for_the_other(lambda: put_away(story.organization, spare), give_it)


@pytest.mark.parametrize("give", [by_hand, by_rule])
def test_a_policy_that_is_being_given_is_not_archived(
    story: Story, customer: Customer, spare: DunningPolicy, give: Callable[..., None]
) -> None:
    def archive_it() -> None:
        with pytest.raises(PolicyInUseError):
            archive(story.organization, spare)

    one_waits_for_the_other(lambda: give(story.organization, spare, customer), archive_it)
    spare.refresh_from_db()
    assert spare.archived_at is None
