"""What texts say besides the invoices: who looks after the customer, what was promised, all that is owed."""

from __future__ import annotations

import pytest

from dunwell.followup.models import Action, Notice
from dunwell.followup.queries.next_action import next_action
from dunwell.followup.queries.pending import needs_person
from dunwell.ledger.models import Customer, HoldReason, Invoice
from dunwell.messaging.models import MessageTemplate
from dunwell.organizations.models import User
from dunwell.organizations.scope import Scope
from tests import worlds
from tests.invariants import DAY
from tests.scenarios.story import Story
from tests.worlds import TODAY


def say(story: Story, words: str) -> None:
    """All the organization's texts say this."""
    MessageTemplate.objects.filter(organization=story.organization).update(
        subject="About {{ customer.name }}", body_html="", body_text=words + "\n\nAbout {{ invoice_numbers }}"
    )


def said(story: Story) -> str:
    return Notice.objects.latest("id").body_text.split("\n\nAbout ")[0]


@pytest.fixture
def invoice(customer: Customer) -> Invoice:
    return worlds.make_invoice(customer, due_on=TODAY - 3 * DAY)


def test_the_account_manager(story: Story, customer: Customer, invoice: Invoice, anna: User) -> None:
    Customer.objects.filter(pk=customer.pk).update(owner=anna)
    say(story, "Ask {{ account_manager.name }}, {{ account_manager.email }}")
    story.run(TODAY)
    assert said(story) == "Ask Anna, anna@northlight.example"


def test_a_text_without_its_fact_waits_and_says_which(story: Story, customer: Customer, invoice: Invoice) -> None:
    say(story, "Ask [Account Manager]")
    assert story.run(TODAY).sent == 0
    action = Action.objects.get(invoice=invoice, state="waiting")
    assert action.detail.endswith("(en): There is nothing to put for [Account Manager].")
    (case,) = needs_person(Scope(story.organization))
    assert case["why"] == action.detail
    assert next_action(story.organization, invoice, TODAY).why == action.detail
    # As soon as somebody looks after the customer it goes, and nothing of the reason is left
    Customer.objects.filter(pk=customer.pk).update(owner=worlds.make_user(organization=story.organization))
    assert story.run(TODAY + DAY).sent == 1
    assert Action.objects.get(pk=action.pk).detail == ""


def test_a_new_account_manager_has_it_written_anew(
    story: Story, customer: Customer, invoice: Invoice, anna: User
) -> None:
    Customer.objects.filter(pk=customer.pk).update(owner=anna)
    say(story, "Ask {{ account_manager.name }}")
    story.run(TODAY, send=False)
    User.objects.filter(pk=anna.pk).update(name="Anna Berg")
    assert story.dispatch(TODAY).cancelled == 1
    story.run(TODAY)
    assert said(story) == "Ask Anna Berg"


def test_all_that_is_owed(story: Story, customer: Customer, invoice: Invoice) -> None:
    worlds.make_invoice(customer, total=50, due_on=TODAY + 30 * DAY)
    dollars = worlds.make_invoice(customer, total=7, due_on=TODAY + 30 * DAY, currency="USD")
    say(story, "In all [Balance by Currency]")
    story.run(TODAY, send=False)
    assert said(story) == "In all €150.00 and $7.00"
    # What is paid of another invoice is told rightly, too
    worlds.make_payment(customer, 7, on=TODAY, towards=dollars, currency="USD")
    assert story.dispatch(TODAY).cancelled == 1
    story.run(TODAY)
    assert said(story) == "In all €150.00"


PROMISED = (
    "{% if promise.made_on %}On {{ promise.made_on }} you told us it would come by {{ promise.pay_on }}."
    "{% else %}Please.{% endif %}"
)


def test_a_promise_whose_day_has_passed(story: Story, customer: Customer, invoice: Invoice) -> None:
    worlds.make_hold(customer, invoice=invoice, reason=HoldReason.PROMISE, starts_on=TODAY - 2 * DAY, ends_on=TODAY)
    say(story, PROMISED)
    story.run(TODAY)
    assert said(story) == "On Mar 16, 2026 you told us it would come by Mar 18, 2026."


@pytest.mark.parametrize(
    "hold",
    [
        {"reason": HoldReason.MANUAL, "starts_on": TODAY - 2 * DAY, "ends_on": TODAY},
        # Taken back before its day
        {"reason": HoldReason.PROMISE, "starts_on": TODAY - 2 * DAY, "ends_on": TODAY, "released_on": TODAY - DAY},
        # About what was owed before this invoice was issued
        {"reason": HoldReason.PROMISE, "starts_on": TODAY - 90 * DAY, "ends_on": TODAY - 80 * DAY},
    ],
)
def test_what_was_no_promise_about_it(
    story: Story, customer: Customer, invoice: Invoice, hold: dict[str, object]
) -> None:
    worlds.make_hold(customer, **hold)  # type: ignore[arg-type]
    say(story, PROMISED)
    story.run(TODAY)
    assert said(story) == "Please."


@pytest.mark.parametrize("another", [False, True])
def test_an_earlier_reminder_is_named_only_where_each_invoice_had_one(
    story: Story, customer: Customer, another: bool
) -> None:
    """One firm text about two invoices: nobody has written about the second of them yet."""
    worlds.make_invoice(customer, due_on=TODAY - 3 * DAY, number="A-1")
    story.run(TODAY)
    if another:
        worlds.make_invoice(customer, due_on=TODAY + 2 * DAY, number="B-1")
    story.run(TODAY + 5 * DAY)  # a Monday
    _, firm = story.mails()
    assert ("A-1" in firm.message.body_text, "B-1" in firm.message.body_text) == (True, another)
    assert firm.notice.tone == "firm"
    assert ("We last wrote to you" in firm.message.body_text) is not another
