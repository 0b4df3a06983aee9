"""Columns recognized by their headers and content, and small vocabularies of cells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.rules.columns.headers import SURE, Content, assign, by_header, header_words, recognize
from dunwell.rules.columns.targets import TARGETS, Target
from dunwell.rules.columns.words import days_of_terms, is_total, kind_of, state_of, yes_or_no

TEXT = Content(filled=10, words=1.0)
DATE = Content(filled=10, dates=1.0)
AMOUNT = Content(filled=10, numbers=1.0)
NUMBER = Content(filled=10, numbers=1.0)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (
            ["Customer", "Invoice No.", "Invoice Date", "Due Date", "Amount", "Balance"],
            ["customer_name", "invoice_number", "issued_on", "due_on", "total", "balance"],
        ),
        (
            ["Kunde", "Rechnungsnummer", "Rechnungsdatum", "Fälligkeitsdatum", "Betrag", "Offener Betrag"],
            ["customer_name", "invoice_number", "issued_on", "due_on", "total", "balance"],
        ),
        (
            ["Raison sociale", "N° facture", "Date de facture", "Échéance", "Montant TTC", "Reste à payer"],
            ["customer_name", "invoice_number", "issued_on", "due_on", "total", "balance"],
        ),
        (
            ["Razón social", "Nº factura", "Fecha factura", "Vencimiento", "Importe", "Pendiente"],
            ["customer_name", "invoice_number", "issued_on", "due_on", "total", "balance"],
        ),
        (
            ["Ragione sociale", "Numero fattura", "Data fattura", "Scadenza", "Importo totale", "Residuo"],
            ["customer_name", "invoice_number", "issued_on", "due_on", "total", "balance"],
        ),
        (
            [
                "Nome do cliente",
                "Número da fatura",
                "Data de emissão",
                "Data de vencimento",
                "Valor total",
                "Em aberto",
            ],
            ["customer_name", "invoice_number", "issued_on", "due_on", "total", "balance"],
        ),
        (
            ["Klantnaam", "Factuurnummer", "Factuurdatum", "Vervaldatum", "Bedrag", "Openstaand bedrag"],
            ["customer_name", "invoice_number", "issued_on", "due_on", "total", "balance"],
        ),
        (
            ["customer_name", "InvoiceNumber", "invoice-date", "DUE_DATE", "invoiceTotal", "AmountDue"],
            ["customer_name", "invoice_number", "issued_on", "due_on", "total", "balance"],
        ),
    ],
)
def test_usual_headers_are_known_in_seven_languages(headers: list[str], expected: list[str]) -> None:
    contents = [TEXT, TEXT, DATE, DATE, AMOUNT, AMOUNT]
    columns, questions = assign(recognize(headers, contents), headers)
    assert questions == []
    assert [target for target, _ in sorted(columns.items(), key=lambda item: item[1])] == expected


@pytest.mark.parametrize(
    ("header", "words"),
    [("InvoiceDate", "invoice date"), ("invoice_date", "invoice date"), ("Invoice #", "invoice no"),
     ("Échéance:", "echeance"),
     ("customerID", "customer id"), ("  ", ""), ("N° client", "n client")],
)  # fmt: skip
def test_headers_are_compared_as_words(header: str, words: str) -> None:
    assert header_words(header) == words


def test_content_that_contradicts_the_header_takes_the_confidence_away() -> None:
    guesses = recognize(["Due Date"], [TEXT])
    assert guesses[0].confidence < SURE


def test_two_columns_of_one_meaning_are_asked_about() -> None:
    headers = ["Invoice Date", "Document Date"]
    columns, questions = assign(recognize(headers, [DATE, DATE]), headers)
    assert "issued_on" not in columns
    assert questions[0].topic == "issued_on"
    assert set(questions[0].options) == set(headers)


def test_a_general_word_counts_where_nothing_better_does() -> None:
    headers = ["Date", "Number", "Name", "Amount"]
    columns, questions = assign(recognize(headers, [DATE, TEXT, TEXT, AMOUNT]), headers)
    assert questions == []
    assert columns == {"issued_on": 0, "invoice_number": 1, "customer_name": 2, "total": 3}
    headers = ["Date", "Invoice date"]
    columns, _ = assign(recognize(headers, [DATE, DATE]), headers)
    assert columns["issued_on"] == 1


def test_an_address_is_known_by_its_content() -> None:
    columns, _ = assign(recognize(["Xyz"], [Content(filled=10, emails=1.0, words=1.0)]), ["Xyz"])
    assert columns == {"customer_email": 0}


def test_a_column_has_one_meaning() -> None:
    headers = ["Total", "Amount due"]
    columns, _ = assign(recognize(headers, [AMOUNT, AMOUNT]), headers)
    assert columns == {"total": 0, "balance": 1}


@given(st.lists(st.text(max_size=20), max_size=6))
def test_any_header_is_known_or_not_and_never_an_error(headers: list[str]) -> None:
    columns, _ = assign(recognize(headers, [TEXT] * len(headers)), headers)
    assert len(set(columns.values())) == len(columns)
    assert all(by_header(headers[column]) for column in columns.values())


@pytest.mark.parametrize(
    ("text", "days"),
    [("Net 30", 30), ("30 days", 30), ("14", 14), ("Due on receipt", 0), ("sofort", 0), ("30 Tage netto", 30),
     ("30 jours", 30),
     ("2% 10, net 30", None), ("30 EOM", None), ("", None), ("n/a", None), ("3 months", None), ("999", None)],
)  # fmt: skip
def test_terms_are_days(text: str, days: int | None) -> None:
    assert days_of_terms(text) == days


@pytest.mark.parametrize(
    ("text", "state"),
    [("Paid", "paid"), ("PARTIALLY PAID", "open"), ("überfällig", "open"), ("payée", "paid"), ("anulada", "void"),
     ("Written-off", "written_off"), ("Entwurf", "draft"), ("gibberish", None)],
)  # fmt: skip
def test_states_are_known(text: str, state: str | None) -> None:
    assert state_of(text) == state


@pytest.mark.parametrize(
    ("text", "kind"), [("Gutschrift", "credit_note"), ("Credit Memo", "credit_note"), ("INV", "invoice"), ("?", None)]
)
def test_kinds_are_known(text: str, kind: str | None) -> None:
    assert kind_of(text) == kind


@pytest.mark.parametrize(
    ("text", "answer"), [("Yes", True), ("ja", True), ("NO", False), ("faux", False), ("maybe", None)]
)
def test_yes_and_no(text: str, *, answer: bool | None) -> None:
    assert yes_or_no(text) is answer


@pytest.mark.parametrize(
    ("text", "total"),
    [
        ("Total", True),
        ("TOTAL:", True),
        ("Gesamtsumme", True),
        ("Total for Acme", True),
        ("Totally Fine Ltd", False),
        ("", False),
    ],
)
def test_totals_lines_say_so(text: str, *, total: bool) -> None:
    assert is_total(text) is total


def test_every_target_can_be_recognized() -> None:
    headers = (
        "Customer No|Customer|E-mail|Contact|Phone|Street|Address 2|ZIP|City|State/Province|Country|"
        "Language|Customer terms|Tags|Invoice|Invoice date|Due date|"
        "Terms|Currency|Total|Balance|Paid|Status|Payment link|Description|Payment date|Disputed|Type"
    )
    known: set[Target] = {target for header in headers.split("|") for target in by_header(header)}
    assert known == set(TARGETS)
