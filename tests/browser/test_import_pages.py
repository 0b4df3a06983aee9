"""A clerk brings in a book: upload, columns, what would change, result; every stage wide and narrow, light and dark."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dunwell.ledger.models import FileImport, Invoice
from dunwell.organizations.models import Organization, User
from dunwell.organizations.queries import database_now
from dunwell.workflows.imports import run_upload
from tests.browser.conftest import axe_findings, sign_in

BOOK = "Kunde;E-Mail;Rechnungsnummer;Rechnungsdatum;Datum 2;Fälligkeitsdatum;Betrag;Bezahlt;Wer weiß\n" + "".join(
    f"Müller & Söhne {row};pay{row}@mueller.example;R-{row};{row % 28 + 1:02}.01.2026;;{row % 28 + 1:02}.02.2026;"
    f"1.{row:03},50 €;0,00 €;x\n"
    for row in range(60)
)


def _work() -> None:
    run_upload(FileImport.objects.latest("id").pk, now=database_now())


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (360, "dark")])
def test_from_upload_to_result(
    visit: Callable[..., Page], anna: User, organization: Organization, tmp_path: Path, width: int, theme: str
) -> None:
    file = tmp_path / "offene-posten.csv"
    file.write_text(BOOK + "Kaputt;;R-99;irgendwann;;01.03.2026;5,00 €;;\n")
    page = visit(width=width, theme=theme)
    findings: list[str] = []

    def look(name: str) -> None:
        findings.extend(axe_findings(page))
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        findings.extend([f"{name}: {wider} pixels too wide"] if wider > 0 else [])
        if folder := os.environ.get("IMPORT_PICTURES"):
            page.screenshot(path=f"{folder}/{name}-{width}-{theme}.png", full_page=True)

    sign_in(page, anna, at=f"/o/{organization.slug}/imports/")
    look("1-empty")
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", name="What the columns are")).to_be_visible()
    expect(page.get_by_label("What “Rechnungsnummer” is")).to_have_value("invoice_number")
    look("2-columns")
    page.get_by_label("What “Wer weiß” is").select_option("description")
    page.get_by_label("Keep this reading as").fill("Monthly list")
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_text("Checking the file")).to_be_visible()
    look("3-checking")
    _work()
    expect(page.get_by_text("1 row refused.")).to_be_visible()
    look("4-checked")
    assert not Invoice.objects.exists()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("You may leave this page")).to_be_visible()
    _work()
    expect(page.get_by_text("Imported.", exact=True)).to_be_visible()
    look("5-done")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the list").click()
    assert "irgendwann" in Path(download.value.path()).read_text(encoding="utf-8-sig")
    page.goto(f"/o/{organization.slug}/imports/")
    look("6-list")
    assert Invoice.objects.count() == 60
    assert findings == []
