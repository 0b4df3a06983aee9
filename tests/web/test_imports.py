"""The import pages: upload, columns, check, import, result."""

from __future__ import annotations

import re
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import AsyncClient, Client

from dunwell.ledger.models import FileImport, ImportMapping, Invoice
from dunwell.organizations.models import Organization, Role, User
from dunwell.organizations.queries import database_now
from dunwell.workflows.imports import run_upload
from tests import worlds
from tests.web.conftest import prepare

pytestmark = pytest.mark.django_db

BOOK = (
    "Customer,Invoice,Invoice date,Due date,Total,Wer weiß\n"
    "Acme,1,2026-01-10,2026-02-09,100.00,a\nBolt,2,2026-01-11,2026-02-10,50.00,b\nBolt,3,never,2026-02-10,50.00,c\n"
)


@pytest.fixture
def client(alice: User, organization: Organization) -> Client:
    prepare(organization)
    client = Client()
    client.force_login(alice)
    return client


def _upload(client: Client, organization: Organization, content: str = BOOK, name: str = "book.csv") -> FileImport:
    file = SimpleUploadedFile(name, content.encode())
    response = client.post(f"/o/{organization.slug}/imports/new/", {"file": file})
    found = FileImport.objects.get()
    assert response["Location"] == f"/o/{organization.slug}/imports/{found.pk}/"
    return found


def _answers(client: Client, address: str, **changes: str) -> dict[str, str]:
    """The columns form as the page shows it, with some answers changed."""
    form = client.get(address).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in {**shown, **changes}.items() if value is not None}


def test_from_upload_to_result(organization: Organization, client: Client) -> None:
    found = _upload(client, organization)
    address = f"/o/{organization.slug}/imports/{found.pk}/"
    page = client.get(address).content.decode()
    assert "Wer weiß" in page
    assert re.search(r'<option value="invoice_number" selected>', page)
    response = client.post(f"{address}columns/", _answers(client, address, save_as="monthly", column_5="description"))
    assert response.status_code == 302
    assert ImportMapping.objects.get().name == "monthly"
    assert "Checking the file" in client.get(address).content.decode()
    run_upload(found.pk, now=database_now())
    page = client.get(address).content.decode()
    assert "Nothing has been changed yet" in page
    assert "1 row refused" in page
    assert not Invoice.objects.exists()
    errors = client.get(f"{address}errors/")
    assert b"never" in b"".join(errors)
    assert 'filename="errors-book.csv"' in errors["Content-Disposition"]
    assert client.post(f"{address}start/").status_code == 302
    assert "HX-Refresh" not in client.get(f"{address}progress/")
    run_upload(found.pk, now=database_now())
    assert client.get(f"{address}progress/")["HX-Refresh"] == "true"
    page = client.get(address).content.decode()
    assert "Imported." in page
    assert set(Invoice.objects.values_list("number", "description")) == {("1", "a"), ("2", "b")}
    assert "book.csv" in client.get(f"/o/{organization.slug}/imports/").content.decode()


def test_absent_invoices_are_shown_before_they_are_settled(organization: Organization, client: Client) -> None:
    found = _upload(client, organization)
    address = f"/o/{organization.slug}/imports/{found.pk}/"
    client.post(f"{address}columns/", _answers(client, address))
    for _ in range(2):
        run_upload(found.pk, now=database_now())
        client.post(f"{address}start/")
    found.delete()
    found = _upload(client, organization, "\n".join(BOOK.splitlines()[:2]))
    address = f"/o/{organization.slug}/imports/{found.pk}/"
    client.post(f"{address}columns/", _answers(client, address, scope="complete"))
    run_upload(found.pk, now=database_now())
    page = client.get(address).content.decode()
    assert "Not in the file: 1 open invoice" in page
    assert "50.00 EUR" in page
    assert Invoice.objects.get(number="2").balance == 50


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"column_4": ""}, "Say which column is the total or the open balance."),
        ({"column_2": "due_on"}, "Two columns are the due date; choose one."),
        ({"as_of": "2999-01-01"}, "A file can describe today or a day before."),
        ({"currency": "€"}, "Write three letters"),
    ],
)
def test_what_is_missing_is_said(
    organization: Organization, client: Client, changes: dict[str, str], sentence: str
) -> None:
    found = _upload(client, organization)
    address = f"/o/{organization.slug}/imports/{found.pk}/"
    response = client.post(f"{address}columns/", _answers(client, address, **changes))
    assert response.status_code == 422
    assert sentence in response.content.decode()


