"""Every page of settings and the like, those outside an organization, and their dialogs, in every look."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from dunwell.organizations.models import Organization, User
from tests.browser.conftest import AXE, sign_in
from tests.browser.every_page import BEFORE_SIGN_IN, OUTSIDE, Walk, is_decided, make_book, pages_of


def test_every_page_of_settings_and_outside_in_every_look(
    visit: Callable[..., Page], organization: Organization, anna: User
) -> None:
    """axe finds nothing, nothing sticks out, wide and light, narrow and dark; every dialog; no page complains."""
    addresses = [address for address in make_book(organization, anna) if is_decided(address)]
    page = visit()
    page.add_init_script(path=AXE)
    walk = Walk(page)
    for address in BEFORE_SIGN_IN:
        walk.to(address)
    sign_in(page, anna)
    for address in (*pages_of(page, addresses), *OUTSIDE):
        walk.to(address)
    assert walk.findings == []
    assert {"leave", "transfer", "copy-text"} <= walk.opened, walk.opened
