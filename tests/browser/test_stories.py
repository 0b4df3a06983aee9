"""What a person does at Dunwell, in a browser, from beginning to end."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from dunwell.followup.models import Notice, NoticeState
from dunwell.organizations.models import Organization, OrganizationSettings, User
from dunwell.organizations.queries import database_now
from dunwell.workflows.dispatch import dispatch_organization
from tests.browser.conftest import sign_in
from tests.messaging.smtp_server import SmtpServer
from tests.web.conftest import late_customer, run


def _work(organization: Organization) -> None:
    """What a worker does when it is asked to send."""
    fresh = Organization.objects.select_related("settings").get(pk=organization.pk)
    dispatch_organization(fresh, clock=database_now, worker="browser-test")


def test_a_notice_is_read_approved_sent_and_stands_on_the_timeline(
    visit: Callable[..., Page], anna: User, organization: Organization, smtp: SmtpServer
) -> None:
    OrganizationSettings.objects.filter(organization=organization).update(approval_required=True)
    organization.refresh_from_db()
    customer = late_customer(organization, days=4)
    run(Organization.objects.get(pk=organization.pk))
    page = visit()
    sign_in(page, anna)
    page.get_by_role("link", name=re.compile("Notices to read and approve")).click()
    page.get_by_role("link", name="Harbor & Pine").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Awaiting approval")
    mail = page.frame_locator("iframe")
    expect(mail.get_by_text("€241.00").first).to_be_visible()
    page.get_by_role("link", name="Plain text").click()
    expect(page.locator("pre")).to_contain_text("€241.00")
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("status")).to_contain_text("Approved. It goes in its send window.")
    _work(organization)
    assert len(smtp.taken) == 1
    page.get_by_role("link", name=customer.name).first.click()
    expect(page.get_by_text("Reminder sent: Reminder")).to_be_visible()
    page.get_by_role("link", name="Reminder sent: Reminder").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sent")


def test_words_are_changed_in_both_versions(
    visit: Callable[..., Page], anna: User, organization: Organization, smtp: SmtpServer
) -> None:
    late_customer(organization)
    run(organization)
    notice = Notice.objects.get(organization=organization)
    page = visit()
    sign_in(page, anna, at=f"/o/{organization.slug}/notices/{notice.pk}/")
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Paragraph 1").fill("Dear Harbor team,\n\nas agreed on the phone:")
    page.get_by_role("button", name="Save and read").click()
    expect(page.frame_locator("iframe").get_by_text("as agreed on the phone:")).to_be_visible()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("status")).to_contain_text("Approved.")
    _work(organization)
    assert "as agreed on the phone:" in smtp.taken[0].mail.as_string().replace("=\n", "")


def test_chasing_starts_after_reading_and_stops_at_once(
    visit: Callable[..., Page], anna: User, organization: Organization
) -> None:
    OrganizationSettings.objects.filter(organization=organization).update(chasing_started_at=None)
    organization = Organization.objects.get(pk=organization.pk)
    late_customer(organization)
    run(organization)
    page = visit()
    sign_in(page, anna)
    page.get_by_role("link", name="Read and start…").click()
    page.get_by_label("I have read the first notices").check()
    page.get_by_role("button", name="Start chasing").click()
    expect(page.get_by_role("status")).to_contain_text("Chasing has started")
    assert Notice.objects.get(organization=organization).state == NoticeState.QUEUED
    page.get_by_text("Chasing", exact=True).click()
    page.get_by_role("button", name="Stop all sending…").click()
    page.get_by_role("dialog").get_by_role("button", name="Stop all sending").click()
    expect(page.get_by_role("status")).to_contain_text("All sending is stopped. 1 queued notice called back.")
    assert not OrganizationSettings.objects.get(organization=organization).may_send


def test_everything_can_be_reached_by_keyboard(
    visit: Callable[..., Page], anna: User, organization: Organization
) -> None:
    late_customer(organization)
    run(organization)
    page = visit()
    sign_in(page, anna)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search customers, invoices, people and messages")).to_be_focused()
    page.keyboard.type("harb")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Harbor & Pine")
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("g")
    page.keyboard.press("i")
    expect(page.get_by_role("heading", level=1)).to_have_text("Invoices")


def test_filters_stand_in_the_address_and_back_goes_back(
    visit: Callable[..., Page], anna: User, organization: Organization
) -> None:
    late_customer(organization)
    late_customer(organization, "Blue Lantern", days=-20)
    run(organization)
    page = visit()
    sign_in(page, anna)
    page.get_by_role("link", name="Customers").first.click()
    expect(page.get_by_role("row")).to_have_count(3)
    page.get_by_role("combobox", name="Standing").select_option(label="Defaulter")
    expect(page.get_by_role("row")).to_have_count(2)
    assert page.url.endswith("/customers/?standing=defaulter")
    page.go_back()
    expect(page.get_by_role("row")).to_have_count(3)


def test_the_chosen_theme_stays(visit: Callable[..., Page], anna: User, organization: Organization) -> None:
    page = visit(theme="light")
    sign_in(page, anna)
    page.locator("summary", has_text="Your account").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.goto(f"/o/{organization.slug}/customers/")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_the_navigation_slides_in_on_a_phone(
    visit: Callable[..., Page], anna: User, organization: Organization
) -> None:
    page = visit(width=360)
    sign_in(page, anna)
    expect(page.get_by_role("link", name="Invoices", exact=True)).to_be_hidden()
    page.get_by_role("button", name="Navigation").click()
    page.get_by_role("link", name="Invoices", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Invoices")
    expect(page.get_by_role("link", name="Follow-up", exact=True)).to_be_hidden()
