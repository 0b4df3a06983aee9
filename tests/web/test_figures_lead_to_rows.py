"""Every count on Home, on a customer's page, on the tabs of follow-up is a link to a list with exactly so many rows."""

from __future__ import annotations

import datetime as dt
import html
import re

from django.test import Client

from dunwell.followup.models import Notice, NoticeState
from dunwell.ledger.models import Customer, HoldReason, Invoice
from tests import worlds
from tests.web.conftest import Desk, late_customer, run

LINK = re.compile(r'<a[^>]*href="([^"]+)"[^>]*data-rows="(\d+)"')


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
