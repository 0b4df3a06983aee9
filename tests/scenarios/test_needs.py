"""What people ask of such a system most (field.md, section 3), as far as planning answers it: one story for each need.

1  never twice, however often the job runs: test_a_job_every_quarter_of_an_hour_sends_one_reminder; tests/concurrency
2  never silently nothing: test_whatever_does_not_go_says_why
3  pause, with an end and a reason: test_a_pause_ends_by_itself; test_one_invoice.test_a_disputed_invoice
4  pause on a promise, go on when it is broken: test_a_broken_promise_is_followed_up
5  one consolidated message: test_one_mail_about_all_that_is_due; test_attachments, test_tags
6  any number of steps, repeated but capped: test_steps_long_before_and_after_due_that_repeat_and_end
7  and 8, interest and fees: not a matter of planning
9  a formal letter: tests/documents
10 credits, part payments, what is paid: test_a_part_payment_is_taken_off_and_the_steps_go_on; test_books
11 windows and time zones: test_when; tests/followup/test_windows.py
12 the right recipient: test_the_billing_contact_is_written_to; test_copies
13 delivery failures are shown: test_what_was_refused_is_shown_and_counts_as_nothing
14 preview, by hand, without one invoice: test_after_a_mail_by_hand_the_automatic_one_keeps_its_distance; test_people
15 schedules by segment, autopay left alone: test_important_customers_have_a_schedule_of_their_own,
   test_who_pays_automatically_is_left_alone
"""

from __future__ import annotations

import datetime as dt

from dunwell.followup.models import Action, DunningPolicy
from dunwell.followup.queries.assignments import RuleDraft
from dunwell.followup.queries.next_action import next_action
from dunwell.followup.services import notices
from dunwell.followup.services.assignments import save_rules
from dunwell.followup.services.policies import save_policy
from dunwell.ledger.models import Customer, Invoice
from dunwell.organizations.models import User
from dunwell.rules.policies import PolicyDraft, StepDraft
from dunwell.rules.waiting import EXPLANATIONS
from tests import worlds
from tests.invariants import DAY
from tests.scenarios.story import Story
from tests.worlds import TODAY


def test_a_job_every_quarter_of_an_hour_sends_one_reminder(story: Story, customer: Customer) -> None:
    """1. As one of the peers did it: 22 second reminders in a day."""
    worlds.make_invoice(customer, due_on=TODAY - 3 * DAY)
    for quarter in range(0, 40, 4):
        story.run(TODAY, (dt.datetime.combine(TODAY, dt.time(8)) + quarter * dt.timedelta(minutes=15)).time())
    assert story.told(customer) == [(TODAY, "neutral")]


def test_whatever_does_not_go_says_why(story: Story) -> None:
    """2. Each of them is late, none of them hears from us, and of each it is known why."""
    organization = story.organization
    unreachable = worlds.make_customer(organization, email="")
    paused, covered, ancient, told = (worlds.make_customer(organization) for _ in range(4))
    worlds.make_hold(paused)
    for customer in (unreachable, paused, covered, told):
        worlds.make_invoice(customer, due_on=TODAY - 4 * DAY, total=100)
    worlds.make_credit_note(covered, 500, on=TODAY - DAY)
    worlds.make_invoice(ancient, due_on=TODAY - 500 * DAY, first_known_on=TODAY)
    story.run(TODAY)
    worlds.make_invoice(told, due_on=TODAY - 4 * DAY)
    report = story.run(TODAY + DAY)
    assert {mail.customer for mail in story.mails()} == {told}
    assert {"no_address", "held", "netted", "old_debt", "contact_interval"} <= set(report.waiting)
    for invoice in Invoice.objects.filter(balance__gt=0).select_related("customer"):
        assert next_action(organization, invoice, TODAY + DAY).why
        assert all(
            reason in EXPLANATIONS for reason in Action.objects.exclude(reason="").values_list("reason", flat=True)
        )