def test_an_open_question_comes_back_with_its_answer_at_hand(organization: Organization, client: Client) -> None:
    found = _upload(
        client, organization, "Customer,Invoice,Invoice date,Due date,Total\nAcme,1,1/2/2026,3/2/2026,5.00\n"
    )
    address = f"/o/{organization.slug}/imports/{found.pk}/"
    client.post(f"{address}columns/", _answers(client, address))
    run_upload(found.pk, now=database_now())
    assert "ambiguous: D/M/Y or M/D/Y?" in client.get(address).content.decode()
    client.post(f"{address}columns/", _answers(client, address, dates="D/M/Y"))
    run_upload(found.pk, now=database_now())
    assert "Nothing has been changed yet" in client.get(address).content.decode()


def test_a_file_that_is_no_table_gets_a_sentence(organization: Organization, client: Client) -> None:
    response = client.post(f"/o/{organization.slug}/imports/new/", {"file": SimpleUploadedFile("x.pdf", b"%PDF-1.7")})
    assert response.status_code == 422
    assert "is a PDF document, not a table" in response.content.decode()
    assert not FileImport.objects.exists()
    response = client.post(f"/o/{organization.slug}/imports/new/", {})
    assert "Choose a file first." in response.content.decode()


def test_a_saved_reading_that_does_not_fit_is_said(organization: Organization, client: Client) -> None:
    found = _upload(client, organization)
    page = client.get(f"/o/{organization.slug}/imports/{found.pk}/?mapping=ibm-ar").content.decode()
    assert "has no column “customerID”" in page


def test_others_see_nothing(organization: Organization, client: Client, charlie: User) -> None:
    found = _upload(client, organization)
    stranger = Client()
    stranger.force_login(charlie)
    for path in ("imports/", f"imports/{found.pk}/", f"imports/{found.pk}/progress/", f"imports/{found.pk}/errors/"):
        assert stranger.get(f"/o/{organization.slug}/{path}").status_code == 404
    viewer = Client()
    viewer.force_login(worlds.make_user(organization=organization, role=Role.VIEWER))
    assert viewer.get(f"/o/{organization.slug}/imports/").status_code == 403


def test_another_organizations_import_is_not_found(
    organization: Organization, other_organization: Organization, client: Client, charlie: User
) -> None:
    found = _upload(client, organization)
    stranger = Client()
    stranger.force_login(charlie)
    assert stranger.get(f"/o/{other_organization.slug}/imports/{found.pk}/").status_code == 404


def test_the_refused_rows_are_told_as_the_file_divides_them_and_the_assumed_dates_by_invoice(
    organization: Organization, client: Client, alice: User
) -> None:
    content = "Customer;Invoice;Invoice date;Due date;Total\nAcme;1;2026-01-10;;100.00\nBolt;2;never;2026-02-10;50.00\n"
    found = _upload(client, organization, content)
    address = f"/o/{organization.slug}/imports/{found.pk}/"
    client.post(f"{address}columns/", _answers(client, address, scope="adds"))
    run_upload(found.pk, now=database_now())
    client.post(f"{address}start/")
    run_upload(found.pk, now=database_now())
    page = client.get(address).content.decode()
    assert "1 due date from terms" in page
    invoice = Invoice.objects.get()
    listed = f"/o/{organization.slug}/invoices/?state=all&import={found.pk}:due_assumed"
    assert f'href="{listed.replace("&", "&amp;")}" data-rows="1">1 due date from terms</a>' in page
    assert f'href="/o/{organization.slug}/invoices/{invoice.pk}/"' in client.get(listed).content.decode()

    async def download() -> bytes:
        browser = AsyncClient()
        await browser.aforce_login(alice)
        response: Any = await browser.get(f"{address}errors/")
        return b"".join([part async for part in response])

    assert b"line;column;value;reason" in async_to_sync(download)()
