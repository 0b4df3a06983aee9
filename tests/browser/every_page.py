"""What a walk through every page needs: a book in which each has something to show, and how a page is judged."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from django.apps import apps
from playwright.sync_api import Page

from dunwell.followup.models import Notice
from dunwell.followup.queries.assignments import RuleDraft
from dunwell.followup.services.assignments import save_rules
from dunwell.followup.services.policies import save_policy
from dunwell.followup.services.print_batches import make_batch
from dunwell.ledger.models import Allocation, Contact, Customer, HoldReason, Invoice, Note
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
from tests.web.conftest import every_path, late_customer, run

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
# In the sandbox of a mail no script runs, not even axe
SANDBOXED = "/mail/"
# A page is judged by all rules as it opens; what colors and width can break is judged again as they change
LOOKS: tuple[tuple[int, Literal["light", "dark"], tuple[str, ...]], ...] = (
    (1440, "light", ()),
    (1440, "dark", ("color-contrast",)),
    (360, "dark", ("wcag2a", "wcag2aa", "wcag21aa")),
)


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
    worlds.make_user("bella@northlight.example", organization=organization)
    values = {
        **_first_rows(organization),
        "customer_id": customer.pk,
        "notice_id": notice.pk,
        **entries_by_hand(customer),
    }
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


def looks(page: Page) -> list[str]:
    """What is wrong with the page as it is loaded, and as it becomes when the window or the system changes."""
    findings: list[str] = []
    for width, theme, rules in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        findings += [f"{page.url}: {wider} pixels too wide at {width}"] if wider > 0 else []
        findings += axe_findings(page, rules)
    page.set_viewport_size({"width": LOOKS[0][0], "height": 900})
    return findings
