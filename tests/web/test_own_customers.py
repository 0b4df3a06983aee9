"""An account manager works with the customers they own, and never meets the others'."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from django.test import Client

from dunwell.followup.models import Action, ActionState, CustomerStanding, Notice
from dunwell.insights.book import book
from dunwell.ledger.models import Customer, Invoice
from dunwell.organizations.models import Organization, User
from dunwell.organizations.scope import Scope
from tests import worlds
from tests.web.conftest import late_customer, run

OWN, FOREIGN = "Own Bakery", "Foreign Harbor"


@dataclasses.dataclass(frozen=True)
class Shared:
    """A book of two late customers, one of which is the account manager's."""

    organization: Organization
    manager: User
    own: Customer
    foreign: Customer

    def url(self, path: str = "") -> str:
        return f"/o/{self.organization.slug}/{path}"


@pytest.fixture
def shared(rehearsing: Organization) -> Shared:
    manager = worlds.make_user("dana@northlight.example", organization=rehearsing, role="account_manager")
    own = late_customer(rehearsing, OWN)
    Customer.objects.filter(pk=own.pk).update(owner=manager)
    foreign = late_customer(rehearsing, FOREIGN, invoices=3)
    worlds.make_payment(foreign, 40)
    for customer in (late_customer(rehearsing, f"{OWN} two"), late_customer(rehearsing, f"{FOREIGN} two")):
        customer.contacts.update(email="")  # waits, and needs a person
        if customer.name.startswith(OWN):
            Customer.objects.filter(pk=customer.pk).update(owner=manager)
    run(rehearsing)
    return Shared(rehearsing, manager, own, foreign)


@pytest.fixture
def client(shared: Shared) -> Client:
    client = Client()
    client.force_login(shared.manager)
    return client


def own_pages() -> list[str]:
    lists = ["customers/", "defaulters/", "invoices/", "invoices/?state=all", "follow-up/", "follow-up/waiting/"]
    return [*lists, "follow-up/ended/", "search/?q=b", "search/?q=o", ""]


def test_lists_and_home_name_only_own_customers(shared: Shared, client: Client) -> None:
    for path in (*own_pages(), "search/?q=Foreign", "customers/?q=Foreign", "invoices/?q=Foreign"):
        page = client.get(shared.url(path), follow=True).content.decode()
        assert FOREIGN not in page, path
    for path in ("customers/", "defaulters/", "invoices/", "follow-up/", "follow-up/waiting/"):
        assert OWN in client.get(shared.url(path)).content.decode(), path


@pytest.mark.parametrize("path", ["customers/", "defaulters/", "invoices/"])
def test_exports_hold_only_own_customers(shared: Shared, client: Client, path: str) -> None:
    exported = client.get(shared.url(path) + "?format=csv&state=all").getvalue().decode()
    assert OWN in exported
    assert FOREIGN not in exported


def test_what_is_somebody_elses_does_not_exist(shared: Shared, client: Client) -> None:
    invoice = Invoice.objects.filter(customer=shared.foreign)[0]
    notice = Notice.objects.get(customer=shared.foreign)
    waiting = Action.objects.filter(customer__name=f"{FOREIGN} two", state=ActionState.WAITING)[0]
    for path in (f"customers/{shared.foreign.pk}/", f"invoices/{invoice.pk}/", f"notices/{notice.pk}/"):
        assert client.get(shared.url(path)).status_code == 404, path
    for path in (f"notices/{notice.pk}/mail/", f"notices/{notice.pk}/edit/"):
        assert client.get(shared.url(path)).status_code == 404, path
    for path in (f"notices/{notice.pk}/drop/", f"follow-up/waiting/{waiting.pk}/drop/"):
        assert client.post(shared.url(path), {"invoice": invoice.pk}).status_code == 404, path
    assert Action.objects.get(pk=waiting.pk).state == ActionState.WAITING
    assert client.get(shared.url(f"customers/{shared.own.pk}/")).status_code == 200


def test_home_adds_up_what_is_ones_own(shared: Shared, client: Client) -> None:
    whole, own = book(Scope(shared.organization)), book(Scope(shared.organization, shared.manager.pk))
    (total,), (own_total,) = whole.totals, own.totals
    assert (own_total.outstanding, own_total.open_invoices) == (482, 4)  # two customers of two invoices
    assert (total.outstanding, total.open_invoices) == (241 * 3 + 361 + 0.5, 9)
    assert own_total.as_of == total.as_of
    assert sum(own.customers.values()) == 2
    assert sum(whole.customers.values()) == CustomerStanding.objects.count() == 4
    assert client.get(shared.url()).context["needs"].cases == {"no_address": 1}


def test_everyone_who_sees_the_whole_book_does(shared: Shared, browse_as: Callable[[str], Client]) -> None:
    for role in ("owner", "finance_head", "collector", "viewer"):
        assert FOREIGN in browse_as(role).get(shared.url("customers/")).content.decode(), role


@pytest.fixture
def browse_as(shared: Shared) -> Callable[[str], Client]:
    def signed_in(role: str) -> Client:
        client = Client()
        client.force_login(worlds.make_user(organization=shared.organization, role=role))
        return client

    return signed_in


def test_one_without_customers_is_told_whose_work_comes_here(
    shared: Shared, browse_as: Callable[[str], Client]
) -> None:
    client = browse_as("account_manager")
    assert b"No customer is yours yet" in client.get(shared.url()).content
