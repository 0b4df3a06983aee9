"""The life of one invoice: unpaid, disputed, paid in time, bounced."""

from __future__ import annotations

import datetime as dt

from dunwell.followup.services.compose import compose
from dunwell.followup.services.prepare import prepare
from dunwell.ledger.models import Allocation, Customer, Invoice, Payment
from dunwell.messaging.models import ChannelPause
from tests import worlds
from tests.invariants import DAY
from tests.scenarios.story import Story
from tests.worlds import TODAY


def bounce(payment: Payment, on: dt.date) -> None:
    """The bank takes the money back."""
    Allocation.objects.filter(payment=payment).update(reversed_on=on)
    Payment.objects.filter(pk=payment.pk).update(failed_on=on)


def test_an_invoice_nobody_pays(story: Story, customer: Customer) -> None:
    invoice = worlds.make_invoice(customer, due_on=TODAY, number="A-1")
    reports = story.days(TODAY - 6 * DAY, TODAY + 30 * DAY)
    # −3 falls on a Sunday and moves back, +3 on a Saturday and moves on; +7 keeps three days' distance to +3
    assert story.told(customer) == [
        (dt.date(2026, 3, 13), "friendly"),
        (dt.date(2026, 3, 18), "friendly"),
        (dt.date(2026, 3, 23), "neutral"),
        (dt.date(2026, 3, 26), "firm"),
        (dt.date(2026, 4, 1), "final"),
    ]
    assert [mail.steps for mail in story.mails()] == [{"A-1": offset} for offset in (-3, 0, 3, 7, 14)]
    assert set(story.steps(invoice).values()) == {"done"}
    # After the last step nothing chases any more, and a person is asked
    assert [case["customer_id"] for case in reports[-1].needs_person] == [customer.pk]
    assert not any(report.needs_person for report in reports[: 6 + 14])
    # Channels that nobody has set up are no servers that are away
    assert not ChannelPause.objects.exists()
    assert not any(report.remarks for report in reports)


def test_the_mail_says_what_a_customer_needs_to_pay(story: Story, customer: Customer) -> None:
    worlds.make_invoice(customer, due_on=TODAY - 5 * DAY, total="1234.50", number="A-77")
    story.run(TODAY)
    (taken,) = story.smtp.taken
    mail = taken.mail
    assert mail["To"] == "Billing <" + customer.contacts.get().email + ">"
    assert "Northlight Media" in mail["From"]
    assert mail["Auto-Submitted"] == "auto-generated"
    body = mail.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    for word in ("A-77", "1,234.50", "https://pay.example/A-77"):
        assert word in text


def test_a_paid_invoice_is_left_alone(story: Story, customer: Customer) -> None:
    invoice = worlds.make_invoice(customer, due_on=TODAY)
    story.days(TODAY - 5 * DAY, TODAY)
    worlds.make_payment(customer, 100, on=TODAY + DAY, towards=invoice)
    story.days(TODAY + DAY, TODAY + 20 * DAY)
    assert [tone for _, tone in story.told(customer)] == ["friendly", "friendly"]


def test_a_disputed_invoice(story: Story, customer: Customer) -> None:
    disputed = worlds.make_invoice(customer, due_on=TODAY, number="D-1")
    worlds.make_invoice(customer, due_on=TODAY, number="D-2")
    story.days(TODAY - 6 * DAY, TODAY)
    hold = worlds.make_hold(customer, invoice=disputed, reason="dispute", starts_on=TODAY + DAY)
    story.days(TODAY + DAY, TODAY + 10 * DAY)
    assert [set(mail.steps) for mail in story.mails()] == [{"D-1", "D-2"}, {"D-1", "D-2"}, {"D-2"}, {"D-2"}]
    assert story.steps(disputed) == {-3: "done", 0: "done", 3: "final superseded", 7: "waiting held"}
    # The dispute is settled, and the step that waited goes with the text of that day
    hold.released_on = TODAY + 12 * DAY
    hold.save()
    story.days(TODAY + 11 * DAY, TODAY + 12 * DAY)
    last = story.mails()[-1]
    assert last.day == TODAY + 12 * DAY
    assert last.steps == {"D-1": 7}
    assert last.items[0].days_past_due == 12


def test_a_promise_that_passes_is_followed_up(story: Story, customer: Customer) -> None:
    worlds.make_invoice(customer, due_on=TODAY)
    worlds.make_hold(customer, reason="promise", starts_on=TODAY, ends_on=TODAY + 6 * DAY)
    story.days(TODAY - 6 * DAY, TODAY + 6 * DAY)
    assert [mail.day for mail in story.mails()] == [dt.date(2026, 3, 13), TODAY + 6 * DAY]


