"""Requests that no page of ours makes."""

from __future__ import annotations

import pytest
from asgiref.sync import async_to_sync
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import AsyncClient, Client

from dunwell.organizations.models import Organization, User
from tests.web.conftest import prepare

pytestmark = pytest.mark.django_db
HUGE = "9" * 30


@pytest.fixture
def client(alice: User, organization: Organization) -> Client:
    prepare(organization)
    client = Client()
    client.force_login(alice)
    return client


@pytest.mark.parametrize("place", ["customers/?q=%00", "invoices/?a%00=1", "search/?q=a%00b", "settings/%00/"])
def test_a_null_in_the_address_is_refused(client: Client, organization: Organization, place: str) -> None:
    response = client.get(f"/o/{organization.slug}/{place}")
    assert response.status_code == 400
    assert b"cannot be read" in response.content
    assert "Content-Security-Policy" in response.headers


def test_a_null_in_a_form_is_refused(client: Client, organization: Organization) -> None:
    address = f"/o/{organization.slug}/settings/organization/"
    assert client.post(address, {"name": "a\0b"}).status_code == 400
    assert client.post("/accounts/login/", {"login": "a\0@b.example", "password": "x"}).status_code == 400
    file = SimpleUploadedFile("book.csv", b"\0" * 100)  # in a file it is the file's own affair
    assert client.post(f"/o/{organization.slug}/imports/new/", {"file": file}).status_code == 422


def test_a_null_in_a_cookie_is_refused(client: Client) -> None:
    client.cookies["sessionid"] = "a\0b"
    assert client.get("/").status_code == 400


def test_it_is_refused_under_asgi_too() -> None:
    client = AsyncClient()
    assert async_to_sync(client.get)("/accounts/login/?next=%00").status_code == 400
    assert async_to_sync(client.post)("/accounts/login/", {"login": "a\0"}).status_code == 400
    assert async_to_sync(client.get)("/accounts/login/?next=/").status_code in {200, 302}


@pytest.mark.parametrize("digits", [HUGE, "9" * 5000])
@pytest.mark.parametrize(
    "place",
    ["customers/{}/", "invoices/{}/", "notices/{}/", "notices/{}/mail/", "imports/{}/", "policies/{}/",
     "imports/{}/errors/", "customers/?page={}", "follow-up/?period={}"],
)  # fmt: skip
def test_a_number_beyond_all_numbers_is_no_fault(
    client: Client, organization: Organization, place: str, digits: str
) -> None:
    assert client.get(f"/o/{organization.slug}/{place.format(digits)}").status_code in {200, 404}


@pytest.mark.parametrize("digits", [HUGE, "9" * 5000])
def test_nor_is_one_in_a_form(client: Client, organization: Organization, digits: str) -> None:
    address = f"/o/{organization.slug}/settings/limits/"
    form = client.get(address).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    values = {name: "" if value is None or value is False else value for name, value in shown.items()}
    for name in (
        "contact_interval_days",
        "weekly_contact_limit",
        "run_limit",
        "hourly_limit",
        "minimum_amount",
        "file_freshness_days",
    ):
        assert client.post(address, {**values, name: digits}).status_code == 422
