"""What a pass makes of an invoice, day by day, under the default policy: −3, 0, +3, +7, +14."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dunwell.followup.models import Action, PolicyVersion
from dunwell.followup.services import notices, passes
from dunwell.followup.services.prepare import Prepared, prepare
from dunwell.followup.services.scratch import send_on_paper
from dunwell.ledger.models import Invoice
from dunwell.organizations.models import Organization
from tests import worlds
from tests.worlds import TODAY

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def run(organization: Organization, as_of: dt.date = TODAY, **options: Any) -> Prepared:
    now = dt.datetime.combine(as_of, dt.time(8), tzinfo=dt.UTC)
    this = passes.begin(organization, as_of=as_of, now=now, channels_set_up=("email",), **options)
    return prepare(this)


def actions(invoice: Invoice) -> dict[int, str]:
    """Offset → state, with its reason where there is one."""
    return {
        action.offset_days: f"{action.state} {action.reason}".strip()
        for action in Action.objects.filter(invoice=invoice)
    }


def test_nothing_is_planned_before_the_first_step_comes(organization: Organization, policy: PolicyVersion) -> None:
    invoice = worlds.make_invoice(worlds.make_customer(organization), due_on=TODAY + 10 * DAY)
    run(organization)
    assert actions(invoice) == {}


def test_the_step_whose_day_has_come_is_planned(organization: Organization, policy: PolicyVersion) -> None:
    invoice = worlds.make_invoice(worlds.make_customer(organization), due_on=TODAY)
    run(organization)
    assert actions(invoice) == {-3: "final missed", 0: "planned"}


def test_an_old_invoice_gets_one_reminder_and_never_the_final_tone_first(
    organization: Organization, policy: PolicyVersion
) -> None:
    invoice = worlds.make_invoice(worlds.make_customer(organization), due_on=TODAY - 40 * DAY)
    run(organization)
    assert actions(invoice) == {
        -3: "final missed",
        0: "final superseded",
        3: "final superseded",
        7: "planned",
        14: "waiting earlier_notice",
    }


def test_planning_again_changes_nothing(organization: Organization, policy: PolicyVersion) -> None:
    worlds.make_invoice(worlds.make_customer(organization), due_on=TODAY - 40 * DAY)
    run(organization)
    before = list(Action.objects.values())
    result = run(organization)
    assert list(Action.objects.values()) == before
    assert (result.plan.planned, result.plan.changed, result.assessed) == (0, 0, 0)


def test_a_held_invoice_waits_and_goes_when_the_hold_ends(organization: Organization, policy: PolicyVersion) -> None:
    customer = worlds.make_customer(organization)
    invoice = worlds.make_invoice(customer, due_on=TODAY)
    worlds.make_hold(customer, invoice=invoice, ends_on=TODAY + 2 * DAY)
    run(organization)
    assert actions(invoice)[0] == "waiting held"
    run(organization, TODAY + DAY)
    assert actions(invoice)[0] == "waiting held"
    run(organization, TODAY + 2 * DAY)
    assert actions(invoice)[0] == "planned"


def test_what_waits_is_superseded_by_the_next_step(organization: Organization, policy: PolicyVersion) -> None:
    customer = worlds.make_customer(organization)
    invoice = worlds.make_invoice(customer, due_on=TODAY)
    worlds.make_hold(customer)
    run(organization)
    run(organization, TODAY + 5 * DAY)
    assert actions(invoice) == {-3: "final missed", 0: "final superseded", 3: "waiting held"}


def test_a_settled_invoice_ends_its_steps(organization: Organization, policy: PolicyVersion) -> None:
    customer = worlds.make_customer(organization)
    invoice = worlds.make_invoice(customer, due_on=TODAY)
    run(organization)
    worlds.make_payment(customer, 100, towards=invoice)
    run(organization)
    assert actions(invoice)[0] == "final paid"


def test_a_payment_that_is_taken_back_revives_the_step(organization: Organization, policy: PolicyVersion) -> None:
    customer = worlds.make_customer(organization)
    invoice = worlds.make_invoice(customer, due_on=TODAY)
    run(organization)
    payment = worlds.make_payment(customer, 100, towards=invoice)
    run(organization)
    payment.allocations.update(reversed_on=TODAY)
    run(organization)
    assert actions(invoice)[0] == "planned"


def test_credit_nets_the_oldest_invoice_first(organization: Organization, policy: PolicyVersion) -> None:
    customer = worlds.make_customer(organization)
    older = worlds.make_invoice(customer, due_on=TODAY - 8 * DAY, total=100)
    newer = worlds.make_invoice(customer, due_on=TODAY - 4 * DAY, total=100)
    worlds.make_payment(customer, 150)
    run(organization)
    assert actions(older)[7] == "waiting netted"
    assert actions(newer)[3] == "planned"


def test_small_amounts_wait_until_they_add_up(organization: Organization, policy: PolicyVersion) -> None:
    organization.settings.minimum_amount = 50
    organization.settings.save()
    customer = worlds.make_customer(organization)
    small = worlds.make_invoice(customer, due_on=TODAY, total=30)
    run(organization)
    assert actions(small)[0] == "waiting below_minimum"
    another = worlds.make_invoice(customer, due_on=TODAY, total=30)
    run(organization)
    assert (actions(small)[0], actions(another)[0]) == ("planned", "planned")


def test_an_old_debt_goes_to_a_person(organization: Organization, policy: PolicyVersion) -> None:
    invoice = worlds.make_invoice(
        worlds.make_customer(organization), due_on=TODAY - 400 * DAY, first_known_on=TODAY - DAY
    )
    run(organization)
    assert actions(invoice)[7] == "waiting old_debt"


def test_a_customer_without_an_address_waits_for_one(organization: Organization, policy: PolicyVersion) -> None:
    customer = worlds.make_customer(organization, email="")
    invoice = worlds.make_invoice(customer, due_on=TODAY)
    run(organization)
    assert actions(invoice)[0] == "waiting no_address"
    customer.contacts.update(email="now@known.example")
    run(organization)
    assert actions(invoice)[0] == "planned"


def test_steps_before_the_due_date_move_back_to_a_business_day(
    organization: Organization, policy: PolicyVersion
) -> None:
    friday = dt.date(2026, 3, 20)
    for days_ahead in (3, 4, 5, 6):  # the reminder would fall on Friday, Saturday, Sunday, Monday
        worlds.make_invoice(worlds.make_customer(organization), due_on=friday + days_ahead * DAY)
    run(organization, friday)
    assert Action.objects.filter(offset_days=-3, state="planned").count() == 3
    assert set(Action.objects.values_list("step_day", flat=True)) == {friday}


def test_what_a_person_lets_go_in_spite_of_the_limits_stays_planned(
    organization: Organization, policy: PolicyVersion
) -> None:
    customer = worlds.make_customer(organization)
    worlds.make_invoice(customer, due_on=TODAY)
    run(organization)
    send_on_paper(passes.begin(organization, as_of=TODAY, now=worlds.NOW, channels_set_up=("email",)))
    another = worlds.make_invoice(customer, due_on=TODAY)
    run(organization)
    assert actions(another)[0] == "waiting contact_interval"
    bob = worlds.make_user(organization=organization)
    assert notices.send_despite_limits(organization=organization, customer_id=customer.pk, by=bob, now=worlds.NOW) == 1
    worlds.make_invoice(customer, due_on=TODAY + 30 * DAY)  # the customer's facts change: he is looked at again
    run(organization)
    assert actions(another)[0] == "planned"
