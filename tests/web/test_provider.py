"""Signing in at an identity provider, over real sockets: a small OpenID Connect server of the tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import LazySettings
from django.test import Client

from dunwell.organizations.members import invitations, queries
from dunwell.organizations.models import Organization, User
from dunwell.organizations.queries import database_now
from tests import worlds
from tests.web.identity_provider import Provider, identity_provider


@pytest.fixture
def provider(settings: LazySettings, db: None) -> Iterator[Provider]:
    with identity_provider() as server:
        app = {"provider_id": "oidc", "name": "Acme", "client_id": "dunwell", "secret": "s"}
        about = {"server_url": server.url, "oauth_pkce_enabled": True}
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [{**app, "settings": about}]}}
        settings.OPENID_CONNECT_NAME = "Acme"
        yield server


def sign_in(client: Client, path: str = "") -> str:
    """There and back, as a browser goes; where one ends up."""
    there = client.post(f"/accounts/oidc/oidc/login/{path}")
    state = parse_qs(urlsplit(there["Location"]).query)["state"][0]
    back = client.get(f"/accounts/oidc/oidc/login/callback/?code=once&state={state}", follow=True)
    return str(back.redirect_chain[-1][0]) if back.redirect_chain else ""


def test_the_button_is_there_where_a_provider_is_set(alice: User, provider: Provider, settings: LazySettings) -> None:
    assert b"Sign in with Acme" in Client().get("/accounts/login/").content
    settings.OPENID_CONNECT_NAME = ""
    assert b"Sign in with Acme" not in Client().get("/accounts/login/").content


def test_a_known_verified_address_gets_in_and_keeps_its_password(
    organization: Organization, alice: User, provider: Provider
) -> None:
    assert sign_in(Client()) == f"/o/{organization.slug}/"
    alice.refresh_from_db()
    assert alice.check_password(worlds.PASSWORD)
    provider.claims["email"] = "renamed@northlight.example"
    assert sign_in(Client()) == f"/o/{organization.slug}/"  # known by its number from now on


@pytest.mark.parametrize("claims", [{"email_verified": False}, {"email": "stranger@elsewhere.example"}])
def test_nobody_else_does(alice: User, provider: Provider, claims: dict[str, Any]) -> None:
    provider.claims |= claims
    client = Client()
    sign_in(client)
    assert "_auth_user_id" not in client.session
    assert User.objects.count() == 1


def test_who_is_invited_gets_an_account(organization: Organization, alice: User, provider: Provider) -> None:
    asked = invitations.invite(
        organization=organization, email="dana@example.com", role="viewer", by=alice, now=database_now()
    )
    provider.claims |= {"sub": "18", "email": "Dana@example.com", "name": "Dana"}
    link = f"/join/{queries.token_of(asked)}/"
    client = Client()
    assert sign_in(client, f"?next={link}") == link
    assert client.post(link)["Location"] == f"/o/{organization.slug}/"
    dana = User.objects.get(email="dana@example.com")
    assert (dana.name, dana.has_usable_password()) == ("Dana", False)
