"""Files as they come: encodings, delimiters, preambles, workbooks, and those that are no table at all."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from dunwell.ledger.imports import files, workbook
from dunwell.ledger.imports.errors import ImportRefusedError, NeedsAnswerError
from dunwell.ledger.imports.files import look_at
from dunwell.ledger.imports.inspection import inspect
from dunwell.ledger.models import Customer, FileImport, Invoice
from dunwell.organizations.models import Organization
from tests.ledger.imports.books import Bring, balances, reasons, tally

pytestmark = pytest.mark.django_db

GERMAN = (
    "Kunde;Rechnungsnummer;Rechnungsdatum;Fälligkeitsdatum;Betrag;Bezahlt\n"
    "Müller & Söhne;R-1;15.01.2026;14.02.2026;1.234,56 €;0,00 €\n"
    "Größe AG;R-2;03.02.2026;05.03.2026;99,00 €;9,00 €\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_encodings(organization: Organization, bring: Bring, encoding: str) -> None:
    report = bring(GERMAN.encode(encoding))
    assert report.invoices.as_json() == tally(created=2)
    assert sorted(Customer.objects.values_list("name", flat=True)) == ["Größe AG", "Müller & Söhne"]
    assert balances(organization) == {"R-1": Decimal("1234.56"), "R-2": Decimal(90)}
    assert set(Invoice.objects.values_list("currency", "currency_is_assumed")) == {("EUR", False)}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(organization: Organization, bring: Bring, delimiter: str) -> None:
    rows = [
        ["Customer", "Invoice", "Invoice date", "Due date", "Total"],
        ["Acme", "1", "2026-01-15", "2026-02-14", '"1,234.50"'],
    ]
    bring("\n".join(delimiter.join(row) for row in rows), name="book.tsv")
    assert balances(organization) == {"1": pytest.approx(1234.5)}


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_endings(organization: Organization, bring: Bring, ending: str) -> None:
    assert bring(GERMAN.replace("\n", ending)).invoices.created == 2


def test_cells_with_line_breaks_keep_the_line_numbers_right(organization: Organization, bring: Bring) -> None:
    report = bring(
        'Customer,Invoice,Invoice date,Due date,Total,Memo\n"Acme\nLtd",1,2026-01-15,2026-02-14,5.00,"a\nb\nc"\n'
        "Acme,2,never,2026-02-14,5.00,\nAcme,3,2026-01-15,2026-02-14,5.00,\n",
        columns={
            "customer_name": "Customer", "invoice_number": "Invoice", "issued_on": "Invoice date", "due_on": "Due date",
            "total": "Total", "description": "Memo",
        },
    )  # fmt: skip
    assert [line for line, *_ in reasons(report)] == [6]
    assert Invoice.objects.get(number="1").description == "a b c"


def test_preamble_totals_repeated_headers_and_footer(organization: Organization, bring: Bring) -> None:
    report = bring(
        "Northlight Media\nOpen items as of 18 March 2026\n\n"
        "Customer,Invoice,Invoice date,Due date,Total,Balance\n"
        "Acme,1,2026-01-15,2026-02-14,100.00,100.00\n"
        ",,,,,\n"
        "Customer,Invoice,Invoice date,Due date,Total,Balance\n"
        "Acme,2,2026-01-16,2026-02-14,50.00,50.00\n"
        "Total,,,,150.00,150.00\n"
        "Printed by Ann,,,,,\n"
    )
    assert report.refused == 0
    assert report.skipped == 4
    assert balances(organization) == {"1": 100, "2": 50}


def test_short_rows_are_completed_and_lone_cells_between_rows_are_refused(
    organization: Organization, bring: Bring
) -> None:
    report = bring(
        "Customer,Invoice,Invoice date,Due date,Total,Memo\n"
        "Acme,1,2026-01-15,2026-02-14,100.00\n"
        "What is this,,,,,\n"
        "Acme,2,2026-01-15,2026-02-14,100.00,x\n"
    )
    assert set(balances(organization)) == {"1", "2"}
    assert {line for line, *_ in reasons(report)} == {3}


def test_ambiguous_dates_are_asked_about_and_nothing_is_changed(organization: Organization, bring: Bring) -> None:
    book = "Customer,Invoice,Invoice date,Due date,Total\nAcme,1,1/2/2026,3/2/2026,5.00\n"
    with pytest.raises(NeedsAnswerError, match=r"ambiguous: D/M/Y or M/D/Y\?"):
        bring(book)
    assert not Customer.objects.exists()
    bring(book, dates="D/M/Y")
    assert Invoice.objects.get().due_on == dt.date(2026, 2, 3)


def test_ambiguous_amounts_are_asked_about(organization: Organization, bring: Bring) -> None:
    book = 'Customer,Invoice,Invoice date,Due date,Total\nAcme,1,2026-01-02,2026-02-03,"1,234"\n'
    with pytest.raises(NeedsAnswerError, match=r"1,234\.56 or 1\.234,56"):
        bring(book)
    bring(book, numbers=".")
    assert balances(organization) == {"1": 1234}


def test_evidence_far_down_the_file_counts(organization: Organization, bring: Bring) -> None:
    rows = "".join(f"Acme,{number},{1 + number % 12}/2/2026,5/3/2026,5.00\n" for number in range(3000))
    report = bring(f"Customer,Invoice,Invoice date,Due date,Total\n{rows}Acme,last,28/2/2026,5/3/2026,5.00\n")
    assert report.invoices.created == 3001
    assert Invoice.objects.get(number="last").issued_on == dt.date(2026, 2, 28)


def test_a_currency_sign_that_names_none_is_asked_about(organization: Organization, bring: Bring) -> None:
    book = "Customer,Invoice,Invoice date,Due date,Total\nAcme,1,2026-01-02,2026-02-03,$5.00\n"
    with pytest.raises(NeedsAnswerError, match="which is it"):
        bring(book)
    bring(book, currency="USD")
    assert Invoice.objects.get().currency == "USD"


def test_missing_columns_are_asked_about(bring: Bring) -> None:
    with pytest.raises(NeedsAnswerError) as caught:
        bring("Invoice,Invoice date,Total\n1,2026-01-02,5.00\n")
    assert [question.topic for question in caught.value.questions] == ["customer_name"]


def _workbook(rows: list[list[Any]], *, above: int = 0) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for _ in range(above):
        sheet.append([])
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


TYPED: list[list[Any]] = [
    ["Customer No", "Customer", "Invoice", "Invoice date", "Due date", "Total"],
    [1001, "Acme", 20260001, dt.date(2026, 1, 15), dt.datetime.fromisoformat("2026-02-14"), 1234.565],
    [1002, "Bolt", "X-2", "16/01/2026", "17/02/2026", 0.1 + 0.2],
]


def test_a_workbook_with_typed_cells(organization: Organization, bring: Bring) -> None:
    bring(_workbook(TYPED, above=3), name="book.xlsx")
    rows = dict(Invoice.objects.values_list("number", "total"))
    assert {number: str(total) for number, total in rows.items()} == {"20260001": "1234.5650", "X-2": "0.3000"}
    assert Invoice.objects.get(number="X-2").issued_on == dt.date(2026, 1, 16)
    assert set(Customer.objects.values_list("number", flat=True)) == {"1001", "1002"}


def test_line_numbers_of_a_workbook_are_the_sheets(organization: Organization, bring: Bring) -> None:
    report = bring(_workbook([*TYPED, [1, "Acme", "3", "20/01/2026", None, "much"]], above=2), name="book.xlsx")
    assert [(line, value) for line, _, value, _ in reasons(report)] == [(6, "much")]


IMPOSSIBLE: dict[str, tuple[str, bytes, str]] = {
    "empty": ("book.csv", b"", "is empty"),
    "blank lines": ("book.csv", b"\n\n\n", "is not a table"),
    "header only": ("book.csv", b"Customer,Invoice,Invoice date,Due date,Total\n", "no rows below"),
    "prose": ("book.txt", b"Dear Sir or Madam\nplease find enclosed nothing\n", "is not a table"),
    "pdf": ("book.csv", b"%PDF-1.7 ...", "is a PDF document"),
    "picture": ("book.csv", b"\x89PNG\r\n\x1a\n....", "is a picture"),
    "old excel": ("book.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 9, "old Excel"),
    "gzip": ("book.csv", b"\x1f\x8b\x08\x00\x00", "is a compressed file"),
    "binary": ("book.csv", bytes(range(256)) * 20, "is not a text file"),
    "json": ("book.csv", b'[{"a": 1, "b": 2}]', "is JSON"),
    "html": ("book.csv", b"<html><table><tr><td>a,b</td></tr></table>", "is a web page"),
    "other ending": ("book.docx", b"Customer,Invoice\n", "only such files are read"),
    "csv named xlsx": ("book.xlsx", b"Customer,Invoice\n1,2\n", "is not one"),
    "xlsx named csv": ("book.csv", b"PK\x03\x04....", "is a ZIP archive or a workbook"),
    "torn xlsx": ("book.xlsx", b"PK\x03\x04" + b"\0" * 60, "is damaged"),
    "no end of line": ("book.csv", b"a,b" * 500_000, "more than 1,000,000 characters"),
    "open quote": (
        "book.csv",
        b'Customer,Invoice,Date,Total\n"Acme,1,2026-01-01,5\nBolt,2,2026-01-01,5\n',
        "never closed",
    ),
    "numbers only": ("book.csv", b"1,2,3\n4,5,6\n", "names columns"),
}


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_an_impossible_file_gets_one_sentence_and_changes_nothing(
    organization: Organization, bring: Bring, case: str
) -> None:
    name, content, sentence = IMPOSSIBLE[case]
    with pytest.raises(ImportRefusedError) as caught:
        bring(content, name=name)
    text = str(caught.value)
    assert sentence in text
    assert name in text
    assert "\n" not in text
    assert not Customer.objects.exists()
    assert not FileImport.objects.exists()


def test_two_gigabytes_are_refused_before_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(2 * 1024**3)
    with pytest.raises(ImportRefusedError, match=r"has 2\.0 GB; at most 1 GB"):
        look_at(path)


def _zip(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def _write(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "book.xlsx"
    path.write_bytes(content)
    return path


def test_a_zip_that_is_no_workbook(tmp_path: Path) -> None:
    with pytest.raises(ImportRefusedError, match="is a ZIP archive, not an Excel workbook"):
        look_at(_write(tmp_path, _zip({"readme.txt": b"hello"})))


def test_a_bomb_that_says_so(tmp_path: Path) -> None:
    path = _write(tmp_path, _zip({"xl/workbook.xml": b"<x/>", SHEET: b"\0" * (501 * 1024**2)}))
    with pytest.raises(ImportRefusedError, match="larger than 500 MB when unpacked"):
        look_at(path)


def test_a_bomb_that_lies_about_its_size(tmp_path: Path) -> None:
    content = bytearray(_zip({"xl/workbook.xml": b"<x/>", SHEET: b"\0" * (501 * 1024**2)}))
    # The claimed unpacked size, in the local header and in the directory
    for magic, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.rindex(magic)
        content[at + offset : at + offset + 4] = struct.pack("<I", 1000)
    with pytest.raises(ImportRefusedError, match="larger than 500 MB when unpacked"):
        look_at(_write(tmp_path, bytes(content)))


@pytest.mark.parametrize(
    ("sheet", "sentence"),
    [
        (b"<sheetData>" + b"<row><c/></row>" * 100_200 + b"</sheetData>", "more than 100,000 rows"),
        (b'<sheetData><row r="1048576"><c r="A1048576"/></row></sheetData>', "more than 100,000 rows"),
        (b'<sheetData><row r="1"><c r="XFD1"/></row>' + b"<row><c/></row>" * 5000, "more than 6,000,000 cells"),
        (b"<sheetData><row>" + b"<c/>" * 16_000 + b"</row>" + b"<row><c/></row>" * 5000, "more than 6,000,000 cells"),
    ],
)
def test_a_sheet_that_would_be_too_large_in_memory(tmp_path: Path, sheet: bytes, sentence: str) -> None:
    path = _write(tmp_path, _zip({"xl/workbook.xml": b"<x/>", SHEET: sheet}))
    with pytest.raises(ImportRefusedError, match=sentence) as caught:
        look_at(path)
    assert "as CSV" in str(caught.value)


def test_a_workbook_within_the_limits_is_measured_rightly(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["Customer", "Invoice"], *([f"C{number}", number] for number in range(2000))]
    path = _write(tmp_path, _workbook(rows))
    meter = workbook._SheetMeter()
    with zipfile.ZipFile(path) as archive:
        content = archive.read(SHEET)
    for start in range(0, len(content), 333):
        meter.feed(content[start : start + 333])
    meter.finish()
    assert (meter.rows, meter.last_row, meter.width) == (2001, 2001, 2)


def test_a_header_may_be_shown_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "book.csv"
    path.write_text("x,y\nCustomer,Invoice\na,b\n")
    with pytest.raises(ImportRefusedError, match="no header on line 9"):
        inspect(look_at(path), mapping=_mapping(header_line=9))
    assert inspect(look_at(path), mapping=_mapping(header_line=1)).table.headers == ("x", "y")


def _mapping(**values: Any) -> Any:
    from dunwell.ledger.imports.mapping import Mapping

    return Mapping(**values)


def test_the_limit_of_a_file_is_what_the_page_says() -> None:
    assert files.LARGEST_FILE == 1024**3
