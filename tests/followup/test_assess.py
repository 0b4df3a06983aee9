"""What an assessment says of customers: named changes, disputes, and only what changed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from dunwell.followup.models import (
    Action,
    BookTotal,
    CustomerBalance,
    CustomerStanding,
    PolicyVersion,
    StandingChange,
    StandingCount,
)
from dunwell.followup.queries.standing import book_standing
from dunwell.followup.services import passes
from dunwell.followup.services.prepare import Prepared, prepare
from dunwell.ledger.models import Customer, Hold
from dunwell.organizations.models import Organization
from tests import worlds
from tests.worlds import TODAY

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def run(organization: Organization, as_of: dt.date = TODAY) -> Prepared:
    now = dt.datetime.combine(as_of, dt.time(8), tzinfo=dt.UTC)
    return prepare(passes.begin(organization, as_of=as_of, now=now, channels_set_up=("email",)))


def changes(customer: Customer) -> list[tuple[int, str]]:
    """Days after TODAY and names of what changed."""
    rows = StandingChange.objects.filter(customer=customer).order_by("id")
    return [((row.changed_on - TODAY).days, row.name) for row in rows]


def test_each_change_of_standing_is_named_once(organization: Organization, policy: PolicyVersion) -> None:
    customer = worlds.make_customer(organization)
    invoice = worlds.make_invoice(customer, total=100, due_on=TODAY)
    for day in range(8):
        run(organization, TODAY + day * DAY)
        run(organization, TODAY + day * DAY)
    worlds.make_payment(customer, 100, on=TODAY + 8 * DAY, towards=invoice)
    run(organization, TODAY + 8 * DAY)
    worlds.make_invoice(customer, due_on=TODAY - 40 * DAY)
    run(organization, TODAY + 9 * DAY)
    assert changes(customer) == [(1, "became_late"), (6, "became_defaulter"), (8, "cleared"), (9, "defaulted_again")]
    kept = CustomerStanding.objects.get(customer=customer)
    assert (kept.standing, kept.since, kept.was_defaulter) == ("defaulter", TODAY + 9 * DAY, True)


def test_a_first_assessment_of_a_good_customer_is_no_news(organization: Organization, policy: PolicyVersion) -> None:
    customer = worlds.make_customer(organization)
    worlds.make_invoice(customer, due_on=TODAY + 2 * DAY)
    run(organization)
    assert changes(customer) == []


@pytest.mark.parametrize(("amount", "standing"), [(None, "current"), (100, "current"), (99, "defaulter")])
def test_disputed_amounts_do_not_make_a_defaulter(
    organization: Organization, policy: PolicyVersion, amount: int | None, standing: str
) -> None:
    customer = worlds.make_customer(organization)
    invoice = worlds.make_invoice(customer, total=100, due_on=TODAY - 30 * DAY)
    worlds.make_hold(customer, invoice=invoice, reason="dispute", amount=amount)
    run(organization)
    kept = CustomerStanding.objects.get(customer=customer)
    assert (kept.standing, kept.on_hold) == (standing, True)
    assert CustomerBalance.objects.get(customer=customer).disputed == Decimal(amount or 100)


def test_held_debt_counts(organization: Organization, policy: PolicyVersion) -> None:
    customer = worlds.make_customer(organization)
    worlds.make_invoice(customer, due_on=TODAY - 30 * DAY)
    worlds.make_hold(customer, reason="promise")
    run(organization)
    assert CustomerStanding.objects.get(customer=customer).standing == "defaulter"


def test_only_customers_with_new_facts_are_assessed_again(organization: Organization, policy: PolicyVersion) -> None:
    customers = [worlds.make_customer(organization) for _ in range(3)]
    for customer in customers:
        worlds.make_invoice(customer, due_on=TODAY - DAY)
    assert run(organization).assessed == 3
    assert run(organization).assessed == 0
    worlds.make_payment(customers[1], 30)
    assert run(organization).assessed == 1
    Hold.objects.filter(organization=organization).delete()
    assert run(organization).assessed == 0
    assert run(organization, TODAY + DAY).assessed == 3
    organization.settings.grace_days = 2
    organization.settings.save()
    assert run(organization, TODAY + DAY).assessed == 3


def test_a_customer_who_is_not_known_yet_is_not_assessed(organization: Organization, policy: PolicyVersion) -> None:
    customer = worlds.make_customer(organization, known_from=TODAY + DAY)
    run(organization)
    assert not CustomerStanding.objects.filter(customer=customer).exists()
    run(organization, TODAY + DAY)
    assert CustomerStanding.objects.get(customer=customer).standing == "current"


def test_money_dated_before_a_customers_first_day_counts_all_the_same(
    organization: Organization, policy: PolicyVersion
) -> None:
    customer = worlds.make_customer(organization, known_from=TODAY + 9 * DAY)
    worlds.make_invoice(customer, due_on=TODAY - 30 * DAY)
    run(organization)
    assert CustomerStanding.objects.get(customer=customer).standing == "defaulter"
    read = book_standing(organization, TODAY)
    assert read.customers["defaulter"] == 1
    assert read.outstanding["EUR"] == BookTotal.objects.get(organization=organization).outstanding == 100


def test_nothing_is_left_of_the_last_customer(organization: Organization, policy: PolicyVersion) -> None:
    customer = worlds.make_customer(organization)
    worlds.make_invoice(customer)
    run(organization)
    assert BookTotal.objects.filter(organization=organization).exists()
    Action.objects.filter(organization=organization).delete()
    customer.delete()
    run(organization)
    assert not BookTotal.objects.filter(organization=organization).exists()
    assert sum(StandingCount.objects.filter(organization=organization).values_list("customers", flat=True)) == 0
