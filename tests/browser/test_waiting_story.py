"""The buttons of the steps that wait: one dialog for all rows asks about the right one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from playwright.sync_api import Page, expect

from dunwell.followup.models import Action, OldDebtRelease
from dunwell.organizations.models import Organization, User
from dunwell.organizations.queries import database_now, local_date
from tests import worlds
from tests.browser.conftest import axe_findings, sign_in
from tests.messaging.smtp_server import SmtpServer
from tests.web.conftest import run


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
    sign_in(page, anna)
    page.goto(f"/o/{organization.slug}/follow-up/waiting/?reason=old_debt")
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


def test_a_test_mail_comes_to_who_asks(
    visit: Callable[..., Page], anna: User, organization: Organization, smtp: SmtpServer
) -> None:
    page = visit()
    sign_in(page, anna)
    page.goto(f"/o/{organization.slug}/settings/sender/")
    page.get_by_role("button", name="Send a test mail to me").click()
    expect(page.get_by_role("status")).to_contain_text(f"The server took a mail to {anna.email}. Its words: 250")
    assert [taken.recipient for taken in smtp.taken] == [anna.email]
