"""The people page, joining by a link, and what an organization demands."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from dunwell.organizations.members import queries
from dunwell.organizations.models import Invitation, Membership, Organization, OrganizationSettings, User
from tests import worlds
from tests.messaging.smtp_server import SmtpServer

PASSWORD = worlds.PASSWORD


def sign_in(user: User) -> Client:
    """By the form, so that who it is has just been shown."""
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return client


def at(organization: Organization, path: str) -> str:
    return f"/o/{organization.slug}/people/{path}"


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    server = SmtpServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def owner(alice: User) -> Client:
    return sign_in(alice)


def test_an_owner_invites_and_the_link_makes_an_account(organization: Organization, owner: Client) -> None:
    page = owner.post(at(organization, "invite/"), {"email": "dana@example.com", "role": "viewer"}, follow=True)
    assert "No mail went to dana@example.com" in page.content.decode()  # no server is set: the link can be copied
    link = queries.token_of(Invitation.objects.get())
    assert f"/join/{link}/" in page.content.decode()
    browser = Client()
    assert "Join Northlight" in browser.get(f"/join/{link}/").content.decode()
    weak = browser.post(f"/join/{link}/", {"name": "Dana", "password": "1234567890"})
    assert (weak.status_code, User.objects.filter(email="dana@example.com").exists()) == (422, False)
    home = browser.post(f"/join/{link}/", {"name": "Dana", "password": PASSWORD}, follow=True)
    assert home.redirect_chain[-1][0] == f"/o/{organization.slug}/"
    assert "Welcome to Northlight." in home.content.decode()
    assert Client().get(f"/join/{link}/").status_code == 410


def test_who_has_an_account_signs_in_first(organization: Organization, owner: Client, charlie: User) -> None:
    owner.post(at(organization, "invite/"), {"email": charlie.email, "role": "viewer"})
    link = f"/join/{queries.token_of(Invitation.objects.get())}/"
    assert b"sign in to join" in Client().get(link).content
    assert b"You are signed in as alice@" in owner.get(link).content
    theirs = sign_in(charlie)
    assert theirs.get(link).status_code == 200
    assert theirs.post(link)["Location"] == f"/o/{organization.slug}/"
    assert organization.name in theirs.get("/", follow=True).content.decode()  # the switch names both


def test_the_mail_goes_through_the_organizations_server(
    organization: Organization, owner: Client, smtp: SmtpServer
) -> None:
    OrganizationSettings.objects.filter(organization=organization).update(
        smtp_host="127.0.0.1", smtp_port=smtp.port, smtp_security="none"
    )
    page = owner.post(at(organization, "invite/"), {"email": "dana@example.com", "role": "viewer"}, follow=True)
    assert "A mail with the link is on its way" in page.content.decode()
    mail = smtp.taken[0].mail
    assert mail["Subject"] == "Join Northlight in Dunwell"
    # The link names the second it was signed in, so it is opened instead of written again
    link = re.search(r"/join/\S+", mail.get_content())
    assert link is not None
    assert b"dana@example.com" in Client().get(link.group()).content


def test_roles_are_changed_and_the_last_owner_is_kept(organization: Organization, owner: Client, bob: User) -> None:
    own, other = (Membership.objects.get(user__email__startswith=name) for name in ("alice", "bob"))
    page = owner.post(at(organization, f"{own.pk}/role/"), {"role": "viewer"}, follow=True)
    assert "Northlight needs an owner" in page.content.decode()
    page = owner.post(at(organization, f"{other.pk}/role/"), {"role": "owner"}, follow=True)
    assert "Bob works here as owner from now on." in page.content.decode()
    assert owner.post(at(organization, f"{other.pk}/role/"), {"role": "king"}, follow=True).status_code == 200
    page = owner.post(at(organization, "leave/"), follow=True)
    assert b"You have left Northlight." in page.content  # and, having no other, is signed out


def test_a_sensitive_change_asks_who_it_is(organization: Organization, alice: User, bob: User) -> None:
    client = Client()
    client.force_login(alice)  # signed in some time ago
    path = at(organization, f"{Membership.objects.get(user=bob).pk}/deactivate/")
    response = client.post(path)
    assert response["Location"].startswith("/accounts/reauthenticate/")
    assert Membership.objects.get(user=bob).is_active
    client.post(response["Location"], {"password": PASSWORD, "next": path})
    assert not Membership.objects.get(user=bob).is_active  # what was asked for is done then


def test_an_organization_demands_a_second_factor(
    organization: Organization, owner: Client, alice: User, bob: User
) -> None:
    page = owner.post(at(organization, "second-factor/"), {"required": "1"}, follow=True)
    assert "you would be the first one kept out" in page.content.decode()
    Authenticator.objects.create(user=alice, type="totp", data={"secret": "x"})
    owner.post(at(organization, "second-factor/"), {"required": "1"})
    assert owner.get(f"/o/{organization.slug}/").status_code == 200
    theirs = sign_in(bob)
    for path in ("", "customers/", "invoices/?format=csv"):
        response = theirs.get(f"/o/{organization.slug}/{path}")
        assert response["Location"] == "/accounts/2fa/", path
    assert "asks its members for a second factor" in theirs.get("/accounts/2fa/").content.decode()


def test_invitations_are_limited_and_the_refusal_says_for_how_long(organization: Organization, owner: Client) -> None:
    for _ in range(30):
        owner.post(at(organization, "invite/"), {"email": "no address"})
    response = owner.post(at(organization, "invite/"), {"email": "dana@example.com", "role": "viewer"})
    assert response.status_code == 429
    assert 3500 < int(response["Retry-After"]) <= 3600
    assert b"Try again in 60 minutes" in response.content
    assert not Invitation.objects.exists()
