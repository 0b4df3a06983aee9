"""Every page and dialog of the daily work, wide and light, narrow and dark: axe finds nothing, nothing sticks out."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from dunwell.organizations.models import Organization, User
from tests.browser.conftest import AXE, sign_in
from tests.browser.every_page import Walk, is_decided, make_book, pages_of


def test_every_page_of_the_daily_work_in_every_look(
    visit: Callable[..., Page], organization: Organization, anna: User
) -> None:
    """Each kind of dialog and all that unfolds as well; no page complains in the console either."""
    addresses = [address for address in make_book(organization, anna) if not is_decided(address)]
    page = visit()
    page.add_init_script(path=AXE)
    sign_in(page, anna)
    walk = Walk(page)
    for address in pages_of(page, addresses):
        walk.to(address)
    assert walk.findings == []
    assert {"keys", "stop-sending", "view-save", "drop-", "send-now"} <= walk.opened, walk.opened
