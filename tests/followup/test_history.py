"""The rows of each day against the book as of that day, and against facts added up in Python."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from dunwell.followup.models import BookDay, BookTotal, PlanState, PolicyVersion, RiskDay, StandingDay
from dunwell.followup.queries.standing import book_standing
from dunwell.followup.services import passes
from dunwell.followup.services.history import write_history
from dunwell.followup.services.prepare import prepare
from dunwell.ledger.models import Allocation, DueDateExtension, Invoice, Payment, WriteOff
from dunwell.organizations.models import Organization
from dunwell.rules.aging import BUCKETS, bucket
from tests import worlds
from tests.ledger.drawn import WITH_DATABASE, undone
from tests.ledger.test_book_as_of import DAYS, Written, day, histories
from tests.worlds import TODAY

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
ZERO = Decimal(0)


def assess(organization: Organization, as_of: dt.date = TODAY) -> None:
    now = dt.datetime.combine(as_of, dt.time(8), tzinfo=dt.UTC)
    prepare(passes.begin(organization, as_of=as_of, now=now, channels_set_up=("email",)))


def ages(organization: Organization, as_of: dt.date) -> dict[tuple[str, str], Decimal]:
    """(currency, bucket) → amount from the book as of a day."""
    sums: dict[tuple[str, str], Decimal] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT currency, due_on, balance FROM ledger_open_items(%s, %s)", [organization.pk, as_of])
        for currency, due_on, balance in cursor.fetchall():
            place = (currency, bucket((as_of - due_on).days).name)
            sums[place] = sums.get(place, ZERO) + balance
    return sums


def kept_ages(row: BookDay) -> dict[tuple[str, str], Decimal]:
    amounts = {(row.currency, found.name): getattr(row, found.name) for found in BUCKETS}
    assert row.outstanding == sum(amounts.values())
    assert row.overdue == row.outstanding - row.not_due
    return {place: amount for place, amount in amounts.items() if amount}


def compare(organization: Organization, first: dt.date, last: dt.date) -> None:
    rows = BookDay.objects.filter(organization=organization)
    assert not rows.exclude(day__range=(first, last)).exists()
    for number in range((last - first).days + 1):
        as_of = first + number * DAY
        found: dict[tuple[str, str], Decimal] = {}
        for row in rows.filter(day=as_of):
            found |= kept_ages(row)
        assert found == ages(organization, as_of), as_of


@settings(WITH_DATABASE, max_examples=25)
@given(history=histories(), kept=st.integers(0, 30), ends=st.integers(-2, 60))
def test_each_day_is_what_the_book_as_of_it_says(
    organization: Organization, policy: PolicyVersion, history: Any, kept: int, ends: int
) -> None:
    with undone():
        Written(organization, history)
        last = day(DAYS + ends)
        PlanState.objects.update_or_create(
            organization=organization, defaults={"assessed_as_of": last, "history_stale": True}
        )
        assert write_history(organization, days_kept=kept)
        compare(organization, last - kept * DAY, last)
        assert not write_history(organization), "written once, nothing is stale"


def test_the_last_day_is_the_books_total(organization: Organization, policy: PolicyVersion) -> None:
    customer = worlds.make_customer(organization)
    invoice = worlds.make_invoice(customer, total="120.50", due_on=TODAY - 9 * DAY)
    worlds.make_invoice(customer, total=70, due_on=TODAY + 3 * DAY, currency="USD")
    worlds.make_payment(customer, 20, on=TODAY, towards=invoice)
    assess(organization)
    write_history(organization)
    totals = {total.currency: total for total in BookTotal.objects.filter(organization=organization)}
    days = {row.currency: row for row in BookDay.objects.filter(organization=organization, day=TODAY)}
    assert set(totals) == set(days) == {"EUR", "USD"}
    for currency, total in totals.items():
        for name in ("outstanding", "overdue", *(found.name for found in BUCKETS)):
            assert getattr(days[currency], name) == getattr(total, name), (currency, name)


def test_a_back_dated_entry_changes_its_own_past_and_nothing_before(
    organization: Organization, policy: PolicyVersion
) -> None:
    customer = worlds.make_customer(organization)
    invoice = worlds.make_invoice(customer, total=100, due_on=TODAY - 20 * DAY)
    assess(organization)
    write_history(organization)
    worlds.make_payment(customer, 100, on=TODAY - 3 * DAY, towards=invoice)
    assess(organization)
    assert write_history(organization)
    rows = BookDay.objects.filter(organization=organization).order_by("-day")[:6]
    assert [row.outstanding for row in rows] == [0, 0, 0, 0, 100, 100]
    assert [row.received for row in rows] == [0, 0, 0, 100, 0, 0]


def test_what_is_paid_is_counted_once_by_how_long_it_took(organization: Organization, policy: PolicyVersion) -> None:
    customer = worlds.make_customer(organization)
    on_time, late, given_up, voided, opening, bounced = (
        worlds.make_invoice(customer, total=100, due_on=TODAY - 30 * DAY, terms_days=20) for _ in range(6)
    )
    worlds.make_payment(customer, 40, on=TODAY - 45 * DAY, towards=on_time)
    worlds.make_credit_note(customer, 60, on=TODAY - 30 * DAY, towards=on_time)
    worlds.make_payment(customer, 100, on=TODAY - 10 * DAY, towards=late)
    WriteOff.objects.create(organization=organization, invoice=given_up, amount=100, written_off_on=TODAY - 5 * DAY)
    Invoice.objects.filter(pk=voided.pk).update(voided_on=TODAY - 5 * DAY)
    worlds.make_payment(customer, 100, on=TODAY - 30 * DAY, towards=opening, is_opening=True)
    payment = worlds.make_payment(customer, 100, on=TODAY - 8 * DAY, towards=bounced)
    Allocation.objects.filter(payment=payment).update(reversed_on=TODAY - 2 * DAY)
    Payment.objects.filter(pk=payment.pk).update(failed_on=TODAY - 2 * DAY)
    assess(organization)
    write_history(organization)
    paid = BookDay.objects.filter(organization=organization, paid_invoices__gt=0).order_by("day")
    assert [(TODAY - row.day).days for row in paid] == [30, 10, 8]
    assert [row.paid_on_time for row in paid] == [1, 0, 0]
    assert [row.paid_amount_days for row in paid] == [2000, 4000, 4200]
    assert [(row.paid_16_30, row.paid_31_45) for row in paid] == [(1, 0), (0, 1), (0, 1)]
    received = BookDay.objects.filter(organization=organization).exclude(received=0).order_by("day")
    assert [((TODAY - row.day).days, row.received) for row in received] == [(45, 40), (10, 100), (8, 100), (2, -100)]
    assert [row.voided for row in BookDay.objects.filter(organization=organization, voided__gt=0)] == [100]


def test_an_extension_counts_from_its_day(organization: Organization, policy: PolicyVersion) -> None:
    """Due 10 days ago, given 15 days more 4 days ago: overdue in between, not yet due since."""
    invoice = worlds.make_invoice(worlds.make_customer(organization), total=100, due_on=TODAY - 10 * DAY)
    DueDateExtension.objects.create(
        organization=organization,
        invoice=invoice,
        old_due_on=invoice.due_on,
        new_due_on=TODAY + 5 * DAY,
        extended_on=TODAY - 4 * DAY,
        created_at=worlds.NOW,
    )
    Invoice.objects.filter(pk=invoice.pk).update(due_on=TODAY + 5 * DAY)
    assess(organization)
    write_history(organization)
    overdue = BookDay.objects.filter(organization=organization, overdue__gt=0).order_by("day")
    assert [((TODAY - row.day).days, row.overdue) for row in overdue] == [(ago, 100) for ago in (9, 8, 7, 6, 5)]


def test_standings_of_the_compared_days_are_those_of_any_date(
    organization: Organization, policy: PolicyVersion, other_organization: Organization
) -> None:
    for days, currency in ((3, "EUR"), (9, "EUR"), (12, "USD"), (40, "EUR"), (-4, "EUR"), (-60, "EUR")):
        worlds.make_invoice(worlds.make_customer(organization), due_on=TODAY - days * DAY, currency=currency)
    disputed = worlds.make_invoice(worlds.make_customer(organization), due_on=TODAY - 50 * DAY)
    worlds.make_hold(disputed.customer, invoice=disputed, reason="dispute", starts_on=TODAY - 3 * DAY)
    worlds.make_customer(organization, known_from=TODAY)
    worlds.make_invoice(worlds.make_customer(other_organization), due_on=TODAY - 50 * DAY)
    assess(organization)
    write_history(organization)
    rows = {row.day: row for row in StandingDay.objects.filter(organization=organization)}
    assert sorted(rows) == [dt.date(2026, 2, 18), TODAY - 7 * DAY, TODAY]
    for as_of, row in rows.items():
        expected = book_standing(organization, as_of).customers
        assert {name: getattr(row, name) for name in expected} == expected, as_of
    risk = {row.currency: row.at_risk for row in RiskDay.objects.filter(organization=organization, day=TODAY)}
    assert risk == {"EUR": 200, "USD": 100}
    assert not BookDay.objects.filter(organization=other_organization).exists()


def test_the_book_can_speak_of_days_since_something_dated_came_in(
    organization: Organization, policy: PolicyVersion
) -> None:
    customer = worlds.make_customer(organization)
    worlds.make_invoice(customer, due_on=TODAY - 200 * DAY, first_known_on=TODAY - 20 * DAY)
    worlds.make_payment(customer, 5, on=TODAY - 90 * DAY, is_opening=True)
    assess(organization)
    write_history(organization)
    assert PlanState.objects.get(organization=organization).history_from == TODAY - 20 * DAY
    worlds.make_payment(customer, 5, on=TODAY - 50 * DAY)
    assess(organization)
    write_history(organization)
    assert PlanState.objects.get(organization=organization).history_from == TODAY - 50 * DAY
