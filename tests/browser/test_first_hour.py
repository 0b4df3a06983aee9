"""From an empty installation to chasing, in the browser alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from dunwell.ledger.models import FileImport
from dunwell.organizations import beginnings
from dunwell.organizations.models import Organization, OrganizationSettings
from dunwell.organizations.queries import database_now, local_date
from dunwell.workflows.imports import run_upload
from tests.browser.conftest import axe_findings
from tests.messaging.smtp_server import SmtpServer
from tests.web.conftest import run


def _book(today: dt.date) -> bytes:
    due = today - dt.timedelta(days=4)
    head = "Customer,E-mail,Invoice,Invoice date,Due date,Currency,Total"
    return f"{head}\nHarbor & Pine,accounts@harbor.example,HP-1,{due - dt.timedelta(days=30)},{due},EUR,241.00".encode()


@pytest.mark.parametrize(("width", "theme"), [(360, "dark")])
def test_an_empty_installation_chases_within_the_hour(
    visit: Callable[..., Page],
    transactional_db: None,
    smtp: SmtpServer,
    width: int,
    theme: str,
) -> None:
    page = visit(width=width, theme=theme)
    findings: list[str] = []

    def look() -> None:
        findings.extend(axe_findings(page))
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        findings.extend([f"{page.url}: {wider} pixels too wide"] if wider > 0 else [])

    page.goto("/")
    expect(page.get_by_label("Set-up code")).to_be_visible()
    look()
    page.get_by_label("Set-up code").fill(beginnings.set_up_code())
    page.get_by_label("Your name").fill("Anna Berg")
    page.get_by_label("E-mail").fill("anna@acme.example")
    page.get_by_label("Password").fill("a long enough sentence")
    page.get_by_role("button", name="Create the owner").click()
    expect(page.get_by_label("Time zone")).not_to_have_value("")
    look()
    page.get_by_role("link", name="Bring one in from another installation").click()
    expect(page.get_by_label("The archive")).to_be_visible()
    look()
    page.get_by_role("link", name="Begin with a new organization instead").click()
    page.get_by_label("Name").fill("Acme Media")
    page.get_by_label("Country").select_option(label="Germany")
    page.get_by_label("Currency").select_option("EUR")
    page.get_by_role("button", name="Create the organization").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up Acme Media")
    look()
    page.get_by_role("link", name="Begin: The sender").click()
    page.get_by_label("Fill in the server of").select_option(label="A server on this machine")
    expect(page.get_by_label("Mail server", exact=True)).to_have_value("127.0.0.1")
    page.get_by_label("Port").fill(str(smtp.port))
    page.get_by_label("Sender’s address").fill("billing@acme.example")
    page.get_by_role("button", name="Save and send a test mail to me").click()
    expect(page.get_by_role("status")).to_contain_text("The server took a mail to anna@acme.example. Its words: ")
    look()
    page.get_by_role("link", name="Go on").click()
    page.get_by_label("Bank details").fill("Acme Media\nIBAN DE89 3704 0044 0532 0130 00")
    page.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your book")
    look()
    organization = Organization.objects.get()
    book = {"name": "book.csv", "mimeType": "text/csv", "buffer": _book(local_date(organization, database_now()))}
    page.locator("input[type=file]").set_input_files(book)  # type: ignore[arg-type]
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_text("Checking the file")).to_be_visible()
    upload = FileImport.objects.get()
    run_upload(upload.pk, now=database_now())
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("button", name="Import", exact=True)).to_be_hidden()
    run_upload(upload.pk, now=database_now())
    expect(page.get_by_text("Imported.").first).to_be_visible()
    run(organization)
    page.goto(f"/o/{organization.slug}/")
    expect(page.get_by_text("4 of 5 done")).to_be_visible()
    look()
    page.get_by_role("link", name="Read the first batch, start chasing").click()
    expect(page.get_by_text("Harbor & Pine")).to_be_visible()
    look()
    page.get_by_label("I have read the first notices").check()
    page.get_by_role("button", name="Start chasing").click()
    expect(page.get_by_role("status")).to_contain_text("Chasing has started")
    page.goto(f"/o/{organization.slug}/")
    page.get_by_role("button", name="Hide this").click()
    expect(page.get_by_text("Everything is set up")).to_be_hidden()
    assert OrganizationSettings.objects.get().may_send
    assert [taken.recipient for taken in smtp.taken] == ["anna@acme.example"]
    assert findings == []
