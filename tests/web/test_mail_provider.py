"""Choosing a provider for mail: its own fields, a test mail in its own words, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from dunwell.messaging.models import MailProvider
from tests.messaging.provider_server import PASSWORD, ProviderServer
from tests.web.conftest import Desk


@pytest.fixture
def world() -> Iterator[ProviderServer]:
    server = ProviderServer()
    server.start()
    yield server
    server.stop()


def choose(owner: Client, desk: Desk, world: ProviderServer, key: str = PASSWORD) -> None:
    values = {"server_token": key, "message_stream": "", "api_url": world.address}
    assert owner.post(desk.url("settings/sender/providers/postmark/"), values).status_code == 302


def test_each_provider_asks_for_its_own_fields(owner: Client, desk: Desk) -> None:
    assert "Postmark" in owner.get(desk.url("settings/sender/providers/")).content.decode()
    page = owner.get(desk.url("settings/sender/providers/mailgun/")).content.decode()
    assert "Sending domain" in page
    assert "Webhook signing key" in page
    assert owner.get(desk.url("settings/sender/providers/pigeon/")).status_code == 404


def test_a_test_mail_goes_through_it(owner: Client, desk: Desk, world: ProviderServer) -> None:
    choose(owner, desk, world)
    answer = owner.post(desk.url("settings/sender/test/"), follow=True).content.decode()
    assert "The server took a mail" in answer
    assert world.taken[0].subject == "Test from Dunwell"
    assert "Mail goes through" in owner.get(desk.url("settings/sender/")).content.decode()


def test_a_wrong_key_is_told_in_the_providers_words(owner: Client, desk: Desk, world: ProviderServer) -> None:
    choose(owner, desk, world, key="wrong")
    answer = owner.post(desk.url("settings/sender/test/"), follow=True).content.decode()
    assert "The Server Token you provided was not valid." in answer


def test_a_key_is_never_shown_and_the_webhook_has_a_password(
    owner: Client, desk: Desk, world: ProviderServer, browse: Callable[..., Client]
) -> None:
    choose(owner, desk, world)
    at = desk.url("settings/sender/providers/postmark/")
    page = owner.get(at).content.decode()
    assert PASSWORD not in page
    assert f"/hooks/email/postmark/{desk.organization.slug}/" in page
    assert "dunwell:" in page
    # Who may only look sees no password
    assert "dunwell:" not in browse("viewer").get(at).content.decode()


def test_what_is_missing_stands_beside_its_field(owner: Client, desk: Desk) -> None:
    page = owner.post(desk.url("settings/sender/providers/postmark/"), {"api_url": "ftp://nowhere"})
    assert page.status_code == 422
    assert not MailProvider.objects.exists()


def test_back_to_a_mail_server(owner: Client, desk: Desk, world: ProviderServer, browse: Callable[..., Client]) -> None:
    choose(owner, desk, world)
    assert browse("collector").post(desk.url("settings/sender/providers/leave/")).status_code == 403
    owner.post(desk.url("settings/sender/providers/leave/"))
    assert not MailProvider.objects.exists()
    page = owner.get(desk.url("changes/?kind=messaging_mailproviderevent"))
    assert ("Deleted", "Choose a mail server") in [(row.verb, row.reason) for row in page.context["changes"]]
