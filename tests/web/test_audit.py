"""Changes: who changed what, when, before and after."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dunwell.insights.audit import Asked, changes
from dunwell.organizations.members import services
from dunwell.organizations.models import Membership, Organization, User
from dunwell.organizations.services import change_organization
from tests import worlds


@pytest.fixture
def client(alice: User, bob: User, organization: Organization) -> Client:
    client = Client()
    client.force_login(alice)
    at = f"/o/{organization.slug}/settings/limits/"
    shown = {name: "" if value is None else value for name, value in client.get(at).context["form"].initial.items()}
    client.post(at, shown | {"contact_interval_days": 9})
    services.change_role(
        organization=organization, membership_id=Membership.objects.get(user=bob).pk, role="viewer", by=alice
    )
    return client


def page(client: Client, organization: Organization, query: str = "") -> str:
    return client.get(f"/o/{organization.slug}/changes/{query}").content.decode()


def test_a_change_is_told_in_words(client: Client, organization: Organization) -> None:
    text = page(client, organization)
    assert "Days between two contacts" in text
    assert "Contact interval days" not in text
    assert "<del>3</del> <ins>9</ins>" in text
    assert "<del>Collector</del> <ins>Viewer</ins>" in text
    assert "Alice" in text
    assert "organization_id" not in text


def test_filters_narrow_and_stand_in_the_address(client: Client, organization: Organization, bob: User) -> None:
    customer = worlds.make_customer(organization, "Harbor & Pine")
    invoice = worlds.make_invoice(customer)
    worlds.make_payment(customer, 40, towards=invoice)
    other = worlds.make_customer(organization, "Somebody else")
    of_customer = page(client, organization, f"?customer={customer.pk}")
    assert "Harbor &amp; Pine" in of_customer
    assert "Added allocation" in of_customer
    assert "Somebody else" not in of_customer
    assert f"/customers/{other.pk}/" not in page(client, organization, f"?invoice={invoice.pk}")
    assert "Days between two contacts" not in page(client, organization, "?kind=organizations_membershipevent")
    assert "No such change" in page(client, organization, f"?person={bob.pk}")
    assert "Viewer" in page(client, organization, "?period=1")


def test_pages_follow_one_another_and_miss_nothing(organization: Organization) -> None:
    for number in range(7):
        change_organization(organization=organization, name=f"Name {number}")
    whole = changes(organization, Asked(), most=100)
    read, below = [], None
    while found := changes(organization, Asked(), most=2, below=below):
        read += found
        below = found[-1].cursor
    assert read == whole
    assert [change.at for change in whole] == sorted((change.at for change in whole), reverse=True)
    newest = changes(organization, Asked(kinds=["organizations_organizationevent"]), most=1)[0]
    assert (newest.before, newest.after) == ({"name": "Name 5"}, {"name": "Name 6"})


def test_others_changes_are_not_told(
    client: Client, organization: Organization, other_organization: Organization
) -> None:
    change_organization(organization=other_organization, name="Secret plan")
    assert "Secret plan" not in page(client, organization)
    found = changes(organization, Asked(until=dt.datetime(2020, 1, 1, tzinfo=dt.UTC)), most=5)
    assert found == []


def test_the_file_has_a_line_for_each_field(client: Client, organization: Organization) -> None:
    text = client.get(f"/o/{organization.slug}/changes/?format=csv").getvalue().decode()
    assert "Days between two contacts,3,9" in text
    assert "Role,Collector,Viewer" in text


def test_a_page_costs_the_same_for_any_number_of_changes(client: Client, organization: Organization) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            page(client, organization)
        return len(seen)

    before = queries()
    for number in range(20):
        worlds.make_customer(organization, f"Customer {number}")
    assert queries() <= before + 2  # names of customers and of who looks after them
