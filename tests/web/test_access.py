"""Who gets where: a walk through every address of the site, compared with the table in rules/permissions.py.

The addresses come from the URLconf, so that a new one cannot be forgotten: each one of an organization names its
permission by its first line, `access(request, slug, Permission.X)`, or this fails.
"""

from __future__ import annotations

import dataclasses
import logging
import re
from collections.abc import Callable, Iterator

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from dunwell.followup.models import Action, DunningPolicy, Notice, NoticeState
from dunwell.ledger.models import Customer
from dunwell.messaging.services.senders import save_sender
from dunwell.organizations.models import Membership, Organization, OrganizationSettings, User
from dunwell.organizations.secrets import encrypt
from dunwell.rules.permissions import ROLES, Permission, may
from dunwell.web.access import ASKED
from tests import worlds
from tests.web.conftest import Desk

Browse = Callable[..., Client]

# What belongs to no organization, and who opens it: everyone, or whoever is signed in
FOR_EVERYONE = {
    "account_login", "account_logout", "account_inactive", "account_signup", "account_reset_password",
    "account_reset_password_done", "account_reset_password_from_key", "account_reset_password_from_key_done",
    "mfa_login_webauthn", "mfa_authenticate", "openid_connect_login", "openid_connect_callback",
    "socialaccount_login_cancelled", "socialaccount_login_error", "socialaccount_signup", "join",
    "setup_owner", "health", "ready", "logo", "brand", "preferences",
}  # fmt: skip
FOR_THE_SIGNED_IN = {
    "landing", "setup_organization", "setup_archive", "guide", "guide_page", "guide_picture", "account_reauthenticate",
    "account_change_password", "account_set_password", "account_sessions",
    "mfa_index", "mfa_reauthenticate", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes", "mfa_download_recovery_codes", "mfa_list_webauthn", "mfa_add_webauthn",
    "mfa_reauthenticate_webauthn", "mfa_remove_webauthn", "mfa_edit_webauthn", "socialaccount_connections",
}  # fmt: skip
# What machines call: a provider's signature lets in, nothing else does
FOR_MACHINES = {"twilio_status", "twilio_inbound", "lob_events", "mail_provider_reports"}
# The only changes that somebody who may only look can make: of what is theirs alone
VIEWERS_CHANGE = {"people_leave"}
# Pages that ask for more when they are asked for a file
EXPORTS = ("customers/?format=csv", "invoices/?format=csv", "defaulters/?format=csv")
REFUSED = 403


@dataclasses.dataclass(frozen=True)
class Place:
    """An address of the site: its name and its path, filled with what there is."""

    name: str
    path: str
    of_organization: bool


def places(values: dict[str, object]) -> Iterator[Place]:
    """Every address of the URLconf; a parameter that nobody filled is 1."""

    def fill(found: re.Match[str]) -> str:
        return str(values.get(found.group("name"), 1))

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[Place]:
        for entry in patterns:
            route = prefix + str(entry.pattern)
            if isinstance(entry, URLResolver):
                yield from walk(entry.url_patterns, route)
                continue
            path = re.sub(r"\(\?P<(?P<name>\w+)>[^)]*\)", fill, re.sub(r"<(?:\w+:)?(?P<name>\w+)>", fill, route))
            assert entry.name, f"{route} has no name"
            yield Place(entry.name, "/" + path.replace("^", "").replace("$", ""), route.startswith("o/<slug:slug>/"))

    yield from walk(get_resolver().url_patterns, "")


@pytest.fixture
def everywhere(desk: Desk) -> list[Place]:
    numbers = {
        "slug": desk.organization.slug,
        "customer_id": desk.customer.pk,
        "invoice_id": desk.invoice.pk,
        "notice_id": desk.notice.pk,
        "action_id": Action.objects.filter(organization=desk.organization)[0].pk,
        "policy_id": DunningPolicy.objects.get(organization=desk.organization).pk,
        "section": "limits",
        "provider_id": "oidc",
        "provider": "postmark",
    }
    return list(places(numbers))


@pytest.fixture
def inside(everywhere: list[Place], desk: Desk) -> list[Place]:
    exports = [Place("export", desk.url(path), of_organization=True) for path in EXPORTS]
    return [place for place in everywhere if place.of_organization] + exports


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Hundreds of refusals are expected here; writing each with its traceback takes longer than asking."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def asked(response: object) -> Permission | None:
    """The permission the view asked for; None when it never came to ask."""
    found: Permission | None = response.wsgi_request.META.get(ASKED)  # type: ignore[attr-defined]
    return found


def ask(client: Client, method: str, path: str) -> tuple[int, Permission | None]:
    """One request that leaves no trace: its status, and what was asked for."""
    with transaction.atomic():
        response = client.get(path) if method == "get" else client.post(path)
        answer = response.status_code, asked(response)
        transaction.set_rollback(True)
    return answer


def test_every_address_is_known(everywhere: list[Place]) -> None:
    outside = {place.name for place in everywhere if not place.of_organization}
    assert outside <= FOR_EVERYONE | FOR_THE_SIGNED_IN | FOR_MACHINES
    assert len(everywhere) > 50


def test_a_stranger_is_sent_to_the_sign_in(everywhere: list[Place]) -> None:
    client = Client()
    for place in everywhere:
        if place.name in FOR_EVERYONE | FOR_MACHINES:
            continue
        for method in ("get", "post"):
            response = client.get(place.path) if method == "get" else client.post(place.path)
            assert response.status_code == 302, place
            assert response["Location"].startswith("/accounts/login/"), place
            assert asked(response) is None, place


