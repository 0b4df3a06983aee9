"""`dunwell import` as a person at a terminal meets it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from dunwell.cli.imports import import_command
from dunwell.followup.models import Action, CustomerStanding
from dunwell.followup.services.policies import create_default_policy
from dunwell.ledger.models import FileImport, ImportMapping, ImportState, Invoice
from dunwell.messaging.services.templates import install_shipped
from dunwell.organizations.models import Organization, User
from dunwell.organizations.queries import database_now
from dunwell.workflows.notices import refresh
from dunwell.workflows.undo import undo_import, why_import_stays
from tests import worlds

pytestmark = pytest.mark.django_db

BOOK = "Customer,Invoice,Invoice date,Due date,Total,Paid\nAcme,1,2026-01-10,2026-02-09,100.00,40.00\n"
AMBIGUOUS = "Customer,Invoice,Invoice date,Due date,Total\nAcme,1,1/2/2026,3/2/2026,5.00\n"


def dunwell_import(*arguments: object) -> Result:
    app = typer.Typer()
    app.command()(import_command)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def organization(db: None) -> Organization:
    organization = worlds.make_organization()
    install_shipped(organization=organization)
    create_default_policy(organization=organization)
    return organization


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "book.csv"
    path.write_text(BOOK)
    return path


def test_the_report_is_one_json_object(organization: Organization, book: Path) -> None:
    result = dunwell_import(book, "--organization", organization.slug, "--json")
    assert result.exit_code == 0
    report = json.loads(result.stdout)
    assert report["customers"] == {"created": 1, "updated": 0, "unchanged": 0}
    assert report["invoices"] == {"created": 1, "updated": 0, "unchanged": 0}
    assert report["payments"] == {"created": 1, "updated": 0, "unchanged": 0}
    assert (report["refused"], report["errors_file"]) == (0, None)


def test_in_words(organization: Organization, book: Path) -> None:
    result = dunwell_import(book, "--organization", organization.slug, "--as-of", "2026-03-01")
    assert result.exit_code == 0
    assert "1 row as of 2026-03-01" in result.stdout
    assert 'invoice_number = "Invoice"' in result.stdout
    assert Invoice.objects.get().first_known_on == dt.date(2026, 3, 1)


def test_it_stands_among_the_imports_and_is_undone_like_an_upload(
    organization: Organization, book: Path, alice: User
) -> None:
    assert dunwell_import(book, "--organization", organization.slug, "--json").exit_code == 0
    kept = FileImport.objects.get()
    assert (kept.state, kept.file_name, kept.rows_read) == (ImportState.DONE, "book.csv", 1)
    assert why_import_stays(kept) == ""
    undo_import(kept, by=alice, now=database_now())
    assert not Invoice.objects.exists()
    assert dunwell_import(book, "--organization", organization.slug, "--dry-run").exit_code == 0
    assert FileImport.objects.count() == 1, "a dry run is no import"


def test_a_dry_run_keeps_nothing(organization: Organization, book: Path) -> None:
    assert dunwell_import(book, "--organization", organization.slug, "--dry-run").exit_code == 0
    assert not Invoice.objects.exists()


def test_an_open_question_names_the_option_that_answers_it(organization: Organization, book: Path) -> None:
    book.write_text(AMBIGUOUS)
    result = dunwell_import(book, "--organization", organization.slug)
    assert result.exit_code == 2
    assert "Say --dates D/M/Y or --dates M/D/Y." in result.stderr
    assert not Invoice.objects.exists()
    as_json = dunwell_import(book, "--organization", organization.slug, "--json")
    assert json.loads(as_json.stdout)["questions"][0]["topic"] == "dates"
    assert dunwell_import(book, "--organization", organization.slug, "--dates", "D/M/Y").exit_code == 0


def test_a_column_is_said_by_hand(organization: Organization, book: Path) -> None:
    book.write_text(BOOK.replace("Due date", "Wann"))
    result = dunwell_import(book, "--organization", organization.slug, "--column", "due_on=Wann")
    assert result.exit_code == 0
    assert Invoice.objects.get().due_on == dt.date(2026, 2, 9)


def test_a_mapping_is_saved_and_used_again(organization: Organization, book: Path) -> None:
    assert dunwell_import(book, "--organization", organization.slug, "--save-as", "monthly").exit_code == 0
    assert ImportMapping.objects.get().name == "monthly"
    again = dunwell_import(book, "--organization", organization.slug, "--mapping", "monthly", "--json")
    assert json.loads(again.stdout)["invoices"]["unchanged"] == 1


def test_a_mapping_from_a_file(organization: Organization, book: Path, tmp_path: Path) -> None:
    toml = tmp_path / "mine.toml"
    toml.write_text(
        '[columns]\ncustomer_name = "Customer"\ninvoice_number = "Invoice"\n'
        'issued_on = "Invoice date"\ntotal = "Total"\n'
        "[defaults]\nterms_days = 10\ncurrency = 'CHF'\n"
    )
    assert dunwell_import(book, "--organization", organization.slug, "--mapping", toml).exit_code == 0
    invoice = Invoice.objects.get()
    assert (invoice.due_on, invoice.currency, invoice.balance) == (dt.date(2026, 1, 20), "CHF", 100)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--mapping", "nothing"], "There is no mapping “nothing”"),
        (["--mapping", "nothing.toml"], "cannot be read"),
        (["--mapping", "ibm-ar"], "has no column “customerID” for the customer number"),
        (["--dates", "Y"], "is no form of dates"),
        (["--numbers", "1"], "is no form of amounts"),
        (["--column", "what=Invoice"], "does not say what a column is"),
        (["--column", "due_on=Nowhere"], "has no column “Nowhere” for the due date"),
        (["--currency", "EURO"], "is no currency"),
        (["--delimiter", "::"], "A delimiter is one sign"),
        (["--encoding", "klingon"], "is not an encoding"),
        (["--as-of", "2999-01-01"], "lies in the future"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(
    organization: Organization, book: Path, arguments: list[str], sentence: str
) -> None:
    result = dunwell_import(book, "--organization", organization.slug, *arguments)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert not Invoice.objects.exists()


def test_a_file_that_is_not_there(organization: Organization, tmp_path: Path) -> None:
    result = dunwell_import(tmp_path / "none.csv", "--organization", organization.slug)
    assert result.exit_code == 2
    assert "cannot be read: No such file" in result.stderr


def test_who_owes_is_known_as_soon_as_the_book_is_in(organization: Organization, book: Path) -> None:
    assert dunwell_import(book, "--organization", organization.slug, "--dry-run").exit_code == 0
    assert not CustomerStanding.objects.exists()
    assert dunwell_import(book, "--organization", organization.slug).exit_code == 0
    assert CustomerStanding.objects.get().standing == "defaulter"
    assert Action.objects.exists()


def test_the_book_of_an_old_day_waits_for_the_pass_of_that_day(organization: Organization, book: Path) -> None:
    old = ("--organization", organization.slug, "--as-of", "2026-02-12")
    assert dunwell_import(book, *old).exit_code == 0
    assert not Action.objects.exists()
    assert not CustomerStanding.objects.exists()
    # where follow-up lives in the present, the present is brought up to date
    refresh(organization, now=database_now())
    Invoice.objects.all().delete()
    CustomerStanding.objects.update(standing="current")
    assert dunwell_import(book, *old).exit_code == 0
    assert CustomerStanding.objects.get().standing == "defaulter"
