"""Every number of Home, Insights, imports, a customer's page and follow-up is a link to the rows behind it.

A count has exactly so many rows at the far end; an amount is what the rows there add up to.
"""

from __future__ import annotations

import datetime as dt
import html
import re
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from dunwell.followup.models import Notice, NoticeState
from dunwell.ledger.models import (
    Allocation,
    Customer,
    DueDateExtension,
    FileImport,
    HoldReason,
    Invoice,
    Payment,
    WriteOff,
)
from dunwell.organizations.queries import database_now
from dunwell.web.charts import Cell, Chart, Column, Series
from dunwell.workflows.imports import run_upload
from tests import worlds
from tests.web.conftest import Desk, late_customer, run

LINK = re.compile(r'<a[^>]*href="([^"]+)"[^>]*data-rows="(\d+)"')


DAY = dt.timedelta(days=1)
ZERO = Decimal(0)


def _book(desk: Desk) -> None:
    """Something of everything: currencies, ages, standings, money, holds, what waits and what needs a person."""
    for days in (-20, -5, 0, 2, 15, 45, 120):
        late_customer(desk.organization, f"Customer of {days} days", days=days)
    dollars = worlds.make_customer(desk.organization, "Dollars")
    worlds.make_invoice(dollars, currency="USD", due_on=desk.today - dt.timedelta(days=40))
    worlds.make_payment(dollars, 12, currency="USD", on=desk.today)
    late_customer(desk.organization, "Very old", days=500)
    unreachable = worlds.make_customer(desk.organization, "Unreachable", email="")
    worlds.make_invoice(unreachable, due_on=desk.today - dt.timedelta(days=9))
    disputed = late_customer(desk.organization, "Disputed", days=30)
    worlds.make_hold(disputed, invoice=Invoice.objects.filter(customer=disputed)[0], reason=HoldReason.DISPUTE)
    worlds.make_payment(desk.customer, 40, on=desk.today, towards=desk.invoice)
    worlds.make_payment(desk.customer, 7, on=desk.today - dt.timedelta(days=1), is_opening=True)
    run(desk.organization)
    awaiting = Notice.objects.filter(state=NoticeState.COMPOSED).order_by("pk")[:2]
    Notice.objects.filter(pk__in=[notice.pk for notice in awaiting]).update(state=NoticeState.AWAITING_APPROVAL)


def _follow(client: Client, address: str) -> set[tuple[str, int, int]]:
    """Each link, what the page says, and how many rows the list has."""
    page = client.get(address).content.decode()
    links = {(html.unescape(link), int(count)) for link, count in LINK.findall(page)}
    return {(link, count, client.get(link).context["listing"].count) for link, count in links}


def test_on_home(desk: Desk, owner: Client) -> None:
    _book(desk)
    followed = _follow(owner, desk.url("?view=work")) | _follow(owner, desk.url("?view=figures"))
    assert [one for one in followed if one[1] != one[2]] == []
    lists = {link.split("/")[3] + "?" + link.partition("?")[2].split("=")[0] for link, _, _ in followed}
    assert lists >= {
        "invoices?currency",
        "invoices?state",
        "customers?standing",
        "customers?waits",
        "customers?changed",
        "payments?received",
        "follow-up?state",
        "defaulters?",
    }


def test_on_a_customers_page(desk: Desk, owner: Client) -> None:
    _book(desk)
    for name in ("Harbor & Pine", "Dollars", "Disputed", "Customer of 2 days"):
        customer = Customer.objects.get(organization=desk.organization, name=name)
        followed = _follow(owner, desk.url(f"customers/{customer.pk}/"))
        assert len(followed) >= 2, name
        assert [one for one in followed if one[1] != one[2]] == []


def test_the_ages_of_a_customer_lead_to_its_own_invoices(desk: Desk, owner: Client) -> None:
    late_customer(desk.organization, "Somebody else", days=9)
    run(desk.organization)
    page = owner.get(desk.url(f"customers/{desk.customer.pk}/")).content.decode()
    link = f"customer={desk.customer.pk}&currency=EUR&age=days_1_30"
    assert html.escape(link) in page
    assert owner.get(desk.url(f"invoices/?{link}")).context["listing"].count == 2


