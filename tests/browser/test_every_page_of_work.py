"""Every page of the daily work, light and dark, wide and narrow: axe finds nothing, nothing sticks out."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from dunwell.organizations.models import Organization, User
from tests.browser.conftest import AXE, sign_in
from tests.browser.every_page import is_decided, looks, make_book, pages_of


def test_every_page_of_the_daily_work_in_every_look(
    visit: Callable[..., Page], organization: Organization, anna: User
) -> None:
    """No page complains in the console either; customers, invoices, payments, notices and what hangs on them."""
    addresses = [address for address in make_book(organization, anna) if not is_decided(address)]
    page = visit()
    page.add_init_script(path=AXE)
    sign_in(page, anna)
    findings: list[str] = []
    for address in pages_of(page, addresses):
        page.goto(address)
        findings += looks(page)
    assert findings == []
