"""Two more stories of a working day: an address bounced, and a colleague begins."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from dunwell.followup.models import Notice
from dunwell.ledger.models import Contact
from dunwell.organizations.models import Membership, Organization, Role, User
from dunwell.organizations.queries import database_now
from dunwell.workflows.dispatch import dispatch_organization
from tests import worlds
from tests.browser.conftest import axe_findings, sign_in, sign_in_by_form
from tests.messaging.smtp_server import SmtpServer
from tests.web.conftest import late_customer, run


def _send(organization: Organization) -> None:
    """The pass of the day, and what a worker does after it."""
    run(Organization.objects.get(pk=organization.pk))
    fresh = Organization.objects.select_related("settings").get(pk=organization.pk)
    dispatch_organization(fresh, clock=database_now, worker="browser-test")


def test_a_bounced_address_is_corrected(
    visit: Callable[..., Page], organization: Organization, smtp: SmtpServer
) -> None:
    """The server knows no such user. The collector sees it on Home, corrects the address, and has the reminder go."""
    customer = late_customer(organization)
    wrong = Contact.objects.get(customer=customer).email
    smtp.will(wrong, "rcpt-unknown")
    _send(organization)
    assert smtp.taken == []
    page = visit()
    sign_in(page, worlds.make_user("bob@northlight.example", organization=organization, role=Role.COLLECTOR))
    page.get_by_role("link", name=re.compile("did not arrive")).click()
    expect(page.get_by_role("row", name=wrong)).to_contain_text("Failed")
    page.get_by_role("link", name=customer.name).first.click()
    expect(page.get_by_text("Refused by the mail server")).to_be_visible()
    page.locator("summary", has_text=": more").click()
    page.locator(".menu-panel").get_by_role("link", name="Edit").click()
    page.get_by_label("E-mail").fill("accounts@harbor-pine.example")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notice-bar[role=status]")).to_contain_text("Saved.")
    expect(page.get_by_text("Refused by the mail server")).to_have_count(0)
    assert axe_findings(page) == []
    page.goto(f"/o/{organization.slug}/notices/{Notice.objects.get(customer=customer).pk}/")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".notice-bar[role=status]")).to_be_visible()
    _send(organization)  # its facts have changed: it is called back in its turn
    _send(organization)  # and written anew, as the worker does a minute later
    assert [taken.recipient for taken in smtp.taken] == ["accounts@harbor-pine.example"]


def test_a_colleague_is_invited(
    visit: Callable[..., Page], anna: User, organization: Organization, smtp: SmtpServer
) -> None:
    """Anna invites Dana by mail; Dana opens the link, makes an account, and stands on the worklist."""
    page = visit()
    sign_in_by_form(page, anna)
    page.goto(f"/o/{organization.slug}/people/")
    page.get_by_label("E-mail").fill("dana@northlight.example")
    page.get_by_label("Role", exact=True).select_option(label="Collector")
    page.get_by_role("button", name="Invite", exact=True).click()
    expect(page.get_by_role("row", name="dana@northlight.example")).to_be_visible()
    [taken] = smtp.taken
    assert taken.recipient == "dana@northlight.example"
    text = taken.mail.get_body(("plain",))
    assert text is not None
    found = re.search(r"/join/\S+", text.get_content())
    assert found is not None
    newcomer = visit(width=360, theme="dark")
    newcomer.goto(found.group())
    newcomer.get_by_label("Name").fill("Dana Lund")
    newcomer.get_by_label("Password").fill("12345678")
    newcomer.get_by_role("button", name="Make an account and join").click()
    expect(newcomer.get_by_text("This password is").first).to_be_visible()
    expect(newcomer.get_by_label("Name")).to_have_value("Dana Lund")
    newcomer.get_by_label("Password").fill(worlds.PASSWORD)
    newcomer.get_by_role("button", name="Make an account and join").click()
    newcomer.wait_for_url(f"**/o/{organization.slug}/")
    expect(newcomer.get_by_text(f"Welcome to {organization.name}.")).to_be_visible()
    assert Membership.objects.get(user__email="dana@northlight.example").role == Role.COLLECTOR
    assert axe_findings(newcomer) == []
