"""A customer's page says why the customer is what it is, how it pays, and what happened, narrowed by kind."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client

from dunwell.followup.models import SegmentChange
from dunwell.ledger.models import HoldReason
from dunwell.organizations.models import Organization
from tests import worlds
from tests.web.conftest import Desk, late_customer, run

DAY = dt.timedelta(days=1)


def _words(client: Client, desk: Desk, customer_id: int) -> str:
    page = client.get(desk.url(f"customers/{customer_id}/")).content.decode()
    found = re.search(r'<p class="why">(.*?)<span class="quiet">', page, re.DOTALL)
    assert found
    return " ".join(re.sub(r"<[^>]+>", "", found[1]).split())


def test_standing_and_why(desk: Desk, owner: Client, rehearsing: Organization) -> None:
    for days, words in (
        (9, "is 9 days overdue: more than 5 days makes a defaulter."),
        (3, "is 3 days overdue; more than 5 days makes a defaulter."),
        (-2, "falls due on"),
    ):
        customer = late_customer(rehearsing, f"Late by {days}", days=days, invoices=1)
        run(rehearsing)
        said = _words(owner, desk, customer.pk)
        assert words in said, said
        assert customer.invoices.get().number in said


def test_grace_is_named(desk: Desk, owner: Client, rehearsing: Organization) -> None:
    rehearsing.settings.grace_days = 2
    rehearsing.settings.save()
    run(rehearsing)
    assert "9 days overdue, 7 after grace: more than 5 days after grace makes a defaulter" in _words(
        owner, desk, desk.customer.pk
    )


def test_a_disputed_invoice_is_not_the_reason(desk: Desk, owner: Client, rehearsing: Organization) -> None:
    customer = late_customer(rehearsing, "Disputing", days=9, invoices=1)
    worlds.make_hold(customer, invoice=customer.invoices.get(), reason=HoldReason.DISPUTE, starts_on=desk.today)
    run(rehearsing)
    assert "What is open is disputed" in _words(owner, desk, customer.pk)


def test_how_they_pay(desk: Desk, owner: Client) -> None:
    for number in range(3):
        due_on = desk.today - (40 + number) * DAY
        invoice = worlds.make_invoice(desk.customer, due_on=due_on, terms_days=14)
        worlds.make_payment(desk.customer, 100, on=due_on + (6 if number else 0) * DAY, towards=invoice)
    opening = worlds.make_invoice(desk.customer, due_on=desk.today - 100 * DAY)
    worlds.make_payment(desk.customer, 100, on=desk.today, towards=opening, is_opening=True)
    page = owner.get(desk.url(f"customers/{desk.customer.pk}/"))
    assert (page.context["habit"].invoices, page.context["habit"].on_time) == (3, 1)
    text = page.content.decode()
    assert "<strong>18 days</strong> on average, 4 after the due date" in text
    chart = page.context["habit_chart"]
    assert [bar.value for bar in chart.bars if bar.height] == ["18"]
    assert "18 days</title>" in text
    assert text.count('class="bar-name"') == len(chart.bars)
    assert "chart-habit" not in text, "no script draws it"


def test_a_change_of_habit_is_told(desk: Desk, owner: Client) -> None:
    SegmentChange.objects.create(
        organization=desk.organization,
        customer=desk.customer,
        before="always_on_time",
        after="occasionally_late",
        changed_on=desk.today,
    )
    page = owner.get(desk.url(f"customers/{desk.customer.pk}/?story=changes")).content.decode()
    assert "Pays differently: occasionally late" in page
    assert "Before: always on time" in page


@pytest.mark.parametrize(
    ("story", "there", "absent"),
    [
        ("payments", "Payment received", "Became a defaulter"),
        ("changes", "Became a defaulter", "Payment received"),
        ("messages", "Reminder written", "Became a defaulter"),
        ("notes", "Nothing of this kind", "Payment received"),
        ("nonsense", "Payment received", "Nothing of this kind"),
    ],
)
def test_the_timeline_can_be_narrowed(desk: Desk, owner: Client, story: str, there: str, absent: str) -> None:
    worlds.make_payment(desk.customer, 50, on=desk.today - 3 * DAY, towards=desk.invoice)
    page = owner.get(desk.url(f"customers/{desk.customer.pk}/?story={story}")).content.decode()
    timeline = page[page.index('id="timeline"') :]
    timeline = timeline[: timeline.index("</section>")]
    assert there in timeline
    assert absent not in timeline
