"""Signing in without typing a password: a passkey of a virtual authenticator, and an identity provider's button."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import CDPSession, Page

from dunwell.organizations.models import Organization, User
from tests import worlds
from tests.browser.conftest import axe_findings, served, sign_in_by_form
from tests.web.identity_provider import Provider, identity_provider


@pytest.fixture
def window(visit: Callable[..., Page], server: str) -> Page:
    """A window whose passkeys work: they need a host name, which 127.0.0.1 is not."""
    page = visit()
    page.goto(server.replace("127.0.0.1", "localhost"))
    return page


@pytest.fixture
def authenticator(window: Page) -> CDPSession:
    """A fingerprint reader that says yes to everything (WebAuthn.addVirtualAuthenticator)."""
    session = window.context.new_cdp_session(window)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {**options, "isUserVerified": True, "automaticPresenceSimulation": True}},
    )
    return session


def add_passkey(page: Page, name: str, *, alone: bool) -> None:
    page.goto(f"{page.url.split('/o/')[0]}/accounts/2fa/webauthn/add/")
    page.get_by_label("Name").fill(name)
    if alone:
        page.get_by_label("Sign in with it alone, without the password").check()
    assert axe_findings(page) == []
    page.get_by_role("button", name="Add").click()
    page.wait_for_url(lambda url: "/webauthn/add/" not in url)


def sign_out(page: Page) -> None:
    page.goto(f"{page.url.split('/accounts/')[0]}/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Sign in").wait_for()


def enter_password(page: Page, user: User) -> None:
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password").fill(worlds.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_a_passkey_opens_the_door_alone(
    window: Page, authenticator: CDPSession, anna: User, organization: Organization
) -> None:
    """Anna adds her laptop's fingerprint, signs out, and comes back in without a password."""
    sign_in_by_form(window, anna, address=window.url)
    add_passkey(window, "Laptop", alone=True)
    sign_out(window)
    window.get_by_role("button", name="Sign in with a passkey").click()
    window.wait_for_url(f"**/o/{organization.slug}/")


def test_a_security_key_is_the_second_factor(
    window: Page, authenticator: CDPSession, anna: User, organization: Organization
) -> None:
    """With a key that is only a second factor the password comes first, and is not enough."""
    sign_in_by_form(window, anna, address=window.url)
    add_passkey(window, "Key on the ring", alone=False)
    sign_out(window)
    enter_password(window, anna)
    window.get_by_role("heading", name="Second factor").wait_for()
    assert axe_findings(window) == []
    window.get_by_role("button", name="Use a passkey or security key").click()
    window.wait_for_url(f"**/o/{organization.slug}/")


def test_a_passkey_that_is_refused_says_so(
    window: Page, authenticator: CDPSession, anna: User, organization: Organization
) -> None:
    """Nobody's passkey on this device: a sentence on the page, and the password still works."""
    window.goto(window.url.replace("/setup/", "/"))
    window.get_by_role("button", name="Sign in with a passkey").click()
    window.get_by_text("Nothing was confirmed").wait_for()
    sign_in_by_form(window, anna, address=window.url)


@pytest.fixture
def provider(db: None) -> Iterator[Provider]:
    with identity_provider() as found:
        yield found


@pytest.fixture
def server_with_provider(server: str, provider: Provider, data_dir: Path) -> Iterator[str]:
    about = {"ISSUER": provider.url, "CLIENT_ID": "dunwell", "CLIENT_SECRET": "s", "NAME": "Acme"}
    with served(data_dir, **{f"DUNWELL_OIDC_{name}": value for name, value in about.items()}) as address:
        yield address


def test_the_button_of_the_identity_provider(
    server_with_provider: str, visit: Callable[..., Page], provider: Provider, anna: User, organization: Organization
) -> None:
    """Anna presses *Sign in with Acme*, is led there and back, and stands on Home; a stranger stays outside."""
    provider.claims |= {"email": anna.email, "name": anna.name}
    page = visit()
    page.goto(server_with_provider)
    page.get_by_role("button", name="Sign in with Acme").click()
    page.wait_for_url(f"**/o/{organization.slug}/")
    stranger = visit()
    provider.claims |= {"sub": "18", "email": "stranger@elsewhere.example"}
    stranger.goto(server_with_provider)
    stranger.get_by_role("button", name="Sign in with Acme").click()
    stranger.wait_for_url("**/accounts/**")
    assert "/o/" not in stranger.url
    assert axe_findings(stranger) == []