def test_a_pause_ends_by_itself(story: Story, customer: Customer) -> None:
    """3. Nobody has to remember to switch it on again; until then the reason and its end can be read."""
    invoice = worlds.make_invoice(customer, due_on=TODAY, number="A-1")
    worlds.make_hold(customer, ends_on=TODAY + 6 * DAY, note="on holiday, asked us to wait")
    story.days(TODAY, TODAY + 5 * DAY)
    assert story.mails() == []
    now = next_action(story.organization, invoice, TODAY + 5 * DAY)
    assert (now.reason, now.until) == ("held", TODAY + 6 * DAY)
    assert any("On hold until" in sentence for sentence in now.prevented_by)
    story.run(TODAY + 6 * DAY)
    assert [(mail.day, mail.steps) for mail in story.mails()] == [(TODAY + 6 * DAY, {"A-1": 3})]


def test_a_broken_promise_is_followed_up(story: Story, customer: Customer) -> None:
    """4. A promise to pay rests the invoice until its day; kept, nothing follows; broken, the next step does."""
    kept, broken = (worlds.make_invoice(customer, due_on=TODAY - 3 * DAY, number=number) for number in ("K", "B"))
    for invoice in (kept, broken):
        worlds.make_hold(customer, invoice=invoice, reason="promise", ends_on=TODAY + 5 * DAY)
    story.days(TODAY, TODAY + 4 * DAY)
    worlds.make_payment(customer, kept.total, on=TODAY + 4 * DAY, towards=kept)
    story.run(TODAY + 5 * DAY)
    assert [mail.steps for mail in story.mails()] == [{"B": 7}]


def test_one_mail_about_all_that_is_due(story: Story, customer: Customer) -> None:
    """5. Three invoices at three levels are one mail: the highest sets the tone, each keeps its own step."""
    for number, days in (("A", 0), ("B", 3), ("C", 7)):
        worlds.make_invoice(customer, due_on=TODAY - days * DAY, number=number)
    story.run(TODAY)
    (mail,) = story.mails()
    assert mail.steps == {"A": 0, "B": 3, "C": 7}
    assert mail.notice.tone == "firm"
    assert mail.notice.amount == sum(item.balance for item in mail.items)


def test_steps_long_before_and_after_due_that_repeat_and_end(story: Story, customer: Customer) -> None:
    """6. No sign is turned round (a peer mailed 60 days early); what repeats has an end (another mailed for ever)."""
    steps = (
        StepDraft("Long before", -20, template="reminder"),
        StepDraft("Every week", 10, template="reminder", repeat_every_days=7, times=3),
        StepDraft("Late", 60, tone="firm", template="reminder"),
    )
    default = _default_policy(story)
    save_policy(organization=story.organization, draft=PolicyDraft("Standard", steps), policy_id=default, by=None)
    worlds.make_invoice(customer, due_on=TODAY, issued_on=TODAY - 30 * DAY)
    # Around each of its days, and long after the last
    for first, last in ((-25, -15), (5, 30), (55, 68), (95, 100)):
        story.days(TODAY + first * DAY, TODAY + last * DAY)
    gaps = [(mail.day - TODAY).days for mail in story.mails()]
    assert len(gaps) == 5
    assert [min(abs(gap - offset) for offset in (-20, 10, 17, 24, 60)) <= 2 for gap in gaps] == [True] * 5
    assert gaps == sorted(gaps)


def test_a_part_payment_is_taken_off_and_the_steps_go_on(story: Story, customer: Customer) -> None:
    """10. A peer's escalation broke off at a part payment; another asked for all of it again."""
    invoice = worlds.make_invoice(customer, due_on=TODAY - 3 * DAY, total=300)
    story.run(TODAY)
    worlds.make_payment(customer, 120, on=TODAY + DAY, towards=invoice)
    story.days(TODAY + DAY, TODAY + 12 * DAY)
    assert [(mail.notice.tone, int(mail.notice.amount)) for mail in story.mails()] == [
        ("neutral", 300),
        ("firm", 180),
        ("final", 180),
    ]