def test_paid_between_composing_and_dispatch_is_in_no_mail(story: Story, customer: Customer) -> None:
    paid = worlds.make_invoice(customer, due_on=TODAY, number="PAID")
    worlds.make_invoice(customer, due_on=TODAY, number="OPEN")
    assert story.run(TODAY, send=False).queued == 1
    worlds.make_payment(customer, 100, towards=paid)
    assert story.dispatch(TODAY).cancelled == 1
    assert story.mails() == []
    # What is still due is written anew, without it
    story.run(TODAY)
    assert [mail.steps for mail in story.mails()] == [{"OPEN": 0}]


def test_held_or_credited_after_planning_is_in_no_mail(story: Story, customer: Customer) -> None:
    """Another connection commits between the plan and the writing: the facts of the plan are old by then."""
    late = TODAY - 5 * DAY
    held = worlds.make_invoice(customer, due_on=late)
    other = worlds.make_customer(story.organization)
    worlds.make_invoice(other, due_on=late)
    third = worlds.make_customer(story.organization)
    pending = worlds.make_invoice(third, due_on=late)
    untouched = worlds.make_customer(story.organization)
    worlds.make_invoice(untouched, due_on=late, number="GOES")
    pass_, sender, texts = story.begin(TODAY)
    prepare(pass_)
    worlds.make_hold(customer, invoice=held)
    worlds.make_credit_note(other, 500)
    worlds.make_payment(third, 100, towards=pending, succeeded_on=None)
    compose(pass_, None, sender, texts)
    story.dispatch(TODAY)
    assert [mail.steps for mail in story.mails()] == [{"GOES": 3}]
    # The next pass sees what has become of them
    story.run(TODAY)
    assert [story.steps(invoice)[3] for invoice in (held, pending)] == ["waiting held", "waiting held"]
    assert len(story.mails()) == 1


def test_a_hold_that_begins_on_the_sending_day_stops_it(story: Story, customer: Customer) -> None:
    """A Saturday's pass writes for Monday; the dispute is known on Saturday and stands from Monday."""
    saturday = TODAY + 3 * DAY
    invoice = worlds.make_invoice(customer, due_on=saturday - 4 * DAY)
    worlds.make_hold(customer, invoice=invoice, reason="dispute", starts_on=saturday + 2 * DAY)
    story.run(saturday)
    story.dispatch(saturday + 2 * DAY)
    assert story.mails() == []


def test_a_payment_bounces_after_the_invoice_was_settled(story: Story, customer: Customer) -> None:
    invoice = worlds.make_invoice(customer, due_on=TODAY)
    story.days(TODAY - 6 * DAY, TODAY)
    payment = worlds.make_payment(customer, 100, on=TODAY + DAY, towards=invoice)
    story.days(TODAY + DAY, TODAY + 7 * DAY)
    assert story.steps(invoice) == {-3: "done", 0: "done"}
    # The bank takes it back a week later: the debt is as old as it is, and chasing goes on from there
    bounced_on = TODAY + 8 * DAY
    bounce(payment, bounced_on)
    story.days(bounced_on, TODAY + 20 * DAY)
    assert [(mail.day, mail.steps[invoice.number]) for mail in story.mails()][2:] == [
        (bounced_on, 7),
        (TODAY + 14 * DAY, 14),
    ]


def test_a_settled_step_that_comes_back_to_life_goes_only_once(story: Story, customer: Customer) -> None:
    invoice = worlds.make_invoice(customer, due_on=TODAY)
    story.run(TODAY, send=False)
    payment = worlds.make_payment(customer, 100, towards=invoice)
    story.run(TODAY)
    assert story.steps(invoice)[0] == "final paid"
    bounce(payment, TODAY)
    story.run(TODAY)
    story.run(TODAY)
    assert len(story.mails()) == 1


def test_a_later_due_date_takes_back_what_is_not_due_any_more(story: Story, customer: Customer) -> None:
    invoice = worlds.make_invoice(customer, due_on=TODAY - 3 * DAY)
    assert story.run(TODAY, send=False).queued == 1
    Invoice.objects.filter(pk=invoice.pk).update(due_on=TODAY + 20 * DAY)
    story.run(TODAY)
    story.days(TODAY + DAY, TODAY + 15 * DAY)
    assert story.mails() == []
    # From then on its steps come as if it had always been so
    story.days(TODAY + 16 * DAY, TODAY + 35 * DAY)
    assert [mail.steps[invoice.number] for mail in story.mails()] == [-3, 0, 3, 7, 14]


def test_an_invoice_made_void_ends_its_steps(story: Story, customer: Customer) -> None:
    invoice = worlds.make_invoice(customer, due_on=TODAY)
    assert story.run(TODAY, send=False).queued == 1
    Invoice.objects.filter(pk=invoice.pk).update(voided_on=TODAY)
    story.dispatch(TODAY)
    story.run(TODAY)
    assert story.mails() == []
    assert story.steps(invoice)[0] == "final void"
