"""From a file to a sent reminder, as a person does it on the first day."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from dunwell.ledger.models import FileImport
from dunwell.organizations.models import Organization, OrganizationSettings, User
from dunwell.organizations.queries import database_now, local_date
from dunwell.workflows.dispatch import dispatch_organization
from dunwell.workflows.imports import run_upload
from tests.browser.conftest import axe_findings, sign_in
from tests.messaging.smtp_server import SmtpServer
from tests.web.conftest import run


def _file(today: dt.date) -> dict[str, object]:
    issued, due = today - dt.timedelta(days=34), today - dt.timedelta(days=4)
    lines = (
        "Customer,E-mail,Invoice,Invoice date,Due date,Currency,Total",
        f"Harbor & Pine,accounts@harbor.example,HP-1,{issued},{due},EUR,241.00",
        f"Harbor & Pine,accounts@harbor.example,HP-2,never,{due},EUR,99.00",
    )
    return {"name": "book.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}


def test_a_file_becomes_a_reminder_that_a_person_approves(
    visit: Callable[..., Page], anna: User, organization: Organization, smtp: SmtpServer
) -> None:
    OrganizationSettings.objects.filter(organization=organization).update(approval_required=True)
    page = visit()
    findings: list[str] = []
    sign_in(page, anna)
    page.get_by_role("link", name="Import a file").click()
    expect(page).to_have_url(re.compile("/imports/"))
    findings += axe_findings(page)
    page.locator("input[type=file]").set_input_files(_file(local_date(organization, database_now())))  # type: ignore[arg-type]
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("book.csv")
    findings += axe_findings(page)
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_text("Checking the file")).to_be_visible()
    findings += axe_findings(page)
    upload = FileImport.objects.get()
    run_upload(upload.pk, now=database_now())
    expect(page.get_by_text("1 row refused").first).to_be_visible()
    findings += axe_findings(page)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("button", name="Import", exact=True)).to_be_hidden()
    run_upload(upload.pk, now=database_now())
    expect(page.get_by_text("Imported.").first).to_be_visible()
    findings += axe_findings(page)
    run(Organization.objects.get(pk=organization.pk))
    page.get_by_role("link", name="Home").click()
    page.get_by_role("link", name=re.compile("Notices to read and approve")).click()
    page.get_by_role("link", name="Harbor & Pine").click()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("status")).to_contain_text("Approved.")
    dispatch_organization(
        Organization.objects.select_related("settings").get(pk=organization.pk), clock=database_now, worker="browser"
    )
    assert [taken.recipient for taken in smtp.taken] == ["accounts@harbor.example"]
    page.get_by_role("link", name="Harbor & Pine").first.click()
    expect(page.get_by_text("Reminder sent: Reminder")).to_be_visible()
    assert findings == []
