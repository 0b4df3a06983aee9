"""What happened because of a hold can be read from it: what waits, what went after it, and what never went."""

from __future__ import annotations

import datetime as dt

import pytest

from dunwell.insights.holds import Effect, effects_of
from dunwell.ledger.models import Customer, Hold
from dunwell.organizations.scope import Scope
from tests import worlds
from tests.invariants import DAY
from tests.scenarios.story import Story
from tests.worlds import TODAY


def told(effect: Effect) -> dict[str, list[int]]:
    return {kind: sorted(action.offset_days for action in getattr(effect, kind)) for kind in ("waits", "went", "ended")}


def effect_of(scope: Scope, hold: Hold, as_of: dt.date) -> Effect:
    return effects_of(scope, [hold], as_of)[hold.pk]


@pytest.mark.parametrize("released", [False, True], ids=["runs out", "released early"])
def test_a_hold_tells_what_waited_and_what_went_after(story: Story, customer: Customer, released: bool) -> None:
    scope = Scope(story.organization)
    worlds.make_invoice(customer, due_on=TODAY)
    hold = worlds.make_hold(customer, ends_on=TODAY + (9 if released else 6) * DAY)
    story.days(TODAY, TODAY + 5 * DAY)
    # The step of the due date gave way to the next one while it stood
    assert told(effect_of(scope, hold, TODAY + 5 * DAY)) == {"waits": [3], "went": [], "ended": [0]}
    if released:
        Hold.objects.filter(pk=hold.pk).update(released_on=TODAY + 6 * DAY)
        hold.refresh_from_db()
    story.days(TODAY + 6 * DAY, TODAY + 9 * DAY)
    assert told(effect_of(scope, hold, TODAY + 9 * DAY)) == {"waits": [], "went": [3], "ended": [0]}


def test_a_hold_on_one_invoice_tells_of_that_one(story: Story, customer: Customer) -> None:
    held, free = (worlds.make_invoice(customer, due_on=TODAY) for _ in range(2))
    hold = worlds.make_hold(customer, invoice=held)
    story.run(TODAY)
    effect = effect_of(Scope(story.organization), hold, TODAY)
    assert [action.invoice_id for action in effect.waits] == [held.pk]
    assert story.steps(free)[0] == "done"


def test_a_hold_on_a_part_lets_the_rest_go_and_nothing_waits(story: Story, customer: Customer) -> None:
    invoice = worlds.make_invoice(customer, due_on=TODAY, total=100)
    hold = worlds.make_hold(customer, invoice=invoice, amount=40)
    story.run(TODAY)
    (mail,) = story.mails()
    assert int(mail.notice.amount) == 60
    assert not effect_of(Scope(story.organization), hold, TODAY)
