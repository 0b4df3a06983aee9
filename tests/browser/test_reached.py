"""How a customer may be reached, in the browser: what the team notes, and what the customer chooses.

`DUNWELL_PICTURES` names a folder for pictures of these pages.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from dunwell.followup.models import Notice
from dunwell.ledger.models import ChannelChoice
from dunwell.messaging.models import MessageTemplate
from dunwell.organizations.links import preferences_path
from dunwell.organizations.models import Organization, OrganizationSettings, User
from dunwell.organizations.queries import database_now, local_date
from dunwell.organizations.secrets import encrypt
from dunwell.workflows.run import run_organization
from tests import worlds
from tests.browser.conftest import axe_findings, sign_in
from tests.messaging.twilio_server import ACCOUNT, SENDER, TOKEN

SIZES = ((1440, "light"), (360, "dark"))


def look(page: Page, name: str) -> None:
    assert axe_findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{name} is wider than it should"
    if folder := os.environ.get("DUNWELL_PICTURES"):
        width = page.viewport_size["width"] if page.viewport_size else 0
        page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)


def test_consent_text_and_notice_by_sms(organization: Organization, anna: User, visit: Callable[..., Page]) -> None:
    OrganizationSettings.objects.update(
        twilio_account_sid=ACCOUNT, twilio_auth_token_encrypted=encrypt(TOKEN), twilio_sender=SENDER
    )
    today = local_date(organization, database_now())
    customer = worlds.make_customer(organization, "Harbor & Pine", preferred_channel="sms")
    worlds.reach_everywhere(customer)
    ChannelChoice.objects.all().delete()
    worlds.make_invoice(customer, due_on=today)
    contact = customer.contacts.get()
    text = MessageTemplate.objects.get(organization=organization, key="due-today", channel="sms", language="en")
    here = f"/o/{organization.slug}"
    for width, theme in SIZES:
        page = visit(width=width, theme=theme)
        sign_in(page, anna, at=f"{here}/contacts/{contact.pk}/channels/")
        page.get_by_label("SMS").select_option(label="Agreed")
        page.get_by_label("How they told us").fill("on the phone")
        look(page, "consent")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("Agreed to SMS").wait_for()
        look(page, "customer")
        page.goto(f"{here}/settings/sms/")
        look(page, "settings-sms")
        page.goto(f"{here}/templates/{text.pk}/")
        page.get_by_text("segment", exact=False).first.wait_for()
        look(page, "template-sms")
        page.goto(f"{here}/customers/{customer.pk}/edit/")
        look(page, "customer-edit")
    run_organization(Organization.objects.get(), as_of=today, now=database_now(), send=False)
    notice = Notice.objects.get(channel="sms")
    for width, theme in SIZES:
        page = visit(width=width, theme=theme)
        sign_in(page, anna, at=f"{here}/notices/{notice.pk}/")
        page.get_by_role("heading", name="SMS").wait_for()
        look(page, "notice-sms")
        page.goto(f"{here}/customers/{customer.pk}/")
        page.get_by_text("this customer is best reached so").wait_for()


def test_a_customer_chooses_without_signing_in(organization: Organization, visit: Callable[..., Page]) -> None:
    customer = worlds.reach_everywhere(worlds.make_customer(organization, "Harbor & Pine"))
    at = preferences_path(customer.contacts.get().pk)
    for width, theme in SIZES:
        page = visit(width=width, theme=theme)
        page.goto(at)
        look(page, "reach")
        page.get_by_label("Send me no reminders by e-mail").check()
        page.get_by_label("Reach me best by").select_option(label="Letter")
        page.get_by_role("button", name="Save").click()
        page.get_by_text("Your wishes are kept").wait_for()
        look(page, "reach-kept")
    customer.refresh_from_db()
    assert customer.preferred_channel == "letter"
    assert ChannelChoice.objects.get(channel="email").said == "opted_out"
