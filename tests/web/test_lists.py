"""Lists: the same number of queries however long, harmless files, honest counts, addresses that say it all."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dunwell.ledger.models import Customer
from dunwell.web.lists.files import harmless
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
    "payments/?sort=-amount",
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
    assert max(after.values()) <= 26, after


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
