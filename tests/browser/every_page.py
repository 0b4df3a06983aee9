"""A walk through every page: a book in which each has something to show, and how a page and its dialogs are judged."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from django.apps import apps
from playwright.sync_api import Page

from dunwell.followup.models import Notice, NoticeState
from dunwell.followup.queries.assignments import RuleDraft
from dunwell.followup.services.assignments import save_rules
from dunwell.followup.services.policies import save_policy
from dunwell.followup.services.print_batches import make_batch
from dunwell.ledger.models import Allocation, Contact, Customer, HoldReason, Invoice, Note
from dunwell.messaging.models import MessageTemplate
from dunwell.messaging.services.replies import keep_sms
from dunwell.messaging.services.senders import save_sender
from dunwell.organizations.models import Organization, OrganizationSettings, User
from dunwell.organizations.queries import database_now, local_date
from dunwell.rules.policies import PolicyDraft, StepDraft
from dunwell.web.guide import PAGES
from dunwell.web.settings_forms import SECTIONS
from tests import worlds
from tests.browser.conftest import axe_findings
from tests.invariants import DAY
from tests.web.conftest import CONVERTER, every_path, late_customer, routes, run

OUTSIDE = (
    "/accounts/password/change/",
    "/accounts/logout/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/",
    "/accounts/sessions/",
    "/accounts/provider/",
    "/accounts/reauthenticate/",
    *(f"/guide/{name}/" for name in ("words", *PAGES)),
)
BEFORE_SIGN_IN = (
    "/accounts/login/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/signup/",
)
# What is decided now and then. The rest is the daily work: two walks, so that two workers share them
DECIDED = ("alerts", "changes", "imports", "insights", "people", "policies", "set-up", "settings", "templates")
# What the walk's book has none of: it is no page, is filled in otherwise, or has a story of its own
ELSEWHERE = {
    *("action", "name", "position", "section", "destination_id", "document_id", "invitation_id", "receipt_id"),
    *("import_id", "simulation_id", "view_id", "write_off_id"),
}
# In the sandbox of a mail no script runs, not even axe
SANDBOXED = "/mail/"
# In the narrow look the rules of WCAG again: other parts show, and every color is another one
NARROW_RULES = ("wcag2a", "wcag2aa", "wcag21aa")
# Both tell how much too wide the page is. What shows in the wide window is remembered ...
WIDE = """
() => {
  const shows = one => one.checkVisibility({ visibilityProperty: true });
  window.shownWide = [...document.querySelectorAll('body *')].filter(shows);
  return document.documentElement.scrollWidth - document.documentElement.clientWidth;
}
"""
# ... and what the narrow one loses of it is marked. What make it is: its classes, its row's, and those of what is in it
NARROW = """
() => {
  const shows = one => one.checkVisibility({ visibilityProperty: true });
  const make = one => [one.parentElement, one, ...one.querySelectorAll('*')]
    .map(each => [each.tagName, each.getAttribute('class'), each.getAttribute('aria-current'),
                  each.dataset.tone, each.dataset.state].join(' '));
  const lost = window.shownWide.filter(one => one.isConnected && !shows(one) && shows(one.parentElement));
  for (const one of lost) one.dataset.onlyWide = '';
  const wider = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  return [wider, lost.map(one => [...new Set(make(one))].sort().join(', '))];
}
"""
DIALOGS = """
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


def make_book(organization: Organization, anna: User) -> list[str]:
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
    OrganizationSettings.objects.filter(organization=organization).update(letters_by="print", attach_invoices=True)
    organization.refresh_from_db()
    steps = (StepDraft("Check the order", 5, channel="task"), StepDraft("Call", 7, channel="call"))
    save_policy(organization=organization, draft=PolicyDraft("Large accounts", steps), by=anna)
    large = RuleDraft("Large accounts", "Large accounts", balance_above=Decimal(5_000))
    save_rules(organization=organization, rules=[large], by=anna)
    worlds.make_invoice(late_customer(organization, "Large Ltd", days=9), due_on=today - 9 * DAY, total=9_000)
    for name in ("Paper Ltd", "Second Paper Ltd"):
        on_paper(late_customer(organization, name))
    run(organization)
    save_sender(organization=organization, name="Head of Finance", address="finance@northlight.example", by=None)
    Contact.objects.filter(customer=customer).update(phone="+491711234567")
    Contact.objects.filter(customer=customer).update(sms_number="+491711234567")
    keep_sms(
        organization=organization,
        provider_id="SM1",
        sender="+491711234567",
        recipient="+4930",
        body="We paid yesterday.",
        now=database_now(),
    )
    make_batch(organization=organization, by=anna, now=database_now(), today=today)
    notice = Notice.objects.filter(customer=customer)[0]
    # Mail of both kinds: one that goes by itself, others that a person reads first
    mail = Notice.objects.filter(state=NoticeState.QUEUED, channel="email").exclude(pk=notice.pk)
    mail.update(state=NoticeState.AWAITING_APPROVAL)
    worlds.make_user("bella@northlight.example", organization=organization)
    values = {
        **_first_rows(organization),
        "customer_id": customer.pk,
        "notice_id": notice.pk,
        "text_id": MessageTemplate.objects.filter(organization=organization, channel="email")[0].pk,
        **entries_by_hand(customer),
    }
    filled = set(values) | ELSEWHERE
    assert {name for route in routes() for name in CONVERTER.findall(route)} <= filled, "a page would not be met"
    paths = {path for section in SECTIONS for path in every_path({**values, "section": section})}
    lists = {
        "customers/choose/?for=payment",
        "customers/?q=nobody",
        "customers/?standing=late&currency=EUR&col=standing&col=owner&col=tags&per=25",
        "invoices/?state=all&sort=-balance",
        "search/?q=customer",
        "settings/sender/providers/postmark/",
        "defaulters/?currency=EUR",
        f"notices/{notice.pk}/?view=text",
    }
    return sorted(f"/o/{organization.slug}/{path}" for path in paths | lists)


