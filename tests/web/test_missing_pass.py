"""A pass that does not run is not silent: Home says so."""

from __future__ import annotations

import datetime as dt

import pytest

from dunwell.followup.models import PlanState
from dunwell.insights.activity import needs_person
from dunwell.organizations.models import Organization
from dunwell.organizations.scope import Scope
from tests.worlds import TODAY

pytestmark = pytest.mark.django_db
MORNING = dt.datetime.combine(TODAY, dt.time(7), tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("planned_as_of", "hours", "missing"),
    [(TODAY - dt.timedelta(1), 2, True), (TODAY - dt.timedelta(1), 0.5, False), (TODAY, 2, False)],
)
def test_home_says_when_the_morning_passed_without_a_pass(
    organization: Organization, planned_as_of: dt.date, hours: float, missing: bool
) -> None:
    PlanState.objects.create(organization=organization, planned_as_of=planned_as_of)
    assert needs_person(Scope(organization), MORNING + dt.timedelta(hours=hours)).pass_missing is missing
