"""Days and hours: weekends, holidays, time zones, limits, and passes for another date."""

from __future__ import annotations

import datetime as dt
import itertools

from dunwell.followup.models import Action, Notice, Run
from dunwell.ledger.models import Customer, TouchedCustomer
from dunwell.messaging.models import Message
from dunwell.organizations.models import ClosingDay, OrganizationSettings
from dunwell.workflows.run import run_organization
from tests import worlds
from tests.invariants import DAY
from tests.messaging.smtp_server import SmtpServer
from tests.scenarios.story import Story, make_chasing_organization
from tests.worlds import TODAY


def test_a_weekend_and_a_holiday(story: Story, customer: Customer) -> None:
    friday = dt.date(2026, 4, 3)
    ClosingDay.objects.create(organization=story.organization, date=friday, name="Good Friday")
    ClosingDay.objects.create(organization=story.organization, date=friday + 3 * DAY, name="Easter Monday")
    worlds.make_invoice(customer, due_on=friday + DAY, number="E-1")
    story.days(friday - 6 * DAY, friday + 8 * DAY)
    # Due on Saturday: the heads-up comes before the long weekend, the rest after it
    assert [(mail.day, mail.steps["E-1"]) for mail in story.mails()] == [
        (dt.date(2026, 4, 1), -3),
        (dt.date(2026, 4, 7), 3),
    ]


def test_what_a_saturday_writes_goes_on_monday_morning(story: Story, customer: Customer) -> None:
    saturday = TODAY + 3 * DAY
    worlds.make_invoice(customer, due_on=saturday - 4 * DAY, number="A-1")
    assert story.run(saturday).queued == 1
    assert story.run(saturday + DAY).queued == 1
    assert story.dispatch(saturday + 2 * DAY, dt.time(8, 59)).sent == 0
    assert story.dispatch(saturday + 2 * DAY, dt.time(9)).sent == 1
    (mail,) = story.mails()
    assert mail.items[0].days_past_due == 6


def test_nothing_goes_outside_the_window(story: Story, customer: Customer) -> None:
    worlds.make_invoice(customer, due_on=TODAY, number="A-1")
    assert story.run(TODAY, dt.time(7)).queued == 1
    assert story.dispatch(TODAY, dt.time(8, 59, 59)).sent == 0
    assert story.dispatch(TODAY, dt.time(18)).sent == 0
    story.run(TODAY, dt.time(18, 30))
    assert story.mails() == []
    assert story.dispatch(TODAY + DAY, dt.time(9)).sent == 1
    (mail,) = story.mails()
    assert mail.items[0].days_past_due == 1


def test_a_customer_behind_us_in_time(story: Story) -> None:
    customer = worlds.make_customer(story.organization, time_zone="America/Los_Angeles")
    worlds.make_invoice(customer, due_on=TODAY)
    assert story.run(TODAY, dt.time(9, 30)).sent == 0
    assert story.dispatch(TODAY, dt.time(15, 59)).sent == 0
    assert story.dispatch(TODAY, dt.time(16)).sent == 1  # nine o'clock in Los Angeles, on summer time
    (mail,) = story.mails()
    assert mail.sent_at.time() == dt.time(9)


def test_a_customer_ahead_of_us_in_time_is_reached_every_day(story: Story) -> None:
    """When our morning comes the day is over in Auckland: it goes on the next day there, not never."""
    customer = worlds.make_customer(story.organization, time_zone="Pacific/Auckland")
    worlds.make_invoice(customer, due_on=TODAY, number="NZ-1")
    for day in (TODAY, TODAY + DAY):
        story.run(day, dt.time(7))
        story.dispatch(day, dt.time(12))
        story.dispatch(day, dt.time(20))  # nine o'clock of the next day in Auckland
    (mail,) = story.mails()
    assert mail.day == TODAY + DAY
    assert mail.sent_at.time() == dt.time(9)
    assert mail.items[0].days_past_due == 1