def on_paper(customer: Customer) -> None:
    """Who wants letters."""
    Customer.objects.filter(pk=customer.pk).update(
        preferred_channel="letter", address_line_1="Hafenstraße 1", postal_code="20457", city="Hamburg", country="DE"
    )


def entries_by_hand(customer: Customer) -> dict[str, object]:
    """A note, a hold and what else a person can have entered, for the pages that change them."""
    invoice = Invoice.objects.filter(customer=customer)[0]
    own = {"organization": customer.organization, "customer": customer}
    return {
        "contact_id": Contact.objects.filter(customer=customer)[0].pk,
        "hold_id": worlds.make_hold(customer, invoice=invoice).pk,
        "note_id": Note.objects.create(**own, text="Pays on Friday.", happened_at=database_now()).pk,
        "allocation_id": Allocation.objects.filter(invoice__customer=customer)[0].pk,
    }


def _first_rows(organization: Organization) -> dict[str, object]:
    """For each `<int:some_thing_id>` of an address a row of that table, where the book has one."""
    found: dict[str, object] = {}
    for model in apps.get_models():
        if not model.__module__.startswith("dunwell.") or "organization" not in {
            one.name for one in model._meta.fields
        }:
            continue
        row = model._default_manager.filter(organization=organization).order_by("pk").values_list("pk", flat=True)
        words = re.findall(r"[A-Z][a-z]*", model.__name__)
        if row:
            found["_".join(words).lower() + "_id"] = row[0]
            found.setdefault(f"{words[-1].lower()}_id", row[0])
    return found


def is_decided(address: str) -> bool:
    """Whether an address is of settings and the like."""
    return address.split("/")[3] in DECIDED


def pages_of(page: Page, addresses: Sequence[str]) -> list[str]:
    """Those of the addresses that are pages: what only takes a form, leads elsewhere or is a part is none."""
    pages = []
    for address in addresses:
        response = page.context.request.get(address, max_redirects=0)
        assert response.status < 500, address
        if response.status == 200 and SANDBOXED not in address and b"<!doctype html>" in response.body()[:200]:
            pages.append(address)
        response.dispose()
    return pages


def looks(page: Page, judged: set[str]) -> list[str]:
    """What is wrong with the page as it is loaded, wide and light, and as it becomes narrow and dark.

    What only a wide window shows is judged in dark once for each make of it (`judged`): the side bar, some cells.
    """
    wider = page.evaluate(WIDE)
    findings = [f"{page.url}: {wider} pixels too wide at 1440"] if wider > 0 else []
    findings += axe_findings(page)
    _change(page, 360, "dark")
    wider, makes = page.evaluate(NARROW)
    findings += [f"{page.url}: {wider} pixels too wide at 360"] if wider > 0 else []
    findings += axe_findings(page, NARROW_RULES)
    if not judged.issuperset(makes):
        _change(page, 1440, "dark")
        findings += axe_findings(page, ["color-contrast"], parts="[data-only-wide]")
        judged.update(makes)
    _change(page, 1440, "light")
    return findings


def _change(page: Page, width: int, theme: Literal["light", "dark"]) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")


class Walk:
    """A walk through pages: each is looked at, and each kind of dialog and of what unfolds where it is met first."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.findings: list[str] = []
        self.opened: set[str] = set()
        self._judged: set[str] = set()

    def to(self, address: str) -> None:
        self.page.goto(address)
        self._look("")
        for opener in self.page.evaluate(DIALOGS):
            # Which row a dialog is of does not count
            if (kind := re.sub(r"\d+", "", opener)) not in self.opened:
                self.opened.add(kind)
                self._open(opener)
        unfolded = set(self.page.evaluate(UNFOLD))
        if unfolded - self.opened:
            self.opened |= unfolded
            self._look("unfolded: ")

    def _open(self, opener: str) -> None:
        assert self.page.evaluate(OPEN, opener), f"{self.page.url}: {opener} does not open"
        self._look(f"dialog {opener}: ")
        self.page.keyboard.press("Escape")
        assert not self.page.evaluate("id => document.getElementById(id).open", opener), "Escape closes it"

    def _look(self, what: str) -> None:
        self.findings += [what + one for one in looks(self.page, self._judged)]