def test_the_billing_contact_is_written_to(story: Story) -> None:
    """12. Not whoever was entered first, nor everybody."""
    customer = worlds.make_customer(story.organization, email="")
    customer.contacts.all().delete()
    customer.contacts.create(organization=story.organization, name="Sales", email="sales@client.example", role="other")
    customer.contacts.create(
        organization=story.organization, name="Bills", email="bills@client.example", role="billing"
    )
    worlds.make_invoice(customer, due_on=TODAY)
    story.run(TODAY)
    assert [mail.message.recipient for mail in story.mails()] == ["bills@client.example"]


def test_what_was_refused_is_shown_and_counts_as_nothing(story: Story, customer: Customer) -> None:
    """13. A peer marked such mails as sent, another hung."""
    worlds.make_invoice(customer, due_on=TODAY - 3 * DAY)
    story.smtp.will(customer.contacts.get().email, "end-5")
    report = story.run(TODAY)
    assert (report.sent, report.failed) == (0, 1)
    assert [case["reason"] for case in report.needs_person] == ["failed"]
    assert not Action.objects.filter(state="done").exists()


def test_after_a_mail_by_hand_the_automatic_one_keeps_its_distance(
    story: Story, customer: Customer, anna: User
) -> None:
    """14. A peer's automatic mail came one day after the one that a person had sent."""
    worlds.make_invoice(customer, due_on=TODAY - 6 * DAY)
    this, sender, _ = story.begin(TODAY, dt.time(9))
    story.run(TODAY, dt.time(9), send=False)
    notice = customer_notice(customer)
    notices.send_now(organization=this.organization, notice_id=notice, by=anna, sender=sender, now=this.now)
    story.dispatch(TODAY, dt.time(9))
    story.days(TODAY + DAY, TODAY + 5 * DAY)
    first, second = (mail.day for mail in story.mails())
    assert (first, (second - first).days >= 3) == (TODAY, True)


def customer_notice(customer: Customer) -> int:
    action = Action.objects.get(customer=customer, state="planned")
    assert action.notice_id is not None
    return action.notice_id


def test_important_customers_have_a_schedule_of_their_own(story: Story, customer: Customer) -> None:
    """15. Who is tagged is reminded more often; the others as before."""
    organization = story.organization
    close = PolicyDraft("Close", tuple(StepDraft(f"Day {day}", day, template="reminder") for day in (0, 4, 8)))
    save_policy(organization=organization, draft=close, by=None)
    save_rules(organization=organization, rules=[RuleDraft("Large", "Close", tags=("large",))], by=None)
    large = worlds.make_customer(organization, tags=["large"])
    for who in (large, customer):
        worlds.make_invoice(who, due_on=TODAY)
    story.days(TODAY, TODAY + 8 * DAY)
    assert [mail.items[0].step.offset_days for mail in story.mails(large)] == [0, 4, 8]
    assert [mail.items[0].step.offset_days for mail in story.mails(customer)] == [0, 3, 7]


def test_who_pays_automatically_is_left_alone(story: Story, customer: Customer) -> None:
    """15. Money that is collected anyway is not asked for; when the collection ends, chasing begins where it stands."""
    invoice = worlds.make_invoice(customer, due_on=TODAY - 3 * DAY)
    hold = worlds.make_hold(customer, reason="autopay")
    story.days(TODAY, TODAY + 7 * DAY)
    assert story.mails() == []
    hold.released_on = TODAY + 8 * DAY
    hold.save()
    story.run(TODAY + 8 * DAY)
    assert [mail.steps for mail in story.mails()] == [{invoice.number: 7}]


def _default_policy(story: Story) -> int:
    return DunningPolicy.objects.get(organization=story.organization, is_default=True).pk
