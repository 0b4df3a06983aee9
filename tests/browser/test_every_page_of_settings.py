"""Every page of settings and the like, and those outside an organization, in every look."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from dunwell.organizations.models import Organization, User
from tests.browser.conftest import AXE, sign_in
from tests.browser.every_page import BEFORE_SIGN_IN, OUTSIDE, is_decided, looks, make_book, pages_of


def test_every_page_of_settings_and_outside_in_every_look(
    visit: Callable[..., Page], organization: Organization, anna: User
) -> None:
    """axe finds nothing and nothing sticks out, wide and narrow, light and dark; no page complains in the console."""
    addresses = [address for address in make_book(organization, anna) if is_decided(address)]
    page = visit()
    page.add_init_script(path=AXE)
    findings: list[str] = []
    for address in BEFORE_SIGN_IN:
        page.goto(address)
        findings += looks(page)
    sign_in(page, anna)
    for address in (*pages_of(page, addresses), *OUTSIDE):
        page.goto(address)
        findings += looks(page)
    assert findings == []
