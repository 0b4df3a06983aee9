"""A list by keyboard: rows move, are selected and opened; what is done with many is read first."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from dunwell.ledger.models import Hold
from dunwell.organizations.models import Organization, User
from tests.browser.conftest import axe_findings, sign_in
from tests.web.conftest import late_customer, run


@pytest.fixture
def five(organization: Organization) -> Organization:
    for name in ("Alder", "Birch", "Cedar", "Dogwood", "Elm"):
        late_customer(organization, name, days=2)
    run(organization)
    return organization


def test_rows_are_walked_selected_and_put_on_hold_by_keyboard(
    visit: Callable[..., Page], anna: User, five: Organization
) -> None:
    page = visit()
    sign_in(page, anna, at=f"/o/{five.slug}/customers/?standing=late")
    status = page.locator("[data-selected-status]")
    for key in ("j", "x", "j", "ArrowDown", "Shift+X"):
        page.keyboard.press(key)
    expect(status).to_have_text("3 customers selected")
    assert page.locator("tr[aria-selected=true]").count() == 3
    assert page.evaluate("document.activeElement.textContent") == "Cedar"
    assert axe_findings(page) == []
    page.keyboard.press("Escape")
    expect(status).to_have_text("Nothing selected")
    assert page.locator("form#bulk").is_hidden()

    page.keyboard.press("x")
    page.get_by_role("button", name="Put on hold…").click()
    expect(page.get_by_role("heading", name="Stop chasing 1 customer", exact=True)).to_be_visible()
    assert axe_findings(page) == []
    assert not Hold.objects.exists()
    page.get_by_role("button", name="Put on hold", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="1 customer: done.")).to_be_visible()
    assert page.url.endswith("/customers/?standing=late")
    assert Hold.objects.get().customer.name == "Cedar"

    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Elm")
