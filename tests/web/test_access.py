"""Who gets where: strangers nowhere, members of another organization nowhere, roles as the table says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from dunwell.followup.models import Notice, NoticeState
from dunwell.organizations.models import Membership, Organization, User
from tests import worlds
from tests.web.conftest import Desk

Browse = Callable[..., Client]


def test_who_is_not_signed_in_is_sent_to_the_sign_in(addresses: list[str]) -> None:
    for address in addresses:
        response = Client().get(address)
        assert response.status_code == 302, address
        assert response["Location"].startswith("/accounts/login/"), address


def test_a_member_of_another_organization_finds_nothing(
    addresses: list[str], other_organization: Organization, charlie: User, browse: Browse
) -> None:
    client = browse(charlie)
    for address in addresses:
        assert client.get(address).status_code in {404, 405}, address
        assert client.post(address).status_code == 404, address


def test_another_organizations_rows_are_not_found_under_ones_own_address(
    desk: Desk, other_organization: Organization, charlie: User, browse: Browse
) -> None:
    client = browse(charlie)
    paths = (f"customers/{desk.customer.pk}/", f"invoices/{desk.invoice.pk}/", f"notices/{desk.notice.pk}/")
    for path in (*paths, f"notices/{desk.notice.pk}/mail/", f"notices/{desk.notice.pk}/edit/"):
        assert client.get(f"/o/{other_organization.slug}/{path}").status_code == 404, path
    for action in ("approve", "drop", "send", "resolve"):
        address = f"/o/{other_organization.slug}/notices/{desk.notice.pk}/{action}/"
        assert client.post(address, {"invoice": desk.invoice.pk, "choice": "arrived"}).status_code == 404, action
    desk.notice.refresh_from_db()
    assert desk.notice.state == NoticeState.COMPOSED


def test_search_and_lists_show_only_ones_own(
    desk: Desk, other_organization: Organization, charlie: User, browse: Browse
) -> None:
    client = browse(charlie)
    for path in ("search/?q=harbor", "customers/?q=harbor", "invoices/?state=all", "follow-up/", "follow-up/waiting/"):
        assert b"Harbor" not in client.get(f"/o/{other_organization.slug}/{path}").content, path


@pytest.mark.parametrize(
    "path", ["follow-up/start/", "follow-up/resume/", "settings/limits/", "notices/{notice}/send/"]
)
def test_a_viewer_reads_and_changes_nothing(desk: Desk, browse: Browse, path: str) -> None:
    client = browse("viewer")
    assert client.get(desk.url("customers/")).status_code == 200
    response = client.post(desk.url(path.format(notice=desk.notice.pk)), {"contact_interval_days": 0})
    assert response.status_code == 403
    assert b"Your role here, Viewer, does not allow this." in response.content


def test_buttons_are_shown_to_those_who_may_press_them(desk: Desk, browse: Browse) -> None:
    Notice.objects.filter(pk=desk.notice.pk).update(state=NoticeState.AWAITING_APPROVAL)
    address = desk.url(f"notices/{desk.notice.pk}/")
    assert b"Approve" in browse("collector").get(address).content
    assert b"Approve</button>" not in browse("account_manager").get(address).content
    assert b"/edit/" not in browse("viewer").get(address).content


def test_the_first_page_is_the_organization_last_worked_in(
    desk: Desk, browse: Browse, organization_two: Organization
) -> None:
    user = worlds.make_user(organization=desk.organization)
    Membership.objects.create(organization=organization_two, user=user, role="viewer")
    client = browse(user)
    client.get(f"/o/{organization_two.slug}/")
    assert client.get("/")["Location"] == f"/o/{organization_two.slug}/"
    assert organization_two.name.encode() in client.get(desk.url()).content  # the switch names it


@pytest.fixture
def organization_two(db: None) -> Organization:
    return worlds.make_organization("westwind")


def test_who_is_in_no_organization_is_told_what_to_do(other_organization: Organization) -> None:
    client = Client()
    client.force_login(worlds.make_user())
    assert b"You are in no organization yet" in client.get("/").content
