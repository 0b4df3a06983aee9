"""Every dialog and menu as it opens, on every page; and what the first view weighs."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from dunwell.followup.models import Notice, NoticeState
from dunwell.organizations.models import Organization, User
from tests.browser.conftest import AXE, axe_findings, sign_in, sign_in_by_form
from tests.browser.every_page import looks, make_book, pages_of


@pytest.fixture
def book(organization: Organization, anna: User) -> list[str]:
    return make_book(organization, anna)


OPENERS = """
() => [...document.querySelectorAll('[data-opens]')]
    .map(one => one.dataset.opens)
    .filter(id => document.getElementById(id) instanceof HTMLDialogElement)
"""
OPEN = """
id => {
  document.querySelector(`[data-opens="${CSS.escape(id)}"]`).click();
  return document.getElementById(id).open;
}
"""
UNFOLD = """
() => [...document.querySelectorAll('main details:not([open]), header details:not([open])')].map(one => {
  one.open = true;
  return one.className + ' ' + one.querySelector('summary').className;
})
"""


def what_opens(html: str) -> set[str]:
    """Buttons of dialogs and heads of what unfolds, as a page's text has them; which row they are of does not count."""
    found = re.findall(r'data-opens="[^"]+"|<details\b[^>]*>\s*<summary\b[^>]*>', html)
    return {re.sub(r"\d+", "", one) for one in found}


def test_every_dialog_and_every_menu_as_it_opens(visit: Callable[..., Page], anna: User, book: list[str]) -> None:
    """Each kind of dialog is opened by its button, all that unfolds is unfolded: axe finds nothing, none sticks out."""
    Notice.objects.filter(state=NoticeState.QUEUED).update(state=NoticeState.AWAITING_APPROVAL)
    page = visit()
    page.add_init_script(path=AXE)
    sign_in(page, anna)
    findings: list[str] = []
    seen: set[str] = set()
    offered: set[str] = set()
    for address in pages_of(page, book):
        # Only what offers something new is opened: the text of a page comes ten times as fast
        offers = what_opens(page.request.get(address).text())
        if offers <= offered:
            continue
        offered |= offers
        page.goto(address)
        for opener in page.evaluate(OPENERS):
            kind = re.sub(r"\d+", "", opener)
            if kind in seen:
                continue
            seen.add(kind)
            assert page.evaluate(OPEN, opener), f"{address}: {opener} does not open"
            findings += [f"dialog {opener}: {one}" for one in looks(page)]
            page.keyboard.press("Escape")
            assert not page.evaluate("id => document.getElementById(id).open", opener), "Escape closes it"
        unfolded = set(page.evaluate(UNFOLD))
        if unfolded - seen:
            findings += [f"unfolded: {one}" for one in looks(page)]
            seen |= unfolded
    assert findings == []
    assert {"keys", "stop-sending", "view-save", "leave", "drop-"} <= seen, seen


def test_the_open_menu_leads_to_its_dialog(visit: Callable[..., Page], anna: User, book: list[str]) -> None:
    Notice.objects.filter(state=NoticeState.QUEUED).update(state=NoticeState.AWAITING_APPROVAL)
    page = visit()
    sign_in(page, anna)
    page.keyboard.press("?")
    assert page.get_by_role("dialog", name="Keys").is_visible()
    assert axe_findings(page) == []
    page.keyboard.press("Escape")
    page.get_by_text("Chasing", exact=True).click()
    page.get_by_role("button", name="Stop all sending…").click()
    assert page.get_by_role("dialog", name="Stop all sending?").is_visible()
    assert axe_findings(page) == []


def test_the_first_view_is_light(visit: Callable[..., Page], anna: User, book: list[str]) -> None:
    """At most 350 kB over the wire, from sign-in to Home, everything included."""
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
