"""A working day, from the morning list to Monday's look: each story as short as it is done by hand."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from dunwell.followup.models import Notice, NoticeState
from dunwell.ledger.models import FileImport, Invoice
from dunwell.organizations.models import Organization, OrganizationSettings, Role, User
from dunwell.organizations.queries import database_now, local_date
from dunwell.workflows.imports import run_upload
from tests import worlds
from tests.browser.conftest import sign_in
from tests.web.conftest import late_customer, run


def test_the_morning_list(visit: Callable[..., Page], organization: Organization) -> None:
    """A collector comes in, sees what needs a person, and goes straight to the rows behind the figure."""
    OrganizationSettings.objects.filter(organization=organization).update(approval_required=True)
    late_customer(organization)
    worlds.make_invoice(
        worlds.make_customer(organization, "Unreachable & Sons", email=""),
        due_on=local_date(organization, database_now()) - dt.timedelta(days=8),
    )
    run(Organization.objects.get(pk=organization.pk))
    page = visit()
    sign_in(page, worlds.make_user("bob@northlight.example", organization=organization, role=Role.COLLECTOR))
    page.get_by_role("link", name=re.compile("Notices to read and approve")).click()
    expect(page.get_by_role("row", name="Harbor & Pine")).to_be_visible()
    page.get_by_role("navigation").get_by_role("link", name=re.compile("Waiting")).click()
    expect(page.get_by_role("row", name="Unreachable & Sons").first).to_be_visible()


def test_a_corrected_file_is_imported(visit: Callable[..., Page], anna: User, organization: Organization) -> None:
    """One row was refused; the clerk mends it and brings the same file again: one invoice more, nothing twice."""
    today = local_date(organization, database_now())
    issued, due = today - dt.timedelta(days=30), today + dt.timedelta(days=10)
    head = "Customer,E-mail,Invoice,Invoice date,Due date,Currency,Total"
    good = f"Harbor & Pine,accounts@harbor.example,HP-1,{issued},{due},EUR,241.00"
    page = visit()
    sign_in(page, anna)
    for when, refused in (("never", True), (str(due), False)):
        page.goto(f"/o/{organization.slug}/imports/")
        text = f"{head}\n{good}\nBlue Lantern,pay@lantern.example,BL-1,{issued},{when},EUR,99.00\n"
        page.locator("input[type=file]").set_input_files(
            {"name": "book.csv", "mimeType": "text/csv", "buffer": text.encode()}
        )
        page.get_by_role("button", name="Upload").click()
        page.get_by_role("button", name="Check the file").click()
        expect(page.get_by_text("Checking the file")).to_be_visible()
        upload = FileImport.objects.latest("pk")
        run_upload(upload.pk, now=database_now())
        expect(page.get_by_role("button", name="Import", exact=True)).to_be_visible()
        expect(page.get_by_text("1 row refused").first).to_be_visible() if refused else None
        page.get_by_role("button", name="Import", exact=True).click()
        expect(page.get_by_role("button", name="Import", exact=True)).to_be_hidden()
        run_upload(upload.pk, now=database_now())
        expect(page.get_by_text("Imported.").first).to_be_visible()
    assert sorted(Invoice.objects.values_list("number", flat=True)) == ["BL-1", "HP-1"]


def test_a_number_is_looked_up_on_the_phone(visit: Callable[..., Page], anna: User, organization: Organization) -> None:
    """Somebody calls about an invoice; its number leads to it, in a window of 360 pixels."""
    invoice = worlds.make_invoice(worlds.make_customer(organization, "Harbor & Pine"), number="HP-2026-0815", total=77)
    run(organization)
    page = visit(width=360)
    sign_in(page, anna)
    page.get_by_role("searchbox").first.fill(invoice.number)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(invoice.number)
    expect(page.get_by_text("€77.00").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_all_sending_is_stopped_in_a_hurry(visit: Callable[..., Page], organization: Organization) -> None:
    """From wherever one is, in two presses, by a collector; and only a finance head lets it go on."""
    late_customer(organization)
    run(organization)
    page = visit()
    bob = worlds.make_user("bob@northlight.example", organization=organization, role=Role.COLLECTOR)
    sign_in(page, bob, at=f"/o/{organization.slug}/invoices/")
    page.get_by_text("Chasing", exact=True).click()
    page.get_by_role("button", name="Stop all sending…").click()
    page.get_by_role("dialog").get_by_role("button", name="Stop all sending").click()
    expect(page.get_by_role("status").filter(has_text="All sending is stopped.")).to_be_visible()
    assert not Notice.objects.filter(state=NoticeState.QUEUED).exists()
    page.goto(f"/o/{organization.slug}/customers/")
    expect(page.locator("main").get_by_text("All sending is stopped")).to_be_visible()
    expect(page.get_by_role("button", name="Resume…")).to_be_hidden()
    sign_in(page, worlds.make_user("fiona@northlight.example", organization=organization, role=Role.FINANCE_HEAD))
    page.get_by_role("button", name="Resume…").click()
    page.get_by_role("dialog").get_by_role("button", name="Resume sending").click()
    expect(page.get_by_role("status").filter(has_text="Sending is on again.")).to_be_visible()


def test_mondays_look_of_the_finance_head(visit: Callable[..., Page], organization: Organization) -> None:
    """What is overdue, who the worst are, and the figure agrees with the rows behind it."""
    late_customer(organization, days=45)
    late_customer(organization, "Blue Lantern", days=-20)
    run(organization)
    page = visit()
    sign_in(page, worlds.make_user("fiona@northlight.example", organization=organization, role=Role.FINANCE_HEAD))
    expect(page.get_by_text("€482.00").first).to_be_visible()
    page.goto(f"/o/{organization.slug}/invoices/?state=overdue&currency=EUR")
    expect(page.get_by_role("row", name="Harbor & Pine")).to_have_count(2)
    expect(page.get_by_role("row", name="Blue Lantern")).to_have_count(0)
    page.get_by_role("link", name="Defaulters").first.click()
    page.get_by_role("link", name="Harbor & Pine").first.click()
    page.wait_for_url(re.compile(r"/customers/\d+/"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Defaulter")
    page.reload()  # nothing is swapped any more while the explanation is open
    page.get_by_label("What “standing” means").click()
    expect(page.get_by_text("What a customer is as of a day")).to_be_visible()
    page.get_by_role("link", name="More in the guide").locator("visible=true").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How Dunwell decides whom to chase")
