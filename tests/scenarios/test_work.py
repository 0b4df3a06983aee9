"""What a person does, and what happens when nobody does it: calls, promises, cases, the end of the steps."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db.models import F

from dunwell.followup.models import Call, Case, CaseChange, DunningPolicy, Task, WorkItem
from dunwell.followup.queries import worklist as worklist_queries
from dunwell.followup.queries.next_action import next_action
from dunwell.followup.queries.worklist import first_items, of_nobody, of_person, work_items
from dunwell.followup.services.calls import Said, record_call
from dunwell.followup.services.policies import save_policy
from dunwell.ledger.models import Contact, Customer, Hold
from dunwell.organizations.models import Organization, Role, User
from dunwell.organizations.scope import Scope
from dunwell.rules.escalation import Tone
from dunwell.rules.policies import PolicyDraft, StepDraft
from tests import worlds
from tests.invariants import DAY
from tests.scenarios.story import Story
from tests.worlds import TODAY

STEPS = (
    StepDraft("Reminder", 1, Tone.NEUTRAL, template="reminder"),
    StepDraft("Call", 5, channel="call", instructions="Ask for a day."),
    StepDraft("Firm reminder", 12, Tone.FIRM, template="firm-reminder"),
)
CALL_DAY = TODAY + 5 * DAY


@pytest.fixture
def calling(story: Story, customer: Customer) -> Story:
    """Chased by a reminder, a call, and a firm reminder; Harbor & Pine has a phone number."""
    policy = DunningPolicy.objects.get(organization=story.organization)
    save_policy(organization=story.organization, draft=PolicyDraft("Standard", STEPS), policy_id=policy.pk, by=None)
    Contact.objects.filter(customer=customer).update(phone="+49 30 1234")
    return story


def worklist(story: Story, day: dt.date) -> list[str]:
    organization = Organization.objects.select_related("settings").get(pk=story.organization.pk)
    rows = work_items(Scope(organization), day).filter(due_on__lte=day).order_by("priority", "pk")
    return [f"{row.kind} {row.reason}".strip() for row in rows]


def log(story: Story, customer: Customer, by: User, outcome: str, day: dt.date, **fields: Any) -> Call:
    organization = Organization.objects.select_related("settings").get(pk=story.organization.pk)
    return record_call(
        organization=organization,
        customer_id=customer.pk,
        said=Said(outcome, **fields),
        by=by,
        as_of=day,
        now=story.moment(day),
    )


def case_history(customer: Customer) -> list[str]:
    return list(CaseChange.objects.filter(customer=customer).order_by("pk").values_list("name", flat=True))


def test_the_life_of_a_call(calling: Story, customer: Customer, anna: User) -> None:
    invoice = worlds.make_invoice(customer, due_on=TODAY)
    calling.days(TODAY, CALL_DAY - DAY)
    assert worklist(calling, CALL_DAY - DAY) == []
    calling.run(CALL_DAY)
    calling.run(CALL_DAY)  # a second pass makes no second call
    assert worklist(calling, CALL_DAY) == ["call"]
    assert "somebody calls" in next_action(calling.organization, invoice, CALL_DAY).why
    assert [mail.day for mail in calling.mails()] == [TODAY + DAY]
    log(calling, customer, anna, "reached", CALL_DAY, note="Pays next week.")
    calling.run(CALL_DAY)
    assert worklist(calling, CALL_DAY) == []
    assert calling.steps(invoice)[5] == "done"
    calling.days(CALL_DAY + DAY, TODAY + 12 * DAY)
    assert calling.told(customer) == [(TODAY + DAY, "neutral"), (TODAY + 12 * DAY, "firm")]


def test_what_is_paid_or_held_is_not_called_for_even_before_the_next_pass(calling: Story, customer: Customer) -> None:
    invoice = worlds.make_invoice(customer, due_on=TODAY)
    calling.days(TODAY, CALL_DAY)
    hold = worlds.make_hold(customer, starts_on=CALL_DAY)
    assert worklist(calling, CALL_DAY) == []
    hold.delete()
    assert worklist(calling, CALL_DAY) == ["call"]
    worlds.make_payment(customer, 100, on=CALL_DAY, towards=invoice)
    assert worklist(calling, CALL_DAY) == []
    calling.run(CALL_DAY)
    assert Task.objects.get().reason == "paid"


def test_nobody_answers_three_times(calling: Story, customer: Customer, anna: User) -> None:
    invoice = worlds.make_invoice(customer, due_on=TODAY)
    calling.days(TODAY, CALL_DAY)
    for days in (0, 2, 4):
        day = CALL_DAY + days * DAY
        calling.run(day)
        assert worklist(calling, day) == ["call"]
        log(calling, customer, anna, "no_answer", day)
        calling.run(day)
        assert worklist(calling, day) == []
    assert calling.steps(invoice)[5] == "final not_reached"
    # Nothing is lost by it: the firm reminder comes on its day
    calling.days(CALL_DAY + 5 * DAY, TODAY + 12 * DAY)
    assert calling.told(customer)[-1] == (TODAY + 12 * DAY, "firm")


def test_a_promise_by_phone_that_is_kept(calling: Story, customer: Customer, anna: User) -> None:
    invoice = worlds.make_invoice(customer, due_on=TODAY)
    calling.days(TODAY, CALL_DAY)
    log(calling, customer, anna, "promised", CALL_DAY, promised_on=TODAY + 15 * DAY)
    calling.days(CALL_DAY, TODAY + 14 * DAY)
    assert len(calling.mails()) == 1
    worlds.make_payment(customer, 100, on=TODAY + 15 * DAY, towards=invoice)
    calling.days(TODAY + 15 * DAY, TODAY + 20 * DAY)
    assert len(calling.mails()) == 1
    assert "promise_broken" not in case_history(customer)
    assert Case.objects.get().closed_on == TODAY + 15 * DAY


def test_a_promise_by_phone_that_is_broken_raises_the_case(calling: Story, customer: Customer, anna: User) -> None:
    worlds.make_invoice(customer, due_on=TODAY)
    calling.days(TODAY, CALL_DAY)
    log(calling, customer, anna, "promised", CALL_DAY, promised_on=TODAY + 8 * DAY)
    calling.days(CALL_DAY, TODAY + 8 * DAY)
    assert worklist(calling, TODAY + 8 * DAY) == []
    calling.run(TODAY + 9 * DAY)
    # Its hold is over, it is said, and somebody is asked; chasing goes on besides
    assert Hold.objects.get().ends_on == TODAY + 9 * DAY
    assert case_history(customer)[-2:] == ["promise_broken", "raised"]
    assert worklist(calling, TODAY + 9 * DAY) == ["case promise_broken"]
    assert Case.objects.get().priority == 2
    calling.days(TODAY + 10 * DAY, TODAY + 12 * DAY)
    assert calling.told(customer)[-1] == (TODAY + 12 * DAY, "firm")


def test_who_defaults_again_is_raised(story: Story, customer: Customer) -> None:
    first = worlds.make_invoice(customer, due_on=TODAY - 8 * DAY)
    story.run(TODAY)
    assert Case.objects.get().priority == 4
    worlds.make_payment(customer, 100, on=TODAY + DAY, towards=first)
    story.run(TODAY + DAY)
    worlds.make_invoice(customer, due_on=TODAY - 2 * DAY)
    story.days(TODAY + 2 * DAY, TODAY + 4 * DAY)
    case = Case.objects.get(closed_on=None)
    assert (case.defaulted_again, case.priority) == (True, 2)
    assert case_history(customer)[-1] == "raised"


def test_an_account_manager_sees_their_own_work_only(calling: Story, customer: Customer) -> None:
    mia = worlds.make_user("mia@northlight.example", organization=calling.organization, role=Role.ACCOUNT_MANAGER)
    other = worlds.make_customer(calling.organization, "Other")
    Customer.objects.filter(pk=customer.pk).update(owner=mia)
    for each in (customer, other):
        worlds.make_invoice(each, due_on=TODAY - 5 * DAY)
    calling.run(TODAY)
    everybody = WorkItem.objects.filter(organization=calling.organization)
    assert {row.customer for row in everybody} == {customer, other}
    organization = Organization.objects.select_related("settings").get(pk=calling.organization.pk)
    hers = work_items(Scope(organization, only_owner_id=mia.pk), TODAY)
    assert {row.customer for row in hers} == {customer}
    assert {row.customer for row in of_person(work_items(Scope(organization), TODAY), mia, "account_manager")} == {
        customer
    }
    assert {row.customer for row in of_nobody(work_items(Scope(organization), TODAY), "collector")} == {other}


def test_the_beginning_of_the_list_is_that_of_the_whole(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """However few customers are looked at first: equal values, no case and no value among them."""
    for number, owed in enumerate((100, 900, 900, 50, 900, 300, 20, 300)):
        each = worlds.make_customer(story.organization, f"Debtor {number}", email="" if number % 3 == 0 else None)
        worlds.make_invoice(each, total=owed, due_on=TODAY - (5 + number) * DAY)
    story.run(TODAY)
    for number, case in enumerate(Case.objects.filter(organization=story.organization).order_by("pk")):
        Case.objects.filter(pk=case.pk).update(priority_by_hand=1 + number // 3, due_on=TODAY - number * DAY)
    Case.objects.filter(organization=story.organization, customer__name="Debtor 3").update(closed_on=TODAY)
    scope = Scope(Organization.objects.select_related("settings").get(pk=story.organization.pk))
    rows = WorkItem.objects.filter(organization=story.organization).annotate(less_value=-F("expected_value"))
    whole = list(rows.order_by("priority", F("expected_value").desc(), "due_on", "pk"))
    assert {item.priority for item in whole} == {1, 2, 3, 4}
    for blocks in ((1, 2), (2, 5), (4, 7), (100, 1000)):
        monkeypatch.setattr(worklist_queries, "BLOCKS", blocks)
        for most in range(1, len(whole) + 1):
            assert first_items(rows, scope, most) == whole[:most], (blocks, most)


def test_after_the_last_step_the_case_goes_to_a_person(story: Story, customer: Customer) -> None:
    """Nothing chases for ever, and nothing is forgotten either."""
    worlds.make_invoice(customer, due_on=TODAY)
    story.days(TODAY - 3 * DAY, TODAY + 16 * DAY)
    mails = len(story.mails())
    assert worklist(story, TODAY + 16 * DAY) == ["case last_step_done"]
    assert "last_step" in case_history(customer)
    story.days(TODAY + 17 * DAY, TODAY + 40 * DAY)
    assert len(story.mails()) == mails
    assert worklist(story, TODAY + 40 * DAY) == ["case last_step_done"]