def test_on_the_tabs_of_follow_up(desk: Desk, owner: Client) -> None:
    _book(desk)
    for path in ("follow-up/", "follow-up/waiting/", "follow-up/ended/", "follow-up/messages/"):
        followed = _follow(owner, desk.url(path))
        assert {link.split("/o/")[1].split("/", 1)[1] for link, _, _ in followed} >= {
            "follow-up/",
            "follow-up/waiting/",
            "follow-up/ended/",
        }, path
        assert [one for one in followed if one[1] != one[2]] == [], path


def _past(desk: Desk) -> None:
    """A year in two currencies of which every figure has something to say, and something to leave out."""
    for currency, customer in (("EUR", desk.customer), ("USD", worlds.make_customer(desk.organization, "Dollars"))):
        for months in range(1, 12):
            due_on = desk.today - months * 30 * DAY
            terms = 14 if months % 3 else 80
            invoice = worlds.make_invoice(
                customer, total=100 * months, due_on=due_on, terms_days=terms, currency=currency
            )
            if months > 2:
                paid_on = due_on + (10 if months % 2 else -2) * DAY
                worlds.make_payment(
                    customer, 100 * months - 7, on=paid_on - 4 * DAY, towards=invoice, currency=currency
                )
                worlds.make_payment(customer, 7, on=paid_on, towards=invoice, currency=currency)
    given_up, void, opening, bounced, extended, credited, early = (
        worlds.make_invoice(desk.customer, total=100, due_on=desk.today - 30 * DAY, terms_days=20) for _ in range(7)
    )
    worlds.make_payment(desk.customer, 60, on=desk.today - 9 * DAY, towards=given_up)
    WriteOff.objects.create(
        organization=desk.organization, invoice=given_up, amount=40, written_off_on=desk.today - 5 * DAY
    )
    Invoice.objects.filter(pk=void.pk).update(voided_on=desk.today - 5 * DAY)
    worlds.make_payment(desk.customer, 100, on=desk.today - 30 * DAY, towards=opening, is_opening=True)
    payment = worlds.make_payment(desk.customer, 100, on=desk.today - 38 * DAY, towards=bounced)
    Allocation.objects.filter(payment=payment).update(reversed_on=desk.today - 2 * DAY)
    Payment.objects.filter(pk=payment.pk).update(failed_on=desk.today - 2 * DAY)
    worlds.make_payment(desk.customer, 100, on=desk.today - 25 * DAY, towards=extended)
    DueDateExtension.objects.create(
        organization=desk.organization,
        invoice=extended,
        old_due_on=extended.due_on,
        new_due_on=desk.today - 22 * DAY,
        extended_on=desk.today - 35 * DAY,
        created_at=database_now(),
    )
    Invoice.objects.filter(pk=extended.pk).update(due_on=desk.today - 22 * DAY)
    worlds.make_credit_note(desk.customer, 100, on=desk.today - 30 * DAY, towards=credited)
    worlds.make_payment(desk.customer, 100, on=early.issued_on - 3 * DAY, towards=early)
    Notice.objects.filter(organization=desk.organization).update(state="sent", contact_on=desk.today - 4 * DAY)
    worlds.make_payment(desk.customer, desk.invoice.balance, on=desk.today, towards=desk.invoice)
    run(desk.organization)


def _amount_behind(rows: Any, url: str) -> Decimal | None:
    """What the rows of a list add up to, as the figure that leads there means it; None where it means no amount."""
    name, _, value = url.rpartition("&")[2].partition("=")
    first, _, last = value.partition("..")
    days = (dt.date.fromisoformat(first[:10]), dt.date.fromisoformat((last or first)[:10]))
    if name == "stood":
        return sum((row.balance_then for row in rows), ZERO)
    if name == "invoiced":
        issued = sum((row.total for row in rows if days[0] <= row.issued_on <= days[1]), ZERO)
        return issued - sum((row.total for row in rows if row.voided_on and days[0] <= row.voided_on <= days[1]), ZERO)
    if name == "moved":
        came = sum((row.amount for row in rows if days[0] <= row.succeeded_on <= days[1]), ZERO)
        return came - sum((row.amount for row in rows if row.failed_on and days[0] <= row.failed_on <= days[1]), ZERO)
    return None


