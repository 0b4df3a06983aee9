"""What a policy would have done, counted."""

from __future__ import annotations

import datetime as dt
import json

from hypothesis import given
from hypothesis import strategies as st

from dunwell.rules.simulation import (
    DueInvoice,
    Lived,
    SentNotice,
    Spread,
    StepReached,
    compare,
    figures,
    from_json,
    most_in_a_week,
    spread,
)

MONDAY = dt.date(2026, 3, 2)
DAYS = st.lists(st.dates(dt.date(2026, 1, 1), dt.date(2026, 3, 31)), max_size=40, unique=True)


def on(number: int) -> dt.date:
    return MONDAY + dt.timedelta(days=number)


def notice(day: int, customer: int, step: str, *invoices: int, place: int = 0, **fields: object) -> SentNotice:
    reached = tuple(StepReached(invoice, step, place) for invoice in invoices)
    values: dict[str, object] = {"channel": "email", "needs_approval": False, **fields}
    return SentNotice(on(day), customer, step=step, reached=reached, **values)  # type: ignore[arg-type]


def lived(*notices: SentNotice, due: tuple[DueInvoice, ...] = (), **waits: int) -> Lived:
    return Lived(MONDAY, on(27), 20, notices, due, waits)


def test_notices_by_step_day_and_channel() -> None:
    found = figures(
        lived(
            notice(0, 1, "Reminder", 10, 11, place=3),
            notice(0, 2, "Heads-up", 20, place=-3),
            notice(7, 1, "Firm", 10, place=7, needs_approval=True),
            notice(7, 2, "Call", 20, channel="call", place=5),
            notice(8, 3, "Call", 30, channel="call", place=5),
        ),
        weekly_limit=3,
    )
    assert (found.notices, found.approvals, found.by_channel) == (5, 1, {"call": 2, "email": 3})
    assert found.by_day == {"2026-03-02": 2, "2026-03-09": 2, "2026-03-10": 1}
    assert (found.calls, found.busiest_calls, found.calls_per_business_day) == (2, 1, 0.1)
    # In the order of their days; each counts the invoices it reached
    assert [(step.name, step.notices, step.reached) for step in found.by_step] == [
        ("Heads-up", 1, 1),
        ("Reminder", 1, 2),
        ("Call", 2, 2),
        ("Firm", 1, 1),
    ]


def test_contacts_are_days_and_an_internal_task_is_none() -> None:
    found = figures(
        lived(
            notice(0, 1, "a", 10),
            notice(0, 1, "b", 11, channel="sms"),  # the same day: one contact
            notice(3, 1, "a", 12),
            notice(6, 1, "a", 13),
            notice(7, 1, "t", 13, channel="task"),
            due=(DueInvoice(20, 2, on(5), None),),
        ),
        weekly_limit=3,
    )
    assert (found.contacts, found.customers, found.customers_contacted, found.most_contacts) == (3, 2, 1, 3)
    assert dict(found.contact_bands) == {
        "0": 1,
        "1": 0,
        "2": 0,
        "3 to 5": 1,
        "6 to 10": 0,
        "11 to 20": 0,
        "21 or more": 0,
    }
    assert (found.worst_week, found.customers_at_weekly_limit) == (3, 1)


def test_paid_before_a_notice_or_a_step_reached_it() -> None:
    due = (
        DueInvoice(1, 1, on(0), on(-2)),  # paid before anything
        DueInvoice(2, 1, on(0), on(5)),  # after its first reminder
        DueInvoice(3, 1, on(0), on(3)),  # on the day of it: the notice came first
        DueInvoice(4, 1, on(0), None),
    )
    found = figures(
        lived(notice(3, 1, "Reminder", 2, 3, 4, place=3), notice(7, 1, "Firm", 4, place=7), due=due), weekly_limit=3
    )
    assert (found.due, found.paid, found.paid_before_any_notice, found.share_paid_before) == (4, 3, 1, 33.3)
    assert [(step.name, step.paid_before, step.due) for step in found.by_step] == [("Reminder", 1, 4), ("Firm", 3, 4)]
    assert found.days_due_to_first_notice == Spread(3, 3, 3)
    assert found.days_first_notice_to_payment == Spread(1, 2, 2)


def test_nothing_divides_to_nothing() -> None:
    found = figures(Lived(MONDAY, MONDAY, 0, (), ()), weekly_limit=3)
    assert found.share_paid_before is None
    assert found.calls_per_business_day is None
    assert found.days_due_to_first_notice == Spread(None, None, 0)
    assert all(line.difference in {0, None} for line in compare(found, found))


def test_what_is_kept_as_json_is_read_back() -> None:
    found = figures(
        lived(notice(3, 1, "Reminder", 2), due=(DueInvoice(2, 1, on(0), on(9)),), contact_interval=4, weekly_limit=2),
        weekly_limit=1,
    )
    assert from_json(json.loads(json.dumps(found.as_json()))) == found
    assert (found.waited_for_interval, found.waited_for_weekly_limit) == (4, 2)


def test_side_by_side() -> None:
    few = figures(lived(notice(0, 1, "a", 1)), weekly_limit=3)
    many = figures(lived(*(notice(day, 1, "a", 1) for day in range(4))), weekly_limit=3)
    lines = {line.key: line for line in compare(few, many)}
    assert (lines["notices"].present, lines["notices"].other, lines["notices"].difference) == (1, 4, 3)
    assert lines["customers_at_weekly_limit"].difference == 1


@given(DAYS)
def test_most_in_a_week_is_that_of_the_worst_seven_days(days: list[dt.date]) -> None:
    worst = max((sum(0 <= (day - start).days < 7 for day in days) for start in days), default=0)
    assert most_in_a_week(days) == worst


@given(st.lists(st.integers(-100, 400), min_size=1))
def test_nine_of_ten_lie_within_the_spread(values: list[int]) -> None:
    found = spread(values)
    assert found.p90 is not None
    assert sum(value <= found.p90 for value in values) >= 0.9 * len(values)
    assert found.p90 in values