def test_clocks_that_change_in_the_night(transactional_db: None, smtp: SmtpServer) -> None:
    story = Story(make_chasing_organization(smtp, time_zone="Europe/Berlin"), smtp)
    customer = worlds.make_customer(story.organization)
    sunday = dt.date(2026, 3, 29)
    worlds.make_invoice(customer, due_on=sunday + DAY)
    story.run(sunday + DAY, dt.time(7))
    assert story.dispatch(sunday + DAY, dt.time(8, 59)).sent == 0
    assert story.dispatch(sunday + DAY, dt.time(9)).sent == 1
    assert story.mails()[0].message.sending_at == dt.datetime(2026, 3, 30, 7, tzinfo=dt.UTC)


def test_contact_interval_and_weekly_limit_over_two_weeks(transactional_db: None, smtp: SmtpServer) -> None:
    story = Story(
        make_chasing_organization(smtp, settings={"contact_interval_days": 1, "weekly_contact_limit": 2}), smtp
    )
    customer = worlds.make_customer(story.organization)
    for day in range(-4, 12):
        worlds.make_invoice(customer, due_on=TODAY + day * DAY)
    limited = [report.as_of for report in story.live(TODAY, TODAY + 14 * DAY) if "weekly_limit" in report.waiting]
    days = sorted({mail.day for mail in story.mails()})
    assert days == [TODAY, TODAY + DAY, TODAY + 7 * DAY, TODAY + 8 * DAY, TODAY + 14 * DAY]
    assert TODAY + 2 * DAY in limited


def test_the_contact_interval_over_two_weeks(story: Story, customer: Customer) -> None:
    for day in range(-4, 12):
        worlds.make_invoice(customer, due_on=TODAY + day * DAY)
    story.days(TODAY, TODAY + 14 * DAY)
    days = sorted({mail.day for mail in story.mails()})
    assert all((later - earlier).days >= 3 for earlier, later in itertools.pairwise(days))
    assert days == [TODAY, TODAY + 5 * DAY, TODAY + 8 * DAY, TODAY + 12 * DAY]


def test_running_again_the_same_day_does_nothing_more(story: Story, customer: Customer) -> None:
    for number in range(4):
        worlds.make_invoice(customer, due_on=TODAY - number * DAY)
    story.run(TODAY)
    before = list(Action.objects.order_by("pk").values())
    for hour in range(10, 18):
        report = story.run(TODAY, dt.time(hour))
        assert (report.planned, report.notices, report.sent) == (0, 0, 0)
    assert list(Action.objects.order_by("pk").values()) == before
    assert len(story.mails()) == 1


def rows() -> list[int]:
    return [model._default_manager.count() for model in (Action, Notice, Message, Run, TouchedCustomer)]


def test_a_dry_run_says_what_would_go_and_leaves_nothing(story: Story, customer: Customer) -> None:
    worlds.make_invoice(customer, due_on=TODAY)
    before = rows()
    report = story.run(TODAY, dry_run=True)
    assert (report.planned, report.notices, report.queued, report.sent) == (1, 1, 1, 0)
    assert rows() == before
    assert story.mails() == []
    assert story.run(TODAY).sent == 1


def test_another_date_is_a_dry_run_unless_the_server_is_on_this_machine(story: Story, customer: Customer) -> None:
    worlds.make_invoice(customer, due_on=TODAY)
    before = rows()
    now = story.moment(TODAY + 30 * DAY)
    OrganizationSettings.objects.update(smtp_host="mail.northlight.example")
    report = run_organization(story.organization, as_of=TODAY, now=now)
    assert report.dry_run
    assert report.remarks
    assert report.planned == 1
    assert rows() == before
    OrganizationSettings.objects.update(smtp_host="127.0.0.1")
    report = run_organization(story.organization, as_of=TODAY, now=now)
    assert (report.dry_run, report.sent) == (False, 1)
    story.check(TODAY)
    assert story.mails()[0].sent_at.time().replace(microsecond=0, second=0) == dt.time(9)
