"""The set that SQL plans is the set that the pure rules name: on drawn books, on one day and day after day.

`DUNWELL_TORTURE_SECONDS` lets the last test go on drawing for that long.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import pytest
from django.db import transaction
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from dunwell.followup.models import Action, PlanState
from dunwell.followup.services import passes
from dunwell.followup.services.prepare import Prepared, prepare
from tests.followup.drawn import CHANGES, DAY, World
from tests.followup.oracle import Expectation, due_steps, explain, rows_of
from tests.followup.reconcile import check_rollups
from tests.ledger.drawn import WITH_DATABASE, undone

pytestmark = pytest.mark.django_db
TORTURE_SECONDS = int(os.environ.get("DUNWELL_TORTURE_SECONDS", "0"))


def run(world: World) -> Prepared:
    return prepare(passes.begin(world.current(), as_of=world.today, now=world.now(), channels_set_up=world.channels))


def check_pass(world: World) -> None:
    """Run a pass and compare what it leaves with what the rules say it must."""
    expectation = Expectation(world)
    expected = expectation.rows()
    run(world)
    found = rows_of(world.organization)
    assert found == expected, f"expected {explain(expected)}\nfound {explain(found)}"
    for pk, step in due_steps(expectation):
        assert any((key[0], *key[3:]) == (pk, *step.key) for key in found), (
            "every due step of every open invoice has an action"
        )
    check_rollups(world)


def check_that_nothing_was_missed(world: World) -> None:
    """A pass that looks at everything afresh finds nothing to change."""
    fields = (
        *("invoice_id", "anchor_id", "customer_id", "lineage", "occurrence"),
        *("state", "reason", "step_day", "recheck_on", "step_id", "channel"),
    )
    before = sorted(Action.objects.filter(organization=world.organization).values_list(*fields), key=str)
    with transaction.atomic():
        PlanState.objects.filter(organization=world.organization).update(basis="", assessed_basis="")
        run(world)
        after = sorted(Action.objects.filter(organization=world.organization).values_list(*fields), key=str)
        transaction.set_rollback(True)
    assert before == after


def one_day(data: st.DataObject) -> None:
    with undone():
        world = World(data)
        check_pass(world)
        assert run(world).plan.changed == 0, "planning again finds nothing to do"
        check_that_nothing_was_missed(world)


def several_days(data: st.DataObject) -> None:
    with undone():
        world = World(data, customers=2)
        check_pass(world)
        for _ in range(data.draw(st.integers(1, 6))):
            if data.draw(st.sampled_from([True, True, True, False])):
                world.dispatch()
            if data.draw(st.sampled_from([True, True, True, False])):
                world.today += data.draw(st.sampled_from([1, 1, 1, 2, 5])) * DAY
            for change in data.draw(st.lists(st.sampled_from(CHANGES), max_size=3)):
                change(world)
            check_pass(world)
            check_that_nothing_was_missed(world)


@settings(WITH_DATABASE, max_examples=25)
@given(data=st.data())
def test_a_plan_from_nothing(db: None, data: st.DataObject) -> None:
    one_day(data)


@settings(WITH_DATABASE, max_examples=20)
@given(data=st.data())
def test_day_after_day(db: None, data: st.DataObject) -> None:
    several_days(data)


@pytest.mark.skipif(not TORTURE_SECONDS, reason="set DUNWELL_TORTURE_SECONDS to go on drawing")
@pytest.mark.parametrize("story", [one_day, several_days])
def test_torture(db: None, story: Callable[[st.DataObject], None]) -> None:
    profile = settings(WITH_DATABASE, max_examples=50, database=None, phases=[Phase.generate])
    until = time.monotonic() + TORTURE_SECONDS / 2
    while time.monotonic() < until:
        profile(given(st.data())(story))()
