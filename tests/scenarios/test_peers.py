"""What was measured in a peer (Tryton 8.2), each failure a story here that ends otherwise.

processing twice sends all again: test_processing_twice_sends_nothing_again
planning again on the day of sending escalates 966 of 1,000 at once:
    test_planning_again_on_the_day_of_sending_escalates_nobody
four rounds in a day put 74 of 100 at the last level: test_four_rounds_in_a_day_are_one_step
with SMTP down every mail is lost and counted as sent:
    test_with_the_mail_server_down_nothing_is_lost_and_nothing_counts_as_sent
a blocked case still gets an empty mail: test_a_blocked_case_gets_no_mail_and_a_blocked_part_is_not_in_it
a credit leads to a mail with nothing in it: test_a_credit_that_covers_all_leads_to_no_mail
two runs at once lose one whole: test_two_runs_at_once_lose_nothing
"""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from dunwell.followup.models import Action
from dunwell.ledger.models import Customer
from dunwell.messaging.models import ChannelPause, Message
from dunwell.organizations.models import OrganizationSettings
from dunwell.workflows.run import run_organization
from tests import worlds
from tests.concurrency.together import at_the_same_time
from tests.invariants import DAY
from tests.scenarios.story import Story
from tests.worlds import TODAY

CASES = 25


@pytest.fixture
def cases(story: Story) -> list[Customer]:
    """A book as it comes in: everybody is long overdue, so that every step of the policy has come."""
    customers = [worlds.make_customer(story.organization) for _ in range(CASES)]
    for number, customer in enumerate(customers):
        worlds.make_invoice(customer, due_on=TODAY - (20 + number) * DAY)
    return customers


def mails_of(story: Story) -> Counter[int]:
    return Counter(mail.customer.pk for mail in story.mails())


def once_each(customers: list[Customer]) -> Counter[int]:
    return Counter(customer.pk for customer in customers)


def test_processing_twice_sends_nothing_again(story: Story, cases: list[Customer]) -> None:
    story.run(TODAY)
    assert mails_of(story) == once_each(cases)
    assert story.run(TODAY).sent == 0
    assert story.dispatch(TODAY).sent == 0
    assert mails_of(story) == once_each(cases)


def test_planning_again_on_the_day_of_sending_escalates_nobody(story: Story, cases: list[Customer]) -> None:
    story.run(TODAY)
    before = list(Action.objects.order_by("pk").values_list("pk", "state", "reason", "offset_days"))
    for hour in (11, 13, 15):
        assert story.run(TODAY, dt.time(hour)).planned == 0
    assert list(Action.objects.order_by("pk").values_list("pk", "state", "reason", "offset_days")) == before
    assert {mail.notice.tone for mail in story.mails()} == {"firm"}


def test_four_rounds_in_a_day_are_one_step(story: Story, cases: list[Customer]) -> None:
    for hour in (9, 11, 14, 17):
        story.run(TODAY, dt.time(hour))
    done = Counter(Action.objects.filter(state="done").values_list("invoice_id", flat=True))
    assert len(done) == CASES
    assert set(done.values()) == {1}
    assert not Action.objects.filter(state="done", step__tone="final").exists()


def test_with_the_mail_server_down_nothing_is_lost_and_nothing_counts_as_sent(
    story: Story, cases: list[Customer]
) -> None:
    port = story.smtp.port
    OrganizationSettings.objects.update(smtp_port=1)  # nobody listens there
    report = story.run(TODAY)
    assert (report.queued, report.sent) == (CASES, 0)
    assert any("paused" in remark for remark in report.remarks)
    assert set(Message.objects.values_list("state", flat=True)) == {"queued"}
    assert not Action.objects.filter(state="done").exists()
    OrganizationSettings.objects.update(smtp_port=port)
    ChannelPause.objects.all().delete()  # what saving the settings does
    assert story.dispatch(TODAY, dt.time(10)).sent == CASES
    assert mails_of(story) == once_each(cases)


def test_a_blocked_case_gets_no_mail_and_a_blocked_part_is_not_in_it(story: Story) -> None:
    blocked, partly = (worlds.make_customer(story.organization) for _ in range(2))
    for customer in (blocked, partly):
        worlds.make_invoice(customer, due_on=TODAY - 4 * DAY)
    worlds.make_hold(blocked)
    disputed = worlds.make_invoice(partly, due_on=TODAY - 4 * DAY)
    worlds.make_hold(partly, invoice=disputed)
    story.run(TODAY)
    (mail,) = story.mails()
    assert mail.customer == partly
    assert [item.invoice_id == disputed.pk for item in mail.items] == [False]
    waits = Action.objects.filter(state="waiting", reason="held").values_list("customer_id", flat=True)
    assert set(waits) == {blocked.pk, partly.pk}


def test_a_credit_that_covers_all_leads_to_no_mail(story: Story, customer: Customer) -> None:
    worlds.make_invoice(customer, due_on=TODAY - 4 * DAY, total=80)
    worlds.make_credit_note(customer, 100, on=TODAY - DAY)
    report = story.run(TODAY)
    assert story.mails() == []
    assert report.waiting == {"netted": 1}


def test_two_runs_at_once_lose_nothing(story: Story, cases: list[Customer]) -> None:
    now = story.moment(TODAY)
    reports = at_the_same_time(*[lambda: run_organization(story.organization, as_of=TODAY, now=now)] * 2)
    assert sum(report.planned for report in reports) == CASES
    assert mails_of(story) == once_each(cases)
    story.check(TODAY, planned=True)
