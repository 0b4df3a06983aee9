"""Insights: months of dated facts, each chart with its table and its file."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dunwell.followup.models import Notice, PlanState
from dunwell.followup.services.history import write_history
from dunwell.insights.book import book
from dunwell.organizations.scope import Scope
from tests import worlds
from tests.web.conftest import Desk, run

DAY = dt.timedelta(days=1)
CHARTS = ("aging", "received", "days-to-pay", "on-time", "after-notice", "dso", "effectiveness")


@pytest.fixture
def lived(desk: Desk) -> Desk:
    """A year of invoices of which each second was paid late, and a notice that brought money."""
    for months in range(1, 12):
        due_on = desk.today - months * 30 * DAY
        invoice = worlds.make_invoice(desk.customer, total=100 * months, due_on=due_on, terms_days=14)
        if months > 2:
            late = 10 if months % 2 else -2
            worlds.make_payment(desk.customer, 100 * months, on=due_on + late * DAY, towards=invoice)
    Notice.objects.update(state="sent", contact_on=desk.today - 4 * DAY)
    worlds.make_payment(desk.customer, desk.invoice.balance, on=desk.today, towards=desk.invoice)
    run(desk.organization)
    return desk


def _file(client: Client, desk: Desk, key: str, query: str = "") -> list[list[str]]:
    response = client.get(desk.url(f"insights/?csv={key}{query}"))
    body = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.reader(io.StringIO(body)))


def test_every_chart_has_its_data_its_table_and_its_file(lived: Desk, owner: Client) -> None:
    page = owner.get(lived.url("insights/?period=12")).content.decode()
    for key in CHARTS:
        found = re.search(rf'<script id="chart-{key}" type="application/json">(.*?)</script>', page)
        assert found, key
        data = json.loads(found[1])
        rows = _file(owner, lived, key, "&period=12")
        assert len(rows) == len(data["names"]) + 1, key
        assert all(len(row) == len(rows[0]) for row in rows), key
        for series in data["series"]:
            assert all(shown in page for shown in series["shown"]), key


def test_the_last_day_of_the_trend_is_the_book(lived: Desk, owner: Client) -> None:
    head, *rows = _file(owner, lived, "aging", "&period=3")
    last = dict(zip(head, rows[-1], strict=True))
    (total,) = book(Scope(lived.organization)).totals
    assert last["day"] == lived.today.isoformat()
    assert float(last["outstanding"]) == float(total.outstanding)
    ages = [float(last[name]) for name in head if ("day" in name and name != "day") or name == "not yet due"]
    assert sum(ages) == float(total.outstanding)


def test_money_received_adds_up_over_the_months(lived: Desk, owner: Client) -> None:
    _, *rows = _file(owner, lived, "received", "&period=12")
    assert sum(float(row[1]) for row in rows) == sum(100 * months for months in range(3, 12)) + 120.50


def test_what_a_first_notice_brought(lived: Desk, owner: Client) -> None:
    head, *rows = _file(owner, lived, "after-notice")
    assert head == ["month", "within 7 days", "within 14 days", "within 30 days", "invoices noticed"]
    assert rows[-1][1:] == ["50.00", "50.00", "50.00", "2"]


def test_a_file_is_for_those_who_may_take_the_book_away(lived: Desk, browse: Callable[..., Client]) -> None:
    viewer = browse("viewer")
    assert b"csv=" not in viewer.get(lived.url("insights/")).content
    assert viewer.get(lived.url("insights/?csv=aging")).status_code == 403
    assert browse().get(lived.url("insights/?csv=nonsense")).status_code == 404


def test_queries_are_few_whatever_the_period(lived: Desk, owner: Client) -> None:
    owner.get(lived.url("insights/"))
    counts = set()
    for period in ("3", "6", "12", "x"):
        with CaptureQueriesContext(connection) as caught:
            assert owner.get(lived.url(f"insights/?period={period}&currency=XXX")).status_code == 200
        counts.add(len(caught))
    assert len(counts) == 1
    assert counts.pop() <= 9


def test_another_organizations_days_are_never_in_it(lived: Desk, owner: Client) -> None:
    before = _file(owner, lived, "received", "&period=12")
    other = worlds.make_organization("southwind")
    worlds.make_payment(worlds.make_customer(other), 5000, on=lived.today)
    PlanState.objects.create(organization=other, assessed_as_of=lived.today)
    write_history(other)
    assert _file(owner, lived, "received", "&period=12") == before
