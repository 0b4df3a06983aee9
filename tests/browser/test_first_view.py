"""What the first view weighs, and that its open menu leads to a dialog."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from dunwell.organizations.models import Organization, User
from tests.browser.conftest import axe_findings, sign_in, sign_in_by_form
from tests.browser.every_page import make_book
from tests.web.conftest import late_customer, run


def test_the_open_menu_leads_to_its_dialog(visit: Callable[..., Page], anna: User, organization: Organization) -> None:
    late_customer(organization)
    run(organization)
    page = visit()
    sign_in(page, anna)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    assert axe_findings(page) == []
    page.keyboard.press("Escape")
    page.get_by_text("Chasing", exact=True).click()
    page.get_by_role("button", name="Stop all sending…").click()
    expect(page.get_by_role("dialog", name="Stop all sending?")).to_be_visible()
    assert axe_findings(page) == []


def test_the_first_view_is_light(visit: Callable[..., Page], anna: User, organization: Organization) -> None:
    """At most 350 kB over the wire, from sign-in to Home, everything included."""
    make_book(organization, anna)
    page = visit()
    client = page.context.new_cdp_session(page)
    client.send("Network.enable")
    received: list[int] = []
    client.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    sign_in_by_form(page, anna)
    page.wait_for_load_state("networkidle")
    page.locator("[data-chart]").first.scroll_into_view_if_needed()  # a chart is drawn when it is nearly in view
    page.locator("[data-chart][data-drawn]").first.wait_for()
    assert sum(received) < 350_000, sum(received)
