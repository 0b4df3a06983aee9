"""An account manager works with the customers they own, and never meets the others'."""

from __future__ import annotations

import dataclasses
import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from dunwell.followup.models import Action, ActionState, CustomerStanding, Notice
from dunwell.insights.book import book
from dunwell.ledger.models import Customer, Invoice
from dunwell.messaging.models import Message
from dunwell.messaging.services.replies import keep_sms
from dunwell.organizations.models import Organization, User
from dunwell.organizations.queries import database_now
from dunwell.organizations.scope import Scope
from dunwell.rules.permissions import may
from dunwell.web.lists.tables import TABLES
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


def something_in_every_list(shared: Shared) -> None:
    """For both customers a row of each kind that the run does not make."""
    for number, customer in enumerate((shared.own, shared.foreign)):
        worlds.make_payment(customer, 5)
        worlds.make_credit_note(customer, 5)
        Message.objects.create(
            organization=shared.organization,
            customer=customer,
            recipient="accounts@somebody.example",
            sender="billing@northlight.example",
            subject=f"Reminder for {customer.name}",
            body_text="Please pay.",
            rfc_message_id=f"<{customer.pk}@northlight.example>",
            next_attempt_at=database_now(),
        )
        phone = f"+49171123456{number}"
        customer.contacts.update(name=f"Cashier of {customer.name}", phone=phone)
        customer.contacts.update(sms_number=phone)  # a number of its own: a new phone has it found out anew
        keep_sms(
            organization=shared.organization,
            provider_id=f"SM{number}",
            sender=phone,
            recipient="+4930",
            body="We paid.",
            now=database_now(),
        )
    Action.objects.filter(state=ActionState.WAITING).update(state=ActionState.FINAL, reason="dropped")
    for name in (OWN, FOREIGN):
        customer = late_customer(shared.organization, f"{name} three")
        customer.contacts.update(email="")
        if name == OWN:
            Customer.objects.filter(pk=customer.pk).update(owner=shared.manager)
    run(shared.organization)


def test_no_list_and_no_file_of_one_names_anybody_else(shared: Shared, client: Client) -> None:
    something_in_every_list(shared)
    met, refused = set(), set()
    for table in TABLES:
        address = reverse(f"web:{table.name}", args=(shared.organization.slug,))
        for query in ("", "?format=csv", "?format=xlsx"):
            response = client.get(address + query)
            if response.status_code == 403:
                refused.add(table.name)
                continue
            text = _text_of(response)
            assert FOREIGN not in text, f"{table.name}{query}"
            if OWN in text:
                met.add(table.name + query)
    assert refused == {one.name for one in TABLES if not may("account_manager", one.permission)} == {"do_not_contact"}
    shown = {table.name for table in TABLES} - refused
    assert met == {name + query for name in shown for query in ("", "?format=csv", "?format=xlsx")}


def _text_of(response: Any) -> str:
    """What a page or a file says; a workbook is a ZIP of XML."""
    content: bytes = response.getvalue()
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as workbook:
            content = b"".join(workbook.read(name) for name in workbook.namelist())
    return content.decode()


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
