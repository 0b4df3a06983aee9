"""Escalations: told once, to whom they are given, or to whoever is told when a case becomes urgent."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dunwell.alerts.models import Alert
from dunwell.alerts.services.collect import collect
from dunwell.alerts.words import words
from dunwell.followup.models import Case, CaseChange
from dunwell.ledger.models import Contact, Customer
from dunwell.organizations.models import Organization, Role, User
from dunwell.organizations.queries import database_now
from tests import worlds
from tests.alerts.test_alerts import collector, northlight, told

__all__ = ["collector", "northlight"]


@pytest.fixture
def customer(northlight: Organization) -> Customer:
    return worlds.make_customer(northlight, "Harbor & Pine")


def changed(customer: Customer, name: str, **fields: Any) -> None:
    case, _ = Case.objects.get_or_create(
        organization_id=customer.organization_id,
        customer=customer,
        defaults={"opened_on": worlds.TODAY, "priority_since": worlds.TODAY, "days_past_due": 9, "overdue": 9},
    )
    CaseChange.objects.create(
        organization_id=customer.organization_id,
        customer=customer,
        case=case,
        name=name,
        changed_on=worlds.TODAY,
        **fields,
    )


def test_a_case_that_became_urgent_is_told_once(northlight: Organization, collector: User, customer: Customer) -> None:
    changed(customer, "raised", before=4, after=3)
    changed(customer, "raised", before=3, after=1)
    for _ in range(2):
        collect(northlight, now=database_now())
    assert told(collector) == ["Harbor & Pine: the case became urgent"]


def test_a_case_that_is_given_is_told_to_whom_it_is_given(
    northlight: Organization, collector: User, customer: Customer
) -> None:
    other = worlds.make_user("otto@northlight.example", organization=northlight, role=Role.COLLECTOR)
    head = worlds.make_user("hedda@northlight.example", organization=northlight, role=Role.FINANCE_HEAD)
    changed(customer, "given", owner=other)
    changed(customer, "given", role=Role.FINANCE_HEAD)
    changed(customer, "given", owner=collector, by=collector)  # whoever takes it knows
    collect(northlight, now=database_now())
    yours = ["Harbor & Pine: the case is yours"]
    assert [told(user) for user in (collector, other, head)] == [[], yours, yours]


def test_what_is_said(northlight: Organization, collector: User, customer: Customer) -> None:
    changed(customer, "raised", before=4, after=2)
    Contact.objects.filter(customer=customer).update(
        phone="+49 30 1", phone_refused_at=database_now() - dt.timedelta(seconds=1)
    )
    collect(northlight, now=database_now())
    said = {words(alert, "en").title for alert in Alert.objects.select_related("customer")}
    assert said == {"Harbor & Pine: the case became urgent", "+49 30 1 is not the number of Harbor & Pine"}
