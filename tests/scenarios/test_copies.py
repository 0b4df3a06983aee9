"""Who reads along: the decision maker and the account manager, where a step says so."""

from __future__ import annotations

import pytest

from dunwell.followup.models import Notice, PolicyStep
from dunwell.ledger.models import Contact, Customer
from dunwell.messaging.models import Message, MessageEvent
from dunwell.organizations.models import Membership, User
from tests import worlds
from tests.invariants import DAY
from tests.messaging.smtp_server import SmtpServer
from tests.scenarios.story import Story
from tests.worlds import TODAY


@pytest.fixture
def copied(story: Story, customer: Customer, anna: User) -> Customer:
    """A late customer with a decision maker and an account manager, chased by steps that copy both."""
    PolicyStep.objects.filter(organization=story.organization).update(copy_to_decision_maker=True, copy_to_owner=True)
    worlds.make_invoice(customer, due_on=TODAY - 3 * DAY)
    Customer.objects.filter(pk=customer.pk).update(owner=anna)
    decides(customer)
    return customer


def decides(customer: Customer, email: str = "chief@harbor.example", **fields: object) -> Contact:
    values = {"name": "Chief Harbor", "role": "decision_maker", **fields}
    return Contact.objects.create(organization_id=customer.organization_id, customer=customer, email=email, **values)


def test_both_get_it_and_only_one_is_seen(story: Story, copied: Customer, smtp: SmtpServer) -> None:
    story.run(TODAY)
    (taken,) = smtp.taken
    assert taken.copies == ("chief@harbor.example", "anna@northlight.example")
    assert taken.mail["Cc"] == "Chief Harbor <chief@harbor.example>"
    assert b"anna@northlight.example" not in taken.content
    message, notice = Message.objects.get(), Notice.objects.get()
    assert message.copies == notice.copies
    assert [(copy["who"], copy["hidden"]) for copy in message.copies] == [("decision_maker", False), ("owner", True)]


def test_a_step_that_does_not_ask_for_it_copies_nobody(story: Story, copied: Customer, smtp: SmtpServer) -> None:
    PolicyStep.objects.filter(organization=story.organization).update(copy_to_decision_maker=False, copy_to_owner=False)
    story.run(TODAY)
    assert smtp.taken[0].copies == ()
    assert Notice.objects.get().copies == []


def test_a_changed_address_has_it_written_anew(story: Story, copied: Customer, smtp: SmtpServer) -> None:
    story.run(TODAY, send=False)
    Contact.objects.filter(email="chief@harbor.example").update(email="other@harbor.example")
    assert story.dispatch(TODAY).cancelled == 1
    story.run(TODAY)
    assert [taken.copies[0] for taken in smtp.taken] == ["other@harbor.example"]


def test_an_account_manager_who_left_gets_nothing(story: Story, copied: Customer, anna: User, smtp: SmtpServer) -> None:
    worlds.make_user(organization=story.organization)
    Membership.objects.filter(user=anna).update(deactivated_at=worlds.NOW)
    story.run(TODAY)
    assert smtp.taken[0].copies == ("chief@harbor.example",)


def test_a_refused_copy_does_not_keep_the_mail_from_its_recipient(
    story: Story, copied: Customer, smtp: SmtpServer
) -> None:
    smtp.will("chief@harbor.example", "rcpt-unknown")
    report = story.run(TODAY)
    assert report.sent == 1
    assert smtp.taken[0].copies == ("anna@northlight.example",)
    told = MessageEvent.objects.get(kind="sent").detail
    assert "No copy to chief@harbor.example: 550 5.1.1 No such user here" in told
    # It is not used again, until a person confirms it
    assert Contact.objects.get(email="chief@harbor.example").email_refused_at is not None
    story.days(TODAY + DAY, TODAY + 12 * DAY)
    assert {taken.copies for taken in smtp.taken[1:]} == {("anna@northlight.example",)}


def test_a_greylisted_copy_is_told_and_leaves_the_address_in_use(
    story: Story, copied: Customer, smtp: SmtpServer
) -> None:
    smtp.will("chief@harbor.example", "rcpt-4")
    assert story.run(TODAY).sent == 1
    assert "No copy to chief@harbor.example: 450" in MessageEvent.objects.get(kind="sent").detail
    assert Contact.objects.get(email="chief@harbor.example").email_refused_at is None


def test_a_recipient_that_is_refused_is_refused_whatever_the_copies(
    story: Story, copied: Customer, smtp: SmtpServer
) -> None:
    smtp.will(copied.contacts.get(is_primary=True).email, "rcpt-5")
    assert story.run(TODAY).failed == 1
    assert smtp.taken == []


def test_nobody_gets_the_same_mail_twice(story: Story, customer: Customer, anna: User, smtp: SmtpServer) -> None:
    PolicyStep.objects.filter(organization=story.organization).update(copy_to_decision_maker=True, copy_to_owner=True)
    worlds.make_invoice(customer, due_on=TODAY - 3 * DAY)
    Contact.objects.filter(customer=customer).update(role="decision_maker", email="One@harbor.example")
    story.run(TODAY)
    assert smtp.taken[0].copies == ()


def test_an_address_that_is_none_is_told(story: Story, copied: Customer, smtp: SmtpServer) -> None:
    Contact.objects.filter(email="chief@harbor.example").update(email="chief at harbor")
    assert story.run(TODAY).sent == 1
    assert smtp.taken[0].copies == ("anna@northlight.example",)
    assert smtp.taken[0].mail["Cc"] is None
    assert "is not an e-mail address" in MessageEvent.objects.get(kind="sent").detail