def _numbers(chart: Chart) -> list[tuple[Cell, Any]]:
    """Each cell of a chart's table with its bare value."""
    columns: list[Series | Column] = [*chart.series, *chart.more]
    return [
        (cell, columns[place].values[index])
        for index, (_, cells) in enumerate(chart.rows)
        for place, cell in enumerate(cells)
    ]


def _check(client: Client, chart: Chart) -> set[str]:
    """Follow every number of a chart's table; says which filters they lead to."""
    filters = set()
    for cell, value in _numbers(chart):
        assert cell.link, (chart.key, cell)
        listing = client.get(cell.link.url).context["listing"]
        if cell.link.rows is not None:
            assert listing.count == cell.link.rows, (chart.key, cell)
        behind = _amount_behind(listing.rows, cell.link.url)
        if isinstance(value, Decimal) and behind is not None and not cell.shown.endswith("%") and "€" in cell.shown:
            assert behind == value, (chart.key, cell)
        filters.add(cell.link.url.rpartition("&")[2].partition("=")[0])
    return filters


@pytest.mark.parametrize("currency", ["EUR", "USD"])
def test_on_insights(desk: Desk, owner: Client, currency: str) -> None:
    _past(desk)
    page = owner.get(desk.url(f"insights/?period=12&currency={currency}"))
    charts = {key: chart for key, _, chart, _ in page.context["panels"] if chart}
    assert len(charts) >= (7 if currency == "EUR" else 5)
    assert set().union(*(_check(owner, chart) for chart in charts.values())) >= {"stood", "moved", "paid", "invoiced"}
    text = page.content.decode()
    for table in re.findall(r'<details class="chart-table">.*?</details>', text, re.DOTALL):
        assert re.findall(r'<td class="num">(?!<a )', table) == []
    assert [one for one in _follow(owner, desk.url(f"insights/?currency={currency}")) if one[1] != one[2]] == []


def test_on_home_with_a_past(desk: Desk, owner: Client) -> None:
    _past(desk)
    page = owner.get(desk.url("?view=figures"))
    _check(owner, page.context["chart"])
    _check(owner, page.context["received_chart"])
    assert page.context["kpis"].behavior.invoices > page.context["kpis"].behavior.on_time > 0
    for address in (desk.url("?view=figures"), desk.url(f"customers/{desk.customer.pk}/")):
        followed = _follow(owner, address)
        assert [one for one in followed if one[1] != one[2]] == [], address
        assert any("paid=" in link for link, _, _ in followed), address


