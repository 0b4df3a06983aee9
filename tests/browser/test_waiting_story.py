"""The buttons of the steps that wait: one dialog for all rows asks about the right one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from playwright.sync_api import Page, expect

from dunwell.followup.models import Action, OldDebtRelease
from dunwell.ledger.models import Contact, Hold
from dunwell.messaging.services.replies import keep_sms
from dunwell.organizations.models import Organization, User
from dunwell.organizations.queries import database_now, local_date
from tests import worlds
from tests.browser.conftest import axe_findings, sign_in
from tests.messaging.smtp_server import SmtpServer
from tests.web.conftest import run

NUMBER = "+491711234567"


def test_one_old_debt_is_chased_and_another_left(
    visit: Callable[..., Page], anna: User, organization: Organization
) -> None:
    today = local_date(organization, database_now())
    chased, left = (
        worlds.make_invoice(
            worlds.make_customer(organization, name), due_on=today - dt.timedelta(days=500), first_known_on=today
        )
        for name in ("Ancient & Co", "Older Still")
    )
    run(organization)
    page = visit(width=360)
    sign_in(page, anna, at=f"/o/{organization.slug}/follow-up/waiting/?reason=old_debt")
    page.get_by_role("row", name=left.number).get_by_role("button", name="Leave it…").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"Invoice {left.number}, Older Still")
    assert axe_findings(page) == []
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    page.get_by_role("row", name=chased.number).get_by_role("button", name="Chase it…").first.click()
    expect(dialog).to_contain_text(f"Invoice {chased.number}, Ancient & Co")
    dialog.get_by_role("button", name="Chase it").click()
    expect(page.get_by_role("status")).to_contain_text(f"Invoice {chased.number} is chased from now on.")
    assert list(OldDebtRelease.objects.values_list("invoice", flat=True)) == [chased.pk]
    page.get_by_role("button", name="Leave it…").first.click()
    dialog.get_by_role("button", name="Leave it").click()
    expect(page.get_by_role("status")).to_contain_text(f"Invoice {left.number} is left alone.")
    assert set(Action.objects.filter(invoice=left).values_list("state", flat=True)) == {"final"}


def test_an_answer_is_dealt_with_and_chasing_rests(
    visit: Callable[..., Page], anna: User, organization: Organization
) -> None:
    customer = worlds.make_customer(organization, "Harbor & Pine")
    Contact.objects.filter(customer=customer).update(phone=NUMBER)
    Contact.objects.filter(customer=customer).update(sms_number=NUMBER)  # after the phone: a changed one empties it
    keep_sms(
        organization=organization,
        provider_id="SM1",
        sender=NUMBER,
        recipient="+4930",
        body="The banner never ran.",
        now=database_now(),
    )
    page = visit(width=360, theme="dark")
    sign_in(page, anna, at=f"/o/{organization.slug}/follow-up/replies/")
    assert axe_findings(page) == []
    page.get_by_role("link", name="Harbor & Pine").click()
    expect(page.get_by_text("The banner never ran.")).to_be_visible()
    page.get_by_label("Stop chasing them").select_option("dispute")
    page.get_by_role("button", name="It is dealt with").click()
    expect(page.get_by_role("status").first).to_contain_text("The reply is dealt with.")
    assert Hold.objects.get(customer=customer).reason == "dispute"
    page.go_back()
    assert axe_findings(page) == []


def test_a_test_mail_comes_to_who_asks(
    visit: Callable[..., Page], anna: User, organization: Organization, smtp: SmtpServer
) -> None:
    page = visit()
    sign_in(page, anna, at=f"/o/{organization.slug}/settings/sender/")
    page.get_by_role("button", name="Send a test mail to me").click()
    expect(page.get_by_role("status")).to_contain_text(f"The server took a mail to {anna.email}. Its words: 250")
    assert [taken.recipient for taken in smtp.taken] == [anna.email]
    page.get_by_role("link", name="other senders").click()
    page.get_by_role("link", name="Add a sender").click()
    page.get_by_label("Name").fill("Head of Finance")
    page.get_by_label("Address", exact=True).fill("finance@northlight.example")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("“Head of Finance” is saved.")
    page.get_by_role("button", name="Remove").click()
    assert axe_findings(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Send a test mail to me").click()
    expect(page.get_by_role("status")).to_contain_text("The server took a mail from finance@northlight.example.")
    page.get_by_role("link", name="Senders", exact=True).click()
    expect(page.get_by_role("row", name="Head of Finance")).to_contain_text("Nothing yet")
    assert axe_findings(page) == []