def test_no_machine_is_believed_without_a_signature(everywhere: list[Place], desk: Desk) -> None:
    OrganizationSettings.objects.filter(organization=desk.organization).update(
        twilio_account_sid="AC" + "0" * 32,
        twilio_auth_token_encrypted=encrypt("secret"),
        twilio_sender="+15005550006",
        lob_webhook_secret_encrypted=encrypt("secret"),
    )
    owner = worlds.make_user(organization=desk.organization, role="owner")
    client = Client()
    client.force_login(owner)
    keys = {"server_token": "key", "message_stream": "", "api_url": "http://127.0.0.1:9"}
    assert client.post(desk.url("settings/sender/providers/postmark/"), keys).status_code == 302
    called = [place for place in everywhere if place.name in FOR_MACHINES]
    assert {place.name for place in called} == FOR_MACHINES
    for place in called:
        assert Client().get(place.path).status_code == 405, place
        assert Client(enforce_csrf_checks=True).post(place.path).status_code in {401, REFUSED}, place


def test_a_member_of_another_organization_finds_nothing(inside: list[Place], charlie: User) -> None:
    client = Client()
    client.force_login(charlie)
    for place in inside:
        for method in ("get", "post"):
            status, permission = ask(client, method, place.path)
            assert status in {404, 405}, (place, method)
            assert permission is None, (place, method)


def test_nor_does_who_was_deactivated(inside: list[Place], desk: Desk) -> None:
    user = worlds.make_user(organization=desk.organization, role="owner")
    worlds.make_user(organization=desk.organization, role="owner")
    client = Client()
    client.force_login(user)
    assert client.get(desk.url()).status_code == 200
    Membership.objects.filter(user=user).update(deactivated_at="2026-01-01T00:00Z")
    for place in inside:
        assert ask(client, "get", place.path)[0] in {404, 405}, place


@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_what_the_table_says(role: str, inside: list[Place], desk: Desk) -> None:
    user = worlds.make_user(organization=desk.organization, role=role)
    Customer.objects.filter(pk=desk.customer.pk).update(owner=user)  # an account manager sees their own
    client = Client()
    client.force_login(user)
    for place in inside:
        permissions = []
        for method in ("get", "post"):
            status, permission = ask(client, method, place.path)
            assert status < 500, (place, method, status)
            if permission is None:
                assert status == 405, f"{place} answers {method} without asking for a permission"
                continue
            permissions.append(permission)
            assert (status == REFUSED) == (not may(role, permission)), (place, method, status, permission)
        assert permissions, f"{place} asks for no permission"


def test_reading_pages_change_nothing_by_post(inside: list[Place], desk: Desk) -> None:
    """Who may only look may send a POST to a page that only shows: nothing is different afterwards."""
    client = Client()
    client.force_login(worlds.make_user(organization=desk.organization, role="viewer"))
    before = (Notice.objects.values_list().count(), list(Membership.objects.values()), list(Customer.objects.values()))
    for place in inside:
        if place.name not in VIEWERS_CHANGE:
            client.post(place.path)
    after = (Notice.objects.values_list().count(), list(Membership.objects.values()), list(Customer.objects.values()))
    assert before == after


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


def rows_of(organization: Organization) -> dict[str, object]:
    """For each `<int:some_thing_id>` of an address a row of that table."""
    found: dict[str, object] = {}
    for model in apps.get_models():
        names = {field.name for field in model._meta.fields}
        if not model.__module__.startswith("dunwell.") or "organization" not in names:
            continue
        row = model._default_manager.filter(organization=organization).order_by("pk").values_list("pk", flat=True)
        words = re.findall(r"[A-Z][a-z]*", model.__name__)
        if row:
            found["_".join(words).lower() + "_id"] = row[0]
            found.setdefault(f"{words[-1].lower()}_id", row[0])
    return found


def test_no_address_of_ones_own_reaches_another_organizations_row(
    desk: Desk, other_organization: Organization, charlie: User, browse: Browse
) -> None:
    """Every address that names a row, with the rows of Northlight, asked for by an owner elsewhere, read and posted."""
    invoice = desk.invoice
    worlds.make_hold(desk.customer, invoice=invoice)
    worlds.make_payment(desk.customer, 10, on=desk.today, towards=invoice)
    worlds.make_credit_note(desk.customer, 10, on=desk.today)
    save_sender(organization=desk.organization, name="Desk", address="desk@northlight.example", by=None)
    values = {**rows_of(desk.organization), "slug": other_organization.slug, "section": "limits", "provider_id": "oidc"}
    before = list(Customer.objects.values()), list(Notice.objects.values()), list(Membership.objects.values())
    client = browse(charlie)
    asked_for = 0
    with_row = {
        place.name
        for place, other in zip(
            places(values), places({**values, **dict.fromkeys(rows_of(desk.organization), 10**9)}), strict=True
        )
        if place.path != other.path
    }
    for place in places(values):
        if not place.of_organization or place.name not in with_row:
            continue
        asked_for += 1
        for method in ("get", "post"):
            status, _ = ask(client, method, place.path)
            assert status in {404, 405}, (place, method, status)
    assert asked_for > 40
    assert {"sender_edit", "sender_archive", "sender_remove", "sender_test", "sender_domain_of"} <= with_row
    after = list(Customer.objects.values()), list(Notice.objects.values()), list(Membership.objects.values())
    assert before == after


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
    assert (
        b"Your role here, Viewer, does not allow this. An owner gives roles, under People. Nothing was changed."
        in response.content
    )


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