def test_a_past_day_says_what_was_open_then_and_a_file_has_it(desk: Desk, owner: Client) -> None:
    worlds.make_payment(desk.customer, 20, on=desk.today - 2 * DAY, towards=desk.invoice)
    run(desk.organization)
    address = desk.url(f"invoices/?state=all&stood={desk.today - 4 * DAY}:overdue")
    page = owner.get(address)
    assert "Open at the end of" in page.content.decode()
    assert {row.balance_then for row in page.context["listing"].rows} == {Decimal("120.50")}
    lines = b"".join(owner.get(f"{address}&format=csv").streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert "open_then" in lines[0]
    assert len(lines) == 3
    assert "Open then" not in owner.get(desk.url("invoices/")).content.decode()
    for nonsense in ("x", "2026-13-01", f"{desk.today}:", f"{desk.today}:tomorrow"):
        assert owner.get(desk.url("invoices/"), {"stood": nonsense}).context["shown"].chips == []


def test_on_an_imports_page(desk: Desk, owner: Client) -> None:
    first = "Customer,Customer number,Invoice,Invoice date,Due date,Total\nAcme,1,A,2026-01-10,2026-02-09,100.00\n"
    first += "Bolt,2,B,2026-01-11,2026-02-10,50.00\nBolt,2,C,2026-01-11,2026-02-10,70.00\nBolt,2,D,never,2026-02-10,7\n"
    second = (
        "Customer,Customer number,Invoice,Invoice date,Due date,Total\nAcme Group,1,A,2026-01-10,2026-02-09,120.00\n"
    )
    second += "Bolt,2,B,2026-01-11,2026-02-10,50.00\nCarl,3,E,2026-01-12,,30.00\n"
    _imported(owner, desk, first, "adds")
    found = _imported(owner, desk, second, "complete")
    for one in FileImport.objects.all():
        address = desk.url(f"imports/{one.pk}/")
        assert [link for link in _follow(owner, address) if link[1] != link[2]] == []
    followed = _follow(owner, desk.url(f"imports/{found.pk}/"))
    assert b"".join(owner.get(desk.url(f"imports/{found.pk}/file/"))) == second.encode()
    assert {
        link.partition("import=")[2].partition(":")[2]: count for link, count, _ in followed if "/invoices/" in link
    } == {
        "": 1,
        "named": 1,
        "absent": 1,
        "unchanged": 1,
        "due_assumed": 1,
        "currency_assumed": 3,
    }
    assert ("customers", 1) in {(link.split("/")[3], count) for link, count, _ in followed if link.endswith(":changed")}
    for address in (desk.url("imports/"), desk.url(f"imports/{found.pk}/undo/")):
        followed = _follow(owner, address)
        assert len(followed) >= 4
        assert [one for one in followed if one[1] != one[2]] == [], address
    earlier = FileImport.objects.exclude(pk=found.pk).get()
    used = [one for one in _follow(owner, desk.url(f"imports/{earlier.pk}/undo/")) if one[0].endswith(":used")]
    assert {(link.split("/")[3], count) for link, count, _ in used} == {("invoices", 2), ("customers", 1)}
    assert [one for one in used if one[1] != one[2]] == []
    page = html.unescape(owner.get(desk.url(f"imports/{found.pk}/undo/")).content.decode())
    came = desk.url(f"changes/?kind=ledger_allocationevent&import={found.pk}:insert")
    assert f'href="{came}"' in page, "what has no list stands among the changes"
    told = owner.get(came)
    assert {change.verb for change in told.context["changes"]} == {"Added"}
    assert len(told.context["changes"]) == 1
    since = owner.get(desk.url(f"changes/?kind=ledger_invoiceevent&import={earlier.pk}:since")).context["changes"]
    assert {change.about for change in since} == {"A, Acme Group", "C, Bolt"}, (
        "not B, which the second file left as it was"
    )


def test_before_a_merge(desk: Desk, owner: Client) -> None:
    _book(desk)
    other = Customer.objects.get(organization=desk.organization, name="Dollars")
    followed = _follow(owner, desk.url(f"customers/{desk.customer.pk}/merge/?into={other.pk}"))
    assert {link.split("/")[3] for link, _, _ in followed} == {"invoices", "payments"}
    assert [one for one in followed if one[1] != one[2]] == []


def _imported(client: Client, desk: Desk, content: str, scope: str) -> FileImport:
    """A file through the pages: uploaded, its columns as recognized, checked, imported."""
    client.post(desk.url("imports/new/"), {"file": SimpleUploadedFile("book.csv", content.encode())})
    found = FileImport.objects.latest("pk")
    form = client.get(desk.url(f"imports/{found.pk}/")).context["form"]
    answers = {name: form[name].value() for name in form.fields}
    answers = {name: value for name, value in answers.items() if value is not None} | {"scope": scope}
    client.post(desk.url(f"imports/{found.pk}/columns/"), answers)
    run_upload(found.pk, now=database_now())
    client.post(desk.url(f"imports/{found.pk}/start/"))
    run_upload(found.pk, now=database_now())
    found.refresh_from_db()
    return found
