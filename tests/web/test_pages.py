"""What pages say, and the headers they say it with."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

from django.test import Client

from dunwell.ledger.models import HoldReason
from dunwell.organizations.models import Membership
from dunwell.web import words
from dunwell.web.settings_forms import SECTIONS
from tests import worlds
from tests.web.conftest import Desk, run

ROOT = Path(__file__).parents[2]


def test_every_page_opens_with_the_strict_policy(desk: Desk, owner: Client, addresses: list[str]) -> None:
    for address in addresses:
        response = owner.get(address)
        assert response.status_code in {200, 302, 404, 405, 406}, address
        policy = response["Content-Security-Policy"]
        assert "unsafe" not in policy or address.endswith(("/mail/", "/preview/")), address  # foreign text in a frame
        assert "default-src 'none'" in policy, address


def test_home_links_every_figure_to_its_rows(desk: Desk, owner: Client) -> None:
    page = owner.get(desk.url()).content.decode()
    for link in (
        "?currency=EUR",
        "?state=overdue&amp;currency=EUR",
        "?standing=due_soon",
        "/defaulters/",
        "age=days_1_30",
    ):
        assert link in page, link
    assert "€241.00" in page


def test_figures_agree_with_the_lists_behind_them(desk: Desk, owner: Client) -> None:
    book = owner.get(desk.url()).context["book"]
    invoices = owner.get(desk.url("invoices/?state=overdue&currency=EUR")).context["listing"]
    assert sum(row.balance for row in invoices.rows) == book.totals[0].overdue
    assert owner.get(desk.url("defaulters/")).context["listing"].count == book.customers["defaulter"]


def test_an_empty_book_teaches_the_next_step(rehearsing: object, owner: Client, desk: Desk) -> None:
    empty = worlds.make_organization("empty")
    Membership.objects.create(organization=empty, user_id=int(owner.session["_auth_user_id"]), role="owner")
    for path, sentence in (
        ("", "The book is empty"),
        ("customers/", "No customers yet"),
        ("invoices/", "No open invoices"),
        ("defaulters/", "Nobody here"),
        ("follow-up/", "No notices today"),
        ("follow-up/waiting/", "Nothing waits"),
        ("follow-up/ended/", "Nothing ended without sending"),
        ("policies/", "No policy"),
    ):
        assert sentence in owner.get(f"/o/empty/{path}").content.decode(), path


def test_a_customers_page_tells_the_whole_story(desk: Desk, owner: Client) -> None:
    worlds.make_payment(desk.customer, 50, on=desk.today - dt.timedelta(days=3), towards=desk.invoice)
    worlds.make_credit_note(desk.customer, 20, on=desk.today - dt.timedelta(days=2))
    worlds.make_hold(desk.customer, invoice=desk.invoice, reason=HoldReason.DISPUTE, starts_on=desk.today)
    run(desk.organization)
    page = owner.get(desk.url(f"customers/{desk.customer.pk}/")).content.decode()
    for sentence in (
        "Payment received",
        "Credit note",
        "Hold on invoice",
        "disputed",
        desk.invoice.number,
        "Became a defaulter",
    ):
        assert sentence in page, sentence


def test_what_waits_says_why(desk: Desk, owner: Client) -> None:
    worlds.make_invoice(
        worlds.make_customer(desk.organization, "Unreachable", email=""), due_on=desk.today - dt.timedelta(days=8)
    )
    run(desk.organization)
    page = owner.get(desk.url("follow-up/waiting/?reason=no_address")).content.decode()
    assert "Unreachable" in page
    assert "No contact has an address that can be used, on any channel that could stand in." in page
    assert "No e-mail address" in owner.get(desk.url()).content.decode()


def test_hostile_names_are_only_text(desk: Desk, owner: Client) -> None:
    name = "<script>alert(1)</script>"
    customer = worlds.make_customer(desk.organization, name)
    worlds.make_invoice(customer, number="<img src=x>", due_on=desk.today - dt.timedelta(days=8))
    run(desk.organization)
    for path in ("", "customers/", "invoices/", "defaulters/", "follow-up/", f"customers/{customer.pk}/"):
        page = owner.get(desk.url(path)).content.decode()
        assert name not in page, path
        assert "<img src=x>" not in page, path


def test_every_icon_that_is_asked_for_is_in_the_sprite() -> None:
    names = set(json.loads((ROOT / "assets" / "icons.json").read_text()))
    templates = (ROOT / "src" / "dunwell" / "web").rglob("*.html")
    asked = {icon for path in templates for icon in re.findall(r'(?:{% icon|symbol=)\s*"([\w-]+)"', path.read_text())}
    looks = {look.icon for kind in words.LOOKS.values() for look in kind.values()}
    assert asked | looks <= names, (asked | looks) - names


def test_sections_of_settings_are_all_in_the_navigation(desk: Desk, owner: Client) -> None:
    page = owner.get(desk.url("settings/limits/")).content.decode()
    assert all(desk.url(f"settings/{name}/") in page for name in SECTIONS)


def test_nobody_signs_up(db: None) -> None:
    assert b"Nobody signs up here" in Client().get("/accounts/signup/").content


def test_pages_of_sign_in_open(db: None) -> None:
    worlds.make_user()
    client = Client()
    for path in ("login/", "password/reset/", "password/reset/done/", "inactive/"):
        response = client.get(f"/accounts/{path}")
        assert response.status_code == 200, path
        assert b"Dunwell" in response.content
