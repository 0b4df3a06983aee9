"""Home begins with what each role came for, and its figures agree with the rows behind them, now and before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from dunwell.followup.models import PlanState
from dunwell.ledger.models import FileImport, ImportState, Invoice
from dunwell.messaging.models import Message
from dunwell.organizations.models import Membership
from dunwell.organizations.queries import database_now
from dunwell.rules.kpis_words import MEANINGS
from tests import worlds
from tests.web.conftest import Desk, run

DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("role", "first", "other"),
    [
        ("owner", "figures", "work"),
        ("finance_head", "figures", "work"),
        ("collector", "work", "figures"),
        ("viewer", "figures", None),
    ],
)
def test_each_role_begins_with_its_own_home(
    desk: Desk, browse: Callable[..., Client], role: str, first: str, other: str | None
) -> None:
    client = browse(role)
    page = client.get(desk.url())
    assert page.context["view"] == first
    switched = client.get(desk.url("?view=work" if first == "figures" else "?view=figures"))
    assert switched.context["view"] == (other or first)
    assert (b"Needs a person" in page.content) is (role != "viewer")
    assert (b"Came in since" in page.content) is (first == "work")


def test_an_account_manager_has_own_work_and_no_figures_of_the_whole_book(
    desk: Desk, browse: Callable[..., Client]
) -> None:
    client = browse("account_manager")
    assert client.get(desk.url("?view=figures")).context["view"] == "work"
    assert client.get(desk.url("insights/")).status_code == 403
    assert b"Insights" not in client.get(desk.url()).content


def test_figures_move_by_dated_facts_and_say_what_they_mean(desk: Desk, owner: Client) -> None:
    """€241 overdue for 9 days; €100 of another currency's world paid 3 days ago; €50 new since a week."""
    paid = worlds.make_invoice(desk.customer, total=100, due_on=desk.today - 20 * DAY)
    worlds.make_payment(desk.customer, 100, on=desk.today - 3 * DAY, towards=paid)
    worlds.make_invoice(desk.customer, total=50, issued_on=desk.today - 2 * DAY, due_on=desk.today + 20 * DAY)
    run(desk.organization)
    page = owner.get(desk.url())
    found = page.context["kpis"]
    (owed,) = found.owed
    assert owed.outstanding.now == 291
    assert (owed.outstanding.week.before, owed.outstanding.week.difference) == (341, -50)
    assert owed.overdue.week.difference == -100
    assert sum(moved.now for _, moved in owed.ages) == owed.outstanding.now
    assert sum(moved.week.before for _, moved in owed.ages) == owed.outstanding.week.before
    assert owed.at_risk.now == 291
    assert found.behavior.days_to_pay == 47
    assert found.behavior.share_on_time == 0
    text = page.content.decode()
    for words in ("−€50.00", "(−15 %) in a week", "days of EUR sales", "How EUR invoices are paid"):
        assert words in text, words
    for name in ("outstanding", "overdue", "at_risk", "defaulters", "days_to_pay", "on_time", "dso", "add"):
        assert MEANINGS[name].text in text.replace("&#x27;", "'"), name
        assert text.count(f'id="meaning-{name}"') == 1


def test_the_chart_ends_with_the_figure_above_it(desk: Desk, owner: Client) -> None:
    """A payment that only an assessment has seen: the days are not written yet, the page still agrees with itself."""
    from dunwell.workflows.notices import refresh

    invoice = Invoice.objects.filter(customer=desk.customer).order_by("pk")[0]
    worlds.make_payment(desk.customer, "120.50", on=desk.today, towards=invoice)
    refresh(desk.organization, now=database_now())
    assert PlanState.objects.get(organization=desk.organization).history_stale
    page = owner.get(desk.url())
    outstanding, overdue = page.context["chart"].series
    assert outstanding.values[-1] == overdue.values[-1] == page.context["kpis"].owed[0].outstanding.now
    assert str(outstanding.values[-1]) == "120.5000"
    assert outstanding.shown[-1] == "€120.50"


def test_a_book_without_a_past_compares_with_nothing(desk: Desk, owner: Client) -> None:
    Invoice.objects.filter(organization=desk.organization).update(first_known_on=desk.today)
    worlds.make_invoice(desk.customer, due_on=desk.today, first_known_on=desk.today)
    run(desk.organization)
    page = owner.get(desk.url())
    assert page.context["kpis"].owed[0].outstanding.week is None
    assert b"earlier ones are not compared" in page.content
    assert b" in a week" not in page.content


def test_work_tells_what_came_in(desk: Desk, browse: Callable[..., Client]) -> None:
    worlds.make_payment(desk.customer, 30, on=desk.today - DAY)
    worlds.make_payment(desk.customer, 7, on=desk.today - 20 * DAY)
    worlds.make_payment(desk.customer, 12, on=desk.today - 6 * DAY, failed_on=desk.today)
    stranger = worlds.make_customer(worlds.make_organization("southwind"))
    worlds.make_payment(stranger, 987_654, on=desk.today)
    FileImport.objects.create(
        organization=desk.organization,
        file_name="november.csv",
        sha256="0" * 64,
        size=1,
        path="x",
        state=ImportState.DONE,
        rows_read=12,
        finished_at=database_now(),
    )
    Message.objects.create(
        organization=desk.organization,
        customer=desk.customer,
        recipient="nobody@harbor.example",
        sender="accounts@northlight.example",
        body_text="Pay",
        rfc_message_id="<1@northlight.example>",
        state="failed",
        last_error="550 no such user",
        next_attempt_at=database_now(),
        finished_at=database_now(),
    )
    page = browse("collector").get(desk.url()).content.decode()
    for words in ("€30.00", "went back", "november.csv", "did not arrive", "Harbor &amp; Pine", "9 days overdue"):
        assert words in page, words
    assert "€7.00" not in page
    assert "987,654" not in page


def test_an_empty_book_says_what_will_be_here(desk: Desk, browse: Callable[..., Client]) -> None:
    empty = worlds.make_organization("empty")
    for role, sentence in (("owner", "Import a file"), ("viewer", "as soon as somebody has imported")):
        user = worlds.make_user(organization=empty, role=role)
        Membership.objects.get(user=user)
        client = browse(user)
        assert sentence in client.get("/o/empty/").content.decode()
        assert "No trend yet" in client.get("/o/empty/insights/").content.decode()
