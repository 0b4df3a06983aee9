"""Whole books: old ones, stale ones, several currencies, credits, and customers who cannot be reached."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from dunwell.followup.services import switches
from dunwell.followup.services.notices import chase_old_debt
from dunwell.followup.services.passes import MANY
from dunwell.ledger.models import Contact, Customer, DataSource, Invoice
from dunwell.messaging.models import Message
from dunwell.organizations.models import User
from tests import worlds
from tests.invariants import DAY
from tests.messaging.smtp_server import SmtpServer
from tests.scenarios.story import Story, make_chasing_organization
from tests.worlds import TODAY


def test_the_clerk_imports_a_five_year_old_book(transactional_db: None, smtp: SmtpServer) -> None:
    story = Story(make_chasing_organization(smtp, chasing=False), smtp)
    customers = [worlds.make_customer(story.organization) for _ in range(5)]
    ancient: list[Invoice] = []
    for customer in customers:
        ancient += [
            worlds.make_invoice(customer, due_on=TODAY - years * 365 * DAY - DAY, first_known_on=TODAY)
            for years in (5, 4, 3, 2)
        ]
        for days in (300, 90, 20, 9):
            worlds.make_invoice(customer, due_on=TODAY - days * DAY, first_known_on=TODAY)
    # Rehearsal: everything is planned and written, and nothing leaves the house
    for report in story.days(TODAY, TODAY + 6 * DAY):
        assert (report.notices, report.queued, report.sent) == (5, 0, 0)
        assert report.waiting["old_debt"] >= len(ancient)
        asked = {(case["reason"], case["customer_id"]) for case in report.needs_person}
        assert asked == {("old_debt", customer.pk) for customer in customers}
    assert story.mails() == []
    assert Message.objects.count() == 0
    # A person has read them and presses Start chasing
    day = TODAY + 7 * DAY
    story.run(day, dt.time(7))
    switches.start_chasing(organization=story.organization, by=None, now=story.moment(day, dt.time(8)), can_send=True)
    story.organization.refresh_from_db()
    assert story.run(day).sent == 5
    for customer in customers:
        (mail,) = story.mails(customer)
        assert mail.notice.tone == "firm"
        assert len(mail.items) == 4
    # Never final first, and not before three days have passed
    story.days(day + DAY, day + 10 * DAY)
    for customer in customers:
        assert story.told(customer) == [(day, "firm"), (day + 5 * DAY, "final")]
    assert not {mail_item.invoice_id for mail in story.mails() for mail_item in mail.items} & {
        one.pk for one in ancient
    }


def test_a_person_decides_to_chase_an_old_debt(story: Story, customer: Customer, anna: User) -> None:
    invoice = worlds.make_invoice(customer, due_on=TODAY - 500 * DAY, first_known_on=TODAY)
    story.run(TODAY)
    assert story.steps(invoice)[7] == "waiting old_debt"
    chase_old_debt(organization=story.organization, invoice_id=invoice.pk, by=anna, now=story.moment(TODAY))
    story.run(TODAY)
    assert story.told(customer) == [(TODAY, "firm")]


def test_a_final_text_is_never_the_first_word_about_an_invoice(story: Story, customer: Customer) -> None:
    """The old invoice has had its reminders; the new one falls due on the day of the final one."""
    worlds.make_invoice(customer, due_on=TODAY, number="OLD")
    worlds.make_invoice(customer, due_on=TODAY + 14 * DAY, issued_on=TODAY + 12 * DAY, number="NEW")
    story.days(TODAY - 6 * DAY, TODAY + 40 * DAY)
    seen: set[str] = set()
    for mail in story.mails(customer):
        if mail.notice.tone == "final":
            assert set(mail.steps) <= seen, f"{mail.day}: {mail.steps}"
        seen |= set(mail.steps)
    final = [mail.steps for mail in story.mails(customer) if mail.notice.tone == "final"]
    assert [14 in steps.values() for steps in final] == [True, True]


def test_two_currencies_two_notices_one_contact(story: Story, customer: Customer) -> None:
    worlds.make_invoice(customer, due_on=TODAY, number="E-1", currency="EUR")
    worlds.make_invoice(customer, due_on=TODAY, number="U-1", currency="USD", total=250)
    story.days(TODAY - 6 * DAY, TODAY + 20 * DAY)
    by_day: dict[dt.date, dict[str, dict[str, int]]] = {}
    for mail in story.mails(customer):
        by_day.setdefault(mail.day, {})[mail.notice.currency] = mail.steps
    assert list(by_day.values()) == [{"EUR": {"E-1": offset}, "USD": {"U-1": offset}} for offset in (-3, 0, 3, 7, 14)]


def test_a_credit_covers_the_older_invoice(story: Story, customer: Customer) -> None:
    older = worlds.make_invoice(customer, due_on=TODAY - 8 * DAY, total=100, number="OLDER")
    newer = worlds.make_invoice(customer, due_on=TODAY - 4 * DAY, total=300, number="NEWER")
    worlds.make_credit_note(customer, 150)
    story.run(TODAY)
    (mail,) = story.mails()
    assert mail.steps == {"NEWER": 3}
    assert (mail.notice.amount, mail.notice.credit) == (Decimal(250), Decimal(50))
    assert story.steps(older)[7] == "waiting netted"
    # The next one asks for both again once the credit is used up elsewhere
    worlds.make_credit_note(customer, 10, towards=newer, on=TODAY)
    assert story.steps(newer)[3] == "done"


def test_a_stale_file_is_not_chased_by(story: Story) -> None:
    fresh_at = story.moment(TODAY - 8 * DAY)
    source = DataSource.objects.create(organization=story.organization, kind="file", name="book.csv", fresh_at=fresh_at)
    customer = worlds.make_customer(story.organization, source=source)
    by_hand = worlds.make_customer(story.organization)
    invoice = worlds.make_invoice(customer, due_on=TODAY)
    worlds.make_invoice(by_hand, due_on=TODAY)
    report = story.run(TODAY)
    assert story.mails(customer) == []
    assert len(story.mails(by_hand)) == 1
    assert report.waiting == {"stale_data": 1}
    assert [(case["reason"], case["customer_id"]) for case in report.needs_person] == [("stale_data", customer.pk)]
    # The newest file comes in the same day, and nothing in it has changed
    source.fresh_at = story.moment(TODAY)
    source.save()
    story.run(TODAY, dt.time(11))
    assert len(story.mails(customer)) == 1
    assert story.steps(invoice)[0] == "done"


def test_data_that_goes_stale_before_a_notice_goes(story: Story) -> None:
    fresh_at = story.moment(TODAY - 7 * DAY, dt.time(9, 45))
    source = DataSource.objects.create(organization=story.organization, kind="file", name="book.csv", fresh_at=fresh_at)
    customer = worlds.make_customer(story.organization, source=source)
    invoice = worlds.make_invoice(customer, due_on=TODAY)
    assert story.run(TODAY, send=False).queued == 1
    assert story.dispatch(TODAY, dt.time(9, 46)).cancelled == 1
    assert story.run(TODAY, dt.time(10)).waiting == {"stale_data": 1}
    assert story.mails(customer) == []
    source.fresh_at = story.moment(TODAY, dt.time(10, 30))
    source.save()
    story.run(TODAY, dt.time(11))
    assert story.steps(invoice)[0] == "done"
    assert len(story.mails(customer)) == 1


def test_an_address_that_does_not_exist(story: Story) -> None:
    customer = worlds.make_customer(story.organization, email="gone@client.example")
    invoice = worlds.make_invoice(customer, due_on=TODAY)
    story.smtp.will("gone@client.example", "rcpt-unknown", "rcpt-unknown")
    report = story.run(TODAY)
    assert (report.sent, report.failed) == (0, 1)
    assert [case["reason"] for case in report.needs_person] == ["failed"]
    story.days(TODAY + DAY, TODAY + 5 * DAY)
    assert story.steps(invoice)[3] == "waiting no_address"
    assert story.smtp.events.transactions == 1
    # Somebody finds out the right one
    Contact.objects.filter(customer=customer).update(email="new@client.example", email_refused_at=None)
    report = story.run(TODAY + 5 * DAY)
    assert [mail.message.recipient for mail in story.mails()] == ["new@client.example"]
    assert report.needs_person == []


def test_a_customer_without_an_address_waits_for_a_person(story: Story) -> None:
    customer = worlds.make_customer(story.organization, email="")
    invoice = worlds.make_invoice(customer, due_on=TODAY)
    report = story.run(TODAY)
    assert story.steps(invoice)[0] == "waiting no_address"
    assert [case["reason"] for case in report.needs_person] == ["no_address"]
    Contact.objects.filter(customer=customer).update(email="found@client.example")
    assert story.run(TODAY).sent == 1


def test_what_is_below_the_minimum_waits_until_it_adds_up(transactional_db: None, smtp: SmtpServer) -> None:
    story = Story(make_chasing_organization(smtp, settings={"minimum_amount": 50}), smtp)
    customer = worlds.make_customer(story.organization)
    small = worlds.make_invoice(customer, due_on=TODAY, total=30)
    assert story.run(TODAY).waiting == {"below_minimum": 1}
    another = worlds.make_invoice(customer, due_on=TODAY + DAY, total=30, issued_on=TODAY)
    story.run(TODAY + DAY)
    assert [set(mail.steps) for mail in story.mails()] == [{small.number, another.number}]


def test_a_morning_with_hundreds_of_notices(story: Story) -> None:
    """More than a pass writes without gathering statistics on its way, and sends while it still writes."""
    for number in range(MANY + 20):
        worlds.make_invoice(worlds.make_customer(story.organization, f"Customer {number}"), due_on=TODAY)
    report = story.run(TODAY)
    assert (report.notices, report.sent, report.failed) == (MANY + 20, MANY + 20, 0)
