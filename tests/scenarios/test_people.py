"""What people do: stop everything, approve, edit, take an invoice out, send now, change the policy, try again."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dunwell.followup.models import DunningPolicy, Notice, NoticeState, PolicyStep, PolicyVersion
from dunwell.followup.services import many, notices, switches
from dunwell.ledger.models import Customer
from dunwell.messaging.models import Message, MessageTemplate
from dunwell.organizations.models import User
from dunwell.workflows.notices import refresh
from tests import worlds
from tests.invariants import DAY
from tests.messaging.smtp_server import SmtpServer
from tests.scenarios.story import Story, make_chasing_organization
from tests.worlds import TODAY


@pytest.fixture
def careful(transactional_db: None, smtp: SmtpServer) -> Story:
    """An organization where a person approves each notice."""
    return Story(make_chasing_organization(smtp, settings={"approval_required": True}), smtp)


def waiting_notice(story: Story) -> Notice:
    return Notice.objects.get(organization=story.organization, state=NoticeState.AWAITING_APPROVAL)


def test_stop_all_sending_and_resume(story: Story, customer: Customer, anna: User) -> None:
    worlds.make_invoice(customer, due_on=TODAY - 3 * DAY)
    assert story.run(TODAY, dt.time(7)).queued == 1
    stopped = switches.stop_sending(organization=story.organization, by=anna, now=story.moment(TODAY, dt.time(8)))
    assert stopped == 1
    assert story.dispatch(TODAY).sent == 0
    story.days(TODAY, TODAY + 2 * DAY)
    assert story.mails() == []
    switches.resume_sending(organization=story.organization, by=anna)
    report = story.run(TODAY + 5 * DAY)
    assert report.sent == 1
    assert story.mails()[0].items[0].days_past_due == 8


def test_resumed_on_the_same_day_it_goes_the_same_day(story: Story, customer: Customer, anna: User) -> None:
    worlds.make_invoice(customer, due_on=TODAY)
    story.run(TODAY, dt.time(7))
    switches.stop_sending(organization=story.organization, by=anna, now=story.moment(TODAY, dt.time(8)))
    story.run(TODAY, dt.time(9))
    switches.resume_sending(organization=story.organization, by=anna)
    assert story.run(TODAY, dt.time(11)).sent == 1


def test_approval_demanded(careful: Story) -> None:
    customer = worlds.make_customer(careful.organization)
    worlds.make_invoice(customer, due_on=TODAY)
    anna = worlds.make_user(organization=careful.organization)
    report = careful.run(TODAY)
    assert (report.awaiting_approval, report.sent) == (1, 0)
    this, sender, _ = careful.begin(TODAY)
    notices.approve(
        organization=this.organization, notice_id=waiting_notice(careful).pk, by=anna, sender=sender, now=this.now
    )
    assert careful.dispatch(TODAY).sent == 1
    assert careful.run(TODAY).notices == 0
    assert len(careful.mails()) == 1


def test_edited_words_are_what_arrives(careful: Story) -> None:
    customer = worlds.make_customer(careful.organization)
    invoice = worlds.make_invoice(customer, due_on=TODAY)
    anna = worlds.make_user(organization=careful.organization)
    careful.run(TODAY)
    this, sender, _ = careful.begin(TODAY)
    notice = waiting_notice(careful)
    notices.edit(
        organization=this.organization,
        notice_id=notice.pk,
        by=anna,
        subject="A word between us",
        body_text=f"Dear Tom, about {invoice.number}: shall we talk?\n",
        body_html="",
        now=this.now,
    )
    notices.approve(organization=this.organization, notice_id=notice.pk, by=anna, sender=sender, now=this.now)
    assert careful.dispatch(TODAY).sent == 1
    mail = careful.smtp.taken[0].mail
    assert mail["Subject"] == "A word between us"
    body = mail.get_body(("plain",))
    assert body is not None
    assert "shall we talk?" in body.get_content()


def test_what_changed_after_approval_goes_back_to_a_person(careful: Story) -> None:
    customer = worlds.make_customer(careful.organization)
    paid = worlds.make_invoice(customer, due_on=TODAY, number="PAID")
    worlds.make_invoice(customer, due_on=TODAY, number="OPEN")
    anna = worlds.make_user(organization=careful.organization)
    careful.run(TODAY)
    this, sender, _ = careful.begin(TODAY)
    notices.approve(
        organization=this.organization, notice_id=waiting_notice(careful).pk, by=anna, sender=sender, now=this.now
    )
    worlds.make_payment(customer, 100, towards=paid)
    assert careful.dispatch(TODAY).cancelled == 1
    careful.run(TODAY)
    assert careful.mails() == []
    again = waiting_notice(careful)
    assert [item.invoice.number for item in again.items.all()] == ["OPEN"]


def test_a_dropped_invoice_is_not_in_it_nor_in_the_next(story: Story, customer: Customer, anna: User) -> None:
    dropped = worlds.make_invoice(customer, due_on=TODAY, number="DROPPED")
    worlds.make_invoice(customer, due_on=TODAY, number="KEPT")
    story.run(TODAY, dt.time(7))
    notice = Notice.objects.get(state=NoticeState.QUEUED)
    now = story.moment(TODAY, dt.time(8))
    notices.drop_invoice(organization=story.organization, notice_id=notice.pk, invoice_id=dropped.pk, by=anna, now=now)
    refresh(story.organization, now=now)
    story.dispatch(TODAY)
    story.run(TODAY)
    assert [mail.steps for mail in story.mails()] == [{"KEPT": 0}]
    assert story.steps(dropped)[0] == "final dropped"


def test_sent_now_by_a_person(story: Story, customer: Customer, anna: User) -> None:
    worlds.make_invoice(customer, due_on=TODAY)
    story.run(TODAY, dt.time(7))
    notice = Notice.objects.get(state=NoticeState.QUEUED)
    this, sender, _ = story.begin(TODAY)
    early = story.moment(TODAY, dt.time(7, 30))
    with pytest.raises(notices.OutsideWindowError):
        notices.send_now(organization=this.organization, notice_id=notice.pk, by=anna, sender=sender, now=early)
    notices.send_now(
        organization=this.organization, notice_id=notice.pk, by=anna, sender=sender, now=early, confirmed=True
    )
    assert story.dispatch(TODAY, dt.time(7, 31)).sent == 1
    story.days(TODAY, TODAY + DAY)
    (mail,) = story.mails()
    assert mail.notice.window_overridden_by == anna


def test_send_now_never_skips_a_hold(story: Story, customer: Customer, anna: User) -> None:
    worlds.make_invoice(customer, due_on=TODAY)
    story.run(TODAY, dt.time(7))
    notice = Notice.objects.get(state=NoticeState.QUEUED)
    worlds.make_hold(customer)
    this, sender, _ = story.begin(TODAY)
    notices.send_now(organization=this.organization, notice_id=notice.pk, by=anna, sender=sender, now=this.now)
    story.dispatch(TODAY)
    assert story.mails() == []


@pytest.mark.parametrize("at_once", [False, True], ids=["one by one", "all at once"])
def test_a_failed_notice_that_is_tried_again_days_later_speaks_of_that_day(
    story: Story, anna: User, at_once: bool
) -> None:
    """What was written on Wednesday about an invoice paid on Thursday does not go on Friday."""
    payer = worlds.make_customer(story.organization, email="payer@client.example")
    other = worlds.make_customer(story.organization, email="other@client.example")
    held = worlds.make_customer(story.organization, email="held@client.example")
    invoices = [worlds.make_invoice(one, due_on=TODAY) for one in (payer, other, held)]
    for one in ("payer", "other", "held"):
        story.smtp.will(f"{one}@client.example", "rcpt-5")
    assert story.run(TODAY).failed == 3
    friday = TODAY + 2 * DAY
    worlds.make_payment(payer, 100, on=TODAY + DAY, towards=invoices[0])
    worlds.make_hold(held, starts_on=TODAY + DAY)
    shared: dict[str, Any] = {"organization": story.organization, "by": anna, "now": story.moment(friday)}
    if at_once:
        messages = list(Message.objects.values_list("pk", flat=True))
        assert many.try_again(message_ids=messages, **shared) == 3
        assert many.try_again(message_ids=messages, **shared) == 0
    else:
        for notice in Notice.objects.filter(state=NoticeState.FAILED):
            notices.try_again(notice_id=notice.pk, **shared)
    story.dispatch(friday)
    story.run(friday)
    assert story.mails(payer) == []
    assert story.mails(held) == []
    (mail,) = story.mails(other)
    assert mail.items[0].days_past_due == 2


def test_an_uncertain_notice_is_shown_and_not_sent_again(story: Story, anna: User) -> None:
    customer = worlds.make_customer(story.organization, email="lost@client.example")
    invoice = worlds.make_invoice(customer, due_on=TODAY)
    story.smtp.will("lost@client.example", "drop-end")
    report = story.run(TODAY)
    assert report.uncertain == 1
    assert [case["reason"] for case in report.needs_person] == ["uncertain"]
    report = story.days(TODAY, TODAY + 2 * DAY)[-1]
    assert [case["reason"] for case in report.needs_person] == ["uncertain"]
    assert story.steps(invoice)[0] == "done"
    assert len(story.mails()) == 1
    # The person asks: it had arrived
    notices.settle_uncertain(
        organization=story.organization,
        notice_id=Notice.objects.get().pk,
        by=anna,
        arrived=True,
        now=story.moment(TODAY + 2 * DAY),
    )
    assert story.run(TODAY + 2 * DAY, dt.time(11)).needs_person == []


def test_an_uncertain_notice_sent_again_days_later_is_written_anew(story: Story, anna: User) -> None:
    customer = worlds.make_customer(story.organization, email="lost@client.example")
    invoice = worlds.make_invoice(customer, due_on=TODAY)
    story.smtp.will("lost@client.example", "drop-end")
    assert story.run(TODAY).uncertain == 1
    notice = Notice.objects.get(state=NoticeState.UNCERTAIN)
    tomorrow = TODAY + DAY
    story.days(tomorrow, tomorrow)
    assert story.steps(invoice)[0] == "done"
    assert len(story.mails()) == 1
    # The person knows that it did not arrive: as far as the customer is concerned it was never there
    story.smtp.events.taken.clear()
    notices.settle_uncertain(
        organization=story.organization, notice_id=notice.pk, by=anna, arrived=False, now=story.moment(tomorrow)
    )
    story.dispatch(tomorrow)
    story.run(tomorrow)
    (mail,) = story.mails()
    assert mail.day == tomorrow
    assert mail.items[0].days_past_due == 1


def new_version(story: Story, steps: list[tuple[int, int, str]]) -> PolicyVersion:
    """A person edits the policy: (lineage, offset, tone) of each step; the texts stay as they are."""
    policy = DunningPolicy.objects.get(organization=story.organization)
    number = policy.versions.count() + 1
    policy.versions.update(is_current=False)
    version = PolicyVersion.objects.create(organization=story.organization, policy=policy, number=number)
    template = MessageTemplate.objects.get(
        organization=story.organization, key="reminder", channel="email", language="en"
    )
    for lineage, offset, tone in steps:
        PolicyStep.objects.create(
            organization=story.organization,
            version=version,
            lineage=lineage,
            name=f"Step {lineage}",
            offset_days=offset,
            tone=tone,
            template=template,
        )
    return version


def test_a_policy_edited_midway_repeats_no_step(story: Story, customer: Customer) -> None:
    invoice = worlds.make_invoice(customer, due_on=TODAY)
    story.days(TODAY - 6 * DAY, TODAY + 6 * DAY)
    assert [mail.steps[invoice.number] for mail in story.mails()] == [-3, 0, 3]
    # The third step moves on by two days, the fourth comes later, and one comes in between that is past already
    new_version(
        story,
        [
            (1, -3, "friendly"),
            (2, 0, "friendly"),
            (6, 2, "neutral"),
            (3, 5, "neutral"),
            (4, 9, "firm"),
            (5, 16, "final"),
        ],
    )
    story.days(TODAY + 6 * DAY, TODAY + 25 * DAY)
    assert [mail.steps[invoice.number] for mail in story.mails()] == [-3, 0, 3, 9, 16]
    assert story.steps(invoice)[2] == "final already_past"


def test_a_step_taken_out_of_the_policy_is_not_sent(story: Story, customer: Customer) -> None:
    """Lineage 3 was planned when a person put another step in its place: one reminder goes, not two."""
    worlds.make_invoice(customer, due_on=TODAY - 3 * DAY, number="A-1")
    story.run(TODAY, dt.time(7))
    new_version(story, [(1, -3, "friendly"), (2, 0, "friendly"), (7, 2, "neutral"), (4, 7, "firm"), (5, 14, "final")])
    story.run(TODAY)
    story.days(TODAY + DAY, TODAY + 3 * DAY)
    (mail,) = story.mails()
    assert mail.steps == {"A-1": 2}


def test_a_step_moved_to_a_later_day_waits_for_it(story: Story, customer: Customer) -> None:
    worlds.make_invoice(customer, due_on=TODAY, number="A-1")
    story.run(TODAY, dt.time(7))
    new_version(story, [(2, 2, "friendly"), (4, 7, "firm")])
    story.run(TODAY)
    assert story.mails() == []
    story.days(TODAY + DAY, TODAY + 2 * DAY)
    assert [(mail.day, mail.steps) for mail in story.mails()] == [(TODAY + 2 * DAY, {"A-1": 2})]


def test_a_step_that_demands_approval(story: Story, customer: Customer) -> None:
    PolicyStep.objects.filter(organization=story.organization, tone="firm").update(approval_required=True)
    worlds.make_invoice(customer, due_on=TODAY - 7 * DAY)
    report = story.run(TODAY)
    assert (report.sent, report.awaiting_approval) == (0, 1)
    # Not approved today: written anew tomorrow, still asking
    report = story.run(TODAY + DAY)
    assert (report.sent, report.awaiting_approval) == (0, 1)
    assert Notice.objects.filter(state=NoticeState.AWAITING_APPROVAL).count() == 1
