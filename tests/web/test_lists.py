"""Lists: the same number of queries however long, harmless files, honest counts, addresses that say it all."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from dunwell.insights.search import COMMON
from dunwell.ledger.models import CreditNote, Customer, Payment
from dunwell.messaging.models import Message
from dunwell.web.lists.files import harmless
from dunwell.web.lists.tables import BY_NAME, TABLES
from dunwell.web.templatetags.figures import counted
from tests import worlds
from tests.web.conftest import Desk, late_customer, run

PAGES = (
    "",
    "?view=work",
    "customers/",
    "customers/?standing=defaulter&currency=EUR&sort=-overdue",
    "defaulters/",
    "invoices/",
    "invoices/?state=all&sort=-balance",
    "follow-up/",
    "follow-up/waiting/",
    "follow-up/ended/",
    "follow-up/messages/",
    "payments/?sort=-day&per=100",
    "credit-notes/",
    "search/?q=customer",
)


def _queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        response = client.get(address)
    assert response.status_code == 200, address
    return len(caught)


def test_the_number_of_queries_does_not_grow_with_the_rows(desk: Desk, owner: Client) -> None:
    # As many as make a word common: how a search is asked depends on that, and on no more rows than these
    for number in range(COMMON):
        worlds.make_customer(desk.organization, f"Customer who owes nothing {number}")
    for days in (5, 9, 20, 40):
        late_customer(desk.organization, f"Customer of {days}", days=days)
    run(desk.organization)
    owner.get(desk.url())  # the session remembers the organization
    before = {page: _queries(owner, desk.url(page)) for page in PAGES}
    for number in range(12):
        late_customer(desk.organization, f"Customer {number}", days=3 + number * 4, invoices=3)
    run(desk.organization)
    after = {page: _queries(owner, desk.url(page)) for page in PAGES}
    assert after == before
    assert max(after.values()) <= 29, after


def _table(response: object) -> list[list[str]]:
    body = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.reader(io.StringIO(body)))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_cell_that_a_spreadsheet_would_run_is_made_harmless(start: str) -> None:
    assert harmless(f"{start}1+1") == f"'{start}1+1"


def test_numbers_stay_numbers() -> None:
    assert harmless(-5) == -5
    assert harmless("Harbor") == "Harbor"
    assert harmless(None) == ""


def test_csv_of_every_list_has_its_rows_and_no_formula(desk: Desk, owner: Client) -> None:
    evil = late_customer(desk.organization, '=HYPERLINK("http://evil.example")')
    Customer.objects.filter(pk=evil.pk).update(number="@SUM(A1)")
    run(desk.organization)
    for page in ("customers/?format=csv", "defaulters/?format=csv", "invoices/?format=csv"):
        rows = _table(owner.get(desk.url(page)))
        assert len(rows) > 2, page
        assert all(len(row) == len(rows[0]) for row in rows), page
        assert any(cell.startswith("'=HYPERLINK") for row in rows for cell in row), page
        assert not any(cell.startswith(("=", "@", "+")) for row in rows for cell in row), page


def test_csv_keeps_the_filters_of_the_list(desk: Desk, owner: Client) -> None:
    worlds.make_invoice(worlds.make_customer(desk.organization, "Blue Lantern"), due_on=desk.today)
    assert len(_table(owner.get(desk.url("invoices/?state=overdue&format=csv")))) == 3
    assert len(_table(owner.get(desk.url("invoices/?q=blue&format=csv")))) == 2


def test_search_finds_exact_numbers_and_beginnings_of_words(desk: Desk, owner: Client) -> None:
    found = {
        "harb": True,
        "pin": True,
        "HARBOR pi": True,
        "arbor": False,
        "harbor smith": False,
        desk.customer.number: True,
        desk.customer.number[:-1]: False,
        "'); drop table": False,
        "&|!:*": False,
    }
    for text, expected in found.items():
        response = owner.get(desk.url("customers/"), {"q": text})
        assert (b"Harbor &amp; Pine" in response.content) is expected, text


def test_a_single_find_is_opened_at_once(desk: Desk, owner: Client) -> None:
    assert owner.get(desk.url("search/"), {"q": desk.invoice.number})["Location"] == desk.url(
        f"invoices/{desk.invoice.pk}/"
    )
    assert owner.get(desk.url("search/"), {"q": "harbor"})["Location"] == desk.url(f"customers/{desk.customer.pk}/")
    assert b"Nothing found" in owner.get(desk.url("search/"), {"q": "nobody"}).content


@pytest.mark.parametrize(
    "query", ["sort=nonsense", "page=0", "page=-3", "page=999999", "page=x", "state=x&age=y", "page=٣"]
)
def test_an_address_somebody_mistyped_still_shows_the_list(desk: Desk, owner: Client, query: str) -> None:
    for page in ("customers/", "invoices/", "defaulters/", "follow-up/", "follow-up/waiting/"):
        assert owner.get(desk.url(f"{page}?{query}")).status_code == 200


def test_pages_follow_one_another_without_gaps(desk: Desk, owner: Client) -> None:
    for number in range(60):
        worlds.make_customer(desk.organization, f"Paged {number:02d}")
    seen: list[int] = []
    for page in (1, 2):
        response = owner.get(desk.url("customers/"), {"page": page, "sort": "-name"})
        seen += [row.pk for row in response.context["listing"].rows]
    assert len(seen) == len(set(seen)) == Customer.objects.filter(organization=desk.organization).count()


def test_counts_above_ten_thousand_are_not_counted_on() -> None:
    assert [counted(0), counted(10_000), counted(10_001), counted(2_000_000)] == ["0", "10,000", "10,000+", "10,000+"]


def _sheet(response: object) -> list[tuple[object, ...]]:
    body = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    book = load_workbook(io.BytesIO(body))
    assert book.active is not None
    return list(book.active.iter_rows(values_only=True))


def test_a_workbook_has_numbers_days_and_no_formula(desk: Desk, owner: Client) -> None:
    evil = late_customer(desk.organization, '=HYPERLINK("http://evil.example")', invoices=1)
    Customer.objects.filter(pk=evil.pk).update(number="@SUM(A1)\x01")
    head, *rows = _sheet(owner.get(desk.url("invoices/?format=xlsx&sort=number")))
    line = dict(zip(head, rows[0], strict=True))
    assert line["balance"] == 120.5
    due = desk.today - dt.timedelta(days=9)
    assert str(line["due_on"]) == f"{due} 00:00:00"
    assert line["days_overdue"] == 9
    assert {row[1] for row in rows} == {"Harbor & Pine", '\'=HYPERLINK("http://evil.example")'}
    names = [row[1] for row in _sheet(owner.get(desk.url("customers/?format=xlsx")))]
    assert "'@SUM(A1)" in names


@pytest.mark.parametrize("page", [table.name for table in TABLES])
def test_every_list_is_a_file_with_the_chosen_columns_only(desk: Desk, owner: Client, page: str) -> None:
    address = reverse(f"web:{page}", args=[desk.organization.slug])
    whole = _table(owner.get(address, {"format": "csv"}))
    some = _table(owner.get(address, {"format": "csv", "col": BY_NAME[page].columns[1].name}))
    assert set(some[0]) < set(whole[0])
    assert len(some) == len(whole)
    assert [str(cell) for cell in _sheet(owner.get(address, {"format": "xlsx"}))[0]] == whole[0]


def test_files_are_for_those_who_may_export(desk: Desk, browse: Callable[..., Client]) -> None:
    viewer = browse("viewer")
    for page in ("customers/", "follow-up/", "payments/"):
        assert b"format=csv" not in viewer.get(desk.url(page)).content
        assert viewer.get(desk.url(f"{page}?format=xlsx")).status_code == 403


def test_chips_say_what_is_on_and_each_takes_itself_off(desk: Desk, owner: Client) -> None:
    response = owner.get(desk.url("invoices/?q=harbor&age=days_1_30&sort=-balance&per=100&state=nonsense&page=2"))
    shown = response.context["shown"]
    assert [(chip.label, chip.word) for chip in shown.chips] == [("Search", "“harbor”"), ("Age", "1 to 30 days")]
    page = response.content.decode()
    assert "?q=harbor&amp;sort=-balance&amp;per=100&amp;state=nonsense" in page  # without the age
    assert "?sort=-balance&amp;per=100" in page  # Clear all
    assert shown.kept == "q=harbor&age=days_1_30&sort=-balance&per=100"


def test_links_narrow_a_list_by_what_no_field_offers(desk: Desk, owner: Client, other_organization: object) -> None:
    del other_organization
    quiet = worlds.make_customer(desk.organization, "Quiet")
    worlds.make_invoice(quiet, due_on=desk.today)
    payment = worlds.make_payment(desk.customer, 300, on=desk.today)
    worlds.make_payment(quiet, 7, on=desk.today - dt.timedelta(days=1), towards=worlds.make_invoice(quiet, total=7))
    became = f"became_defaulter:{desk.today.isoformat()}"
    for address, count in {
        f"invoices/?customer={quiet.pk}": 1,
        f"invoices/?customer={desk.customer.pk}&state=overdue": 2,
        "invoices/?customer=999999999999999999999": 3,  # means nothing, so it is passed over
        f"payments/?received={desk.today.isoformat()}": 1,
        "payments/?unapplied=yes": 1,
        f"payments/?customer={desk.customer.pk}": 1,
        f"customers/?changed={became}": 1,
        "customers/?changed=became_king:2026-01-01": 2,
        f"follow-up/?day={desk.notice.as_of.isoformat()}&state=composed": 1,
        "follow-up/?day=2001-01-01": 0,
    }.items():
        assert owner.get(desk.url(address)).context["listing"].count == count, address
    assert list(owner.get(desk.url("payments/?unapplied=yes")).context["listing"].rows) == [payment]


def test_search_finds_people_and_messages(desk: Desk, owner: Client) -> None:
    contact = desk.customer.contacts.get()
    contact.email, contact.name = "m.krüger@harbor-pine.example", "Mia Krüger"
    contact.save()
    Message.objects.create(
        organization=desk.organization,
        customer=desk.customer,
        recipient="mia@pine.example",
        subject="Overdue: 2 open invoices",
        next_attempt_at="2026-03-18T09:00:00Z",
    )
    for text, kind in {"Krüger": "contacts", "pine mia": "mails", "overdue open": "mails"}.items():
        found = owner.get(desk.url("search/"), {"q": text}).context[kind]
        assert len(found.rows) == 1, text
    assert owner.get(desk.url("follow-up/messages/"), {"q": "pine"}).context["listing"].count == 1
    assert owner.get(desk.url("follow-up/messages/"), {"q": "arbor"}).context["listing"].count == 0


def test_money_is_sorted_by_amount_within_a_currency(desk: Desk, owner: Client) -> None:
    customer = worlds.make_customer(desk.organization)
    for amount, currency in ((5, "EUR"), (9, "USD"), (7, "EUR")):
        worlds.make_payment(customer, amount, currency=currency)
        worlds.make_credit_note(customer, amount, currency=currency)
    for name, column in (("payments", "amount"), ("credit-notes", "total")):
        for sort, expected in (("amount", [5, 7]), ("-amount", [7, 5])):
            listing = owner.get(desk.url(f"{name}/?currency=EUR&sort={sort}")).context["listing"]
            assert [getattr(row, column) for row in listing.rows] == expected, name
        mixed = owner.get(desk.url(f"{name}/?sort=amount")).context["listing"]
        assert (mixed.sort, "amount" in mixed.sorts) == ("day", False), "euros and dollars have no order"


@pytest.mark.parametrize(
    ("model", "order", "index"),
    [
        (Payment, ("-amount", "-pk"), "payment_by_amount"),
        (CreditNote, ("total", "pk"), "credit_note_by_amount"),
        (CreditNote, ("-issued_on", "-pk"), "credit_note_by_day"),
    ],
)
def test_the_orders_of_money_follow_an_index(desk: Desk, model: Any, order: tuple[str, str], index: str) -> None:
    rows = model.objects.filter(organization=desk.organization).order_by(*order)
    if index.endswith("amount"):
        rows = rows.filter(currency="EUR")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
    assert index in rows[:50].explain()
