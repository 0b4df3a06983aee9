"""A small book that has been assessed, planned and written, seen through the browser's eyes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Callable, Iterable

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver

from dunwell.followup.models import DunningPolicy, Notice
from dunwell.followup.services.policies import create_default_policy
from dunwell.ledger.models import Customer, Invoice
from dunwell.messaging.models import MessageTemplate
from dunwell.messaging.services.templates import install_shipped
from dunwell.organizations.models import Organization, User
from dunwell.organizations.queries import database_now, local_date
from dunwell.workflows.run import run_organization
from tests import worlds

CONVERTER = re.compile(r"<(?:\w+:)?(\w+)>")
MAIL = {"smtp_host": "127.0.0.1", "smtp_port": 9, "smtp_security": "none"}


@dataclasses.dataclass(frozen=True)
class Desk:
    """Northlight with one late customer that has a notice, and everything a page can be about."""

    organization: Organization
    customer: Customer
    invoice: Invoice
    notice: Notice
    today: dt.date

    def url(self, path: str = "") -> str:
        return f"/o/{self.organization.slug}/{path}"


def prepare(organization: Organization) -> None:
    """Shipped texts and the default policy."""
    install_shipped(organization=organization)
    create_default_policy(organization=organization)


def run(organization: Organization) -> None:
    """The morning's pass of today; what it queues stays in the queue."""
    now = database_now()
    run_organization(organization, as_of=local_date(organization, now), now=now, send=False)


def late_customer(
    organization: Organization, name: str = "Harbor & Pine", days: int = 9, invoices: int = 2
) -> Customer:
    """Someone whose invoices fell due so many days ago."""
    today = local_date(organization, database_now())
    customer = worlds.make_customer(organization, name)
    for _ in range(invoices):
        worlds.make_invoice(customer, total="120.50", due_on=today - dt.timedelta(days=days))
    return customer


@pytest.fixture
def rehearsing(db: None) -> Organization:
    """An organization that has not started chasing."""
    organization = worlds.make_organization(chasing=False, settings=MAIL)
    prepare(organization)
    return organization


@pytest.fixture
def desk(rehearsing: Organization) -> Desk:
    customer = late_customer(rehearsing)
    run(rehearsing)
    return Desk(
        organization=rehearsing,
        customer=customer,
        invoice=Invoice.objects.filter(customer=customer).order_by("pk")[0],
        notice=Notice.objects.get(customer=customer),
        today=local_date(rehearsing, database_now()),
    )


@pytest.fixture
def browse(desk: Desk) -> Callable[..., Client]:
    """A signed-in browser: `browse()` is the owner's, `browse("viewer")` a member's, `browse(user)` a person's."""

    def signed_in(who: str | User = "owner") -> Client:
        user = who if isinstance(who, User) else worlds.make_user(organization=desk.organization, role=who)
        client = Client()
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def owner(browse: Callable[..., Client]) -> Client:
    return browse()


@pytest.fixture
def addresses(desk: Desk) -> list[str]:
    """Every page of an organization, filled with what there is."""
    numbers = {
        "customer_id": desk.customer.pk,
        "invoice_id": desk.invoice.pk,
        "notice_id": desk.notice.pk,
        "policy_id": DunningPolicy.objects.get(organization=desk.organization).pk,
        "text_id": MessageTemplate.objects.filter(organization=desk.organization, channel="email").values_list("pk")[0][
            0
        ],
        "section": "limits",
    }
    return [desk.url(path) for path in every_path(numbers)]


def every_path(values: dict[str, object]) -> list[str]:
    """The addresses of an organization with values in place of their converters, 1 where there is none."""
    return [CONVERTER.sub(lambda found: str(values.get(found.group(1), 1)), route) for route in routes()]


def routes() -> list[str]:
    """The patterns of `web.urls.inside`, and of what they include."""
    from dunwell.web.urls import inside

    found: list[str] = []

    def collect(patterns: Iterable[URLPattern | URLResolver], prefix: str) -> None:
        for entry in patterns:
            route = prefix + str(entry.pattern)
            if isinstance(entry, URLPattern):
                found.append(route)
            else:
                collect(entry.url_patterns, route)

    collect(inside, "")
    return found
