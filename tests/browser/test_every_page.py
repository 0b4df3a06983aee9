"""Every page, light and dark, wide and narrow: axe finds nothing, nothing sticks out, no complaint in the console."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from dunwell.followup.models import DunningPolicy, Notice, NoticeState
from dunwell.ledger.models import Allocation, Contact, CreditNote, Customer, HoldReason, Invoice, Note, Payment
from dunwell.messaging.models import Message
from dunwell.organizations.models import Organization, User
from dunwell.organizations.queries import database_now, local_date
from tests import worlds
from tests.browser.conftest import axe_findings, sign_in
from tests.web.conftest import every_path, late_customer, run

# Forms for entries by hand share two templates: they are looked at once in the light and once in the dark
FORMS = re.compile(r"(new|edit|hold|void|write-off|extend|apply|arrived|refund|reverse|change|merge)/$")
OUTSIDE = ("/accounts/password/change/", "/accounts/logout/")
BEFORE_SIGN_IN = (
    "/accounts/login/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/signup/",
)
# What has no page of its own to look at; in the sandbox of a mail no script runs, not even axe
NO_PAGE = (
    "approve/",
    "chase/",
    "drop/",
    "send/",
    "resolve/",
    "stop/",
    "resume/",
    "test/",
    "imports/new/",
    "mail/",
    "finish/",
)
# Buttons of entries by hand, a part of a page, a download, and a page that asks for its purpose
NO_ENTRY = re.compile(
    r"(archive|restore|remove|primary|confirm|issue|delete|take-back|release|undo|proposal|choose)/$"
    r"|write-offs/\d+/reverse/$|documents/\d+/$"
)


@pytest.fixture
def book(organization: Organization) -> list[str]:
    """A book in which every page has something to show; the addresses of all pages."""
    today = local_date(organization, database_now())
    customer = late_customer(organization)
    for days in (-5, 2, 15, 45, 75, 120, 500):
        late_customer(organization, f"Customer of {days} days", days=days)
    unreachable = worlds.make_customer(organization, "Unreachable & Sons", email="")
    worlds.make_invoice(unreachable, due_on=today, total=77, currency="USD")
    held = late_customer(organization, "Held Ltd", days=20)
    worlds.make_hold(held, reason=HoldReason.DISPUTE, note="Says the banner never ran.", starts_on=today)
    worlds.make_payment(customer, 40, on=today, towards=Invoice.objects.filter(customer=customer)[0])
    worlds.make_credit_note(customer, 10, on=today)
    run(organization)
    notice = Notice.objects.filter(customer=customer)[0]
    values: dict[str, object] = {
        "customer_id": customer.pk,
        "invoice_id": Invoice.objects.filter(customer=customer)[0].pk,
        "notice_id": notice.pk,
        "policy_id": DunningPolicy.objects.get(organization=organization).pk,
        "payment_id": Payment.objects.get(organization=organization).pk,
        "credit_note_id": CreditNote.objects.get(organization=organization).pk,
        "message_id": Message.objects.filter(organization=organization)[0].pk,
    }
    values |= entries_by_hand(customer)
    sections = [every_path({**values, "section": name}) for name in ("limits", "calendar", "sender", "payment")]
    wanted = (
        path
        for one in sections
        for path in one
        if not path.endswith(NO_PAGE) and not path.startswith(("imports/1/", "lists/")) and not NO_ENTRY.search(path)
    )
    paths = {f"/o/{organization.slug}/{path}" for path in wanted}
    lists = (
        "customers/choose/?for=payment",
        "customers/?q=nobody",
        "customers/?standing=late&currency=EUR&col=standing&col=owner&col=tags&per=25",
        "invoices/?state=all&sort=-balance",
        "search/?q=customer",
        "defaulters/?currency=EUR",
    )
    text = f"notices/{notice.pk}/?view=text"
    return sorted(paths | {f"/o/{organization.slug}/{path}" for path in (*lists, text)})


def entries_by_hand(customer: Customer) -> dict[str, object]:
    """A note, a hold and what else a person can have entered, for the pages that change them."""
    invoice = Invoice.objects.filter(customer=customer)[0]
    own = {"organization": customer.organization, "customer": customer}
    return {
        "contact_id": Contact.objects.filter(customer=customer)[0].pk,
        "hold_id": worlds.make_hold(customer, invoice=invoice).pk,
        "note_id": Note.objects.create(**own, text="Pays on Friday.", happened_at=database_now()).pk,
        "allocation_id": Allocation.objects.filter(invoice=invoice)[0].pk,
    }


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (1440, "dark"), (360, "light"), (360, "dark")])
def test_axe_finds_nothing_and_nothing_sticks_out(
    visit: Callable[..., Page], anna: User, book: list[str], width: int, theme: str
) -> None:
    page = visit(width=width, theme=theme)
    findings: list[str] = []
    for address in BEFORE_SIGN_IN:
        page.goto(address)
        findings += _look(page)
    sign_in(page, anna)
    everything = (width, theme) in {(1440, "light"), (360, "dark")}
    for address in (*(address for address in book if everything or not FORMS.search(address)), *OUTSIDE):
        page.goto(address)
        findings += _look(page)
    assert findings == []


def _look(page: Page) -> list[str]:
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return axe_findings(page) + ([f"{page.url}: {wider} pixels too wide"] if wider > 0 else [])


def test_open_menus_and_dialogs_are_accessible_too(visit: Callable[..., Page], anna: User, book: list[str]) -> None:
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
    sign_in(page, anna)
    page.wait_for_load_state("networkidle")
    page.locator("[data-chart][data-drawn]").first.wait_for()
    assert sum(received) < 350_000, sum(received)
