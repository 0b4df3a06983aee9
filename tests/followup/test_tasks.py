"""Calls and internal tasks: on the worklist once, gone when there is a reason, closed by what a person writes down."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from dunwell.followup.models import Action, Call, PolicyVersion, Task
from dunwell.followup.services import passes
from dunwell.followup.services.calls import Said, record_call, take_back_call
from dunwell.followup.services.policies import save_policy
from dunwell.followup.services.prepare import prepare
from dunwell.followup.services.tasks import close_tasks, give_tasks, put_off, reopen_task
from dunwell.ledger.models import Contact, Customer, Hold, Invoice
from dunwell.organizations.models import Organization, User
from dunwell.rules.escalation import Tone
from dunwell.rules.policies import PolicyDraft, StepDraft
from tests import worlds
from tests.worlds import TODAY

DAY = dt.timedelta(days=1)
STEPS = (
    StepDraft("Reminder", 1, Tone.NEUTRAL, template="reminder"),
    StepDraft("Call", 5, channel="call", instructions="Ask when it is paid."),
    StepDraft("Check the order", 6, channel="task", instructions="Was it delivered?"),
    StepDraft("Firm reminder", 12, Tone.FIRM, template="firm-reminder"),
)


@pytest.fixture
def customer(organization: Organization, policy: PolicyVersion) -> Customer:
    """Chased by a reminder, a call, an internal task and another reminder; with a phone number."""
    draft = PolicyDraft("Standard", STEPS)
    save_policy(organization=organization, draft=draft, policy_id=policy.policy_id, by=None)
    found = worlds.make_customer(organization, "Harbor & Pine")
    Contact.objects.filter(customer=found).update(phone="+49 30 1234")
    return found


def pass_on(organization: Organization, as_of: dt.date = TODAY) -> None:
    current = Organization.objects.select_related("settings").get(pk=organization.pk)
    now = dt.datetime.combine(as_of, dt.time(8), tzinfo=dt.UTC)
    prepare(passes.begin(current, as_of=as_of, now=now, channels_set_up=("email",)))


def states(invoice: Invoice) -> dict[str, str]:
    rows = Action.objects.filter(invoice=invoice).select_related("step").order_by("offset_days")
    return {row.step.name: f"{row.state} {row.reason}".strip() for row in rows}


def listed(organization: Organization) -> list[str]:
    found = Task.objects.filter(organization=organization).order_by("pk")
    return [f"{task.kind} {task.state} {task.reason}".strip() for task in found]


def call(customer: Customer, by: User, outcome: str, *, on: dt.date = TODAY, **fields: Any) -> Call:
    contact = Contact.objects.filter(customer=customer).order_by("pk").first()
    fields.setdefault("contact_id", contact.pk if contact else None)
    organization = Organization.objects.select_related("settings").get(pk=customer.organization_id)
    now = dt.datetime.combine(on, dt.time(10), tzinfo=dt.UTC)
    said = Said(outcome, **fields)
    return record_call(organization=organization, customer_id=customer.pk, said=said, by=by, as_of=on, now=now)


def test_a_customer_is_called_once_about_everything(organization: Organization, customer: Customer) -> None:
    first = worlds.make_invoice(customer, due_on=TODAY - 5 * DAY)
    second = worlds.make_invoice(customer, due_on=TODAY - 5 * DAY, currency="USD")
    pass_on(organization)
    pass_on(organization)
    assert listed(organization) == ["call open"]
    task = Task.objects.get()
    assert set(task.actions.values_list("invoice", flat=True)) == {first.pk, second.pk}
    assert states(first) == {"Reminder": "final superseded", "Call": "planned"}


def test_an_internal_task_takes_no_reminders_place(organization: Organization, customer: Customer) -> None:
    invoice = worlds.make_invoice(customer, due_on=TODAY - 7 * DAY)
    pass_on(organization)
    assert states(invoice) == {"Reminder": "final superseded", "Call": "planned", "Check the order": "planned"}
    assert sorted(listed(organization)) == ["call open", "task open"]


def test_what_is_held_rests_and_comes_back(organization: Organization, customer: Customer, bob: User) -> None:
    worlds.make_invoice(customer, due_on=TODAY - 5 * DAY)
    pass_on(organization)
    hold = worlds.make_hold(customer, starts_on=TODAY)
    pass_on(organization)
    assert listed(organization) == ["call resting held"]
    hold.released_on = TODAY
    hold.save()
    pass_on(organization)
    assert listed(organization) == ["call open"]


def test_what_is_paid_closes_by_itself(organization: Organization, customer: Customer) -> None:
    invoice = worlds.make_invoice(customer, due_on=TODAY - 7 * DAY)
    pass_on(organization)
    worlds.make_payment(customer, 100, towards=invoice)
    pass_on(organization)
    assert listed(organization) == ["call closed paid", "task closed paid"]


def test_a_later_step_takes_the_place_of_a_call_nobody_makes(organization: Organization, customer: Customer) -> None:
    invoice = worlds.make_invoice(customer, due_on=TODAY - 5 * DAY)
    pass_on(organization)
    pass_on(organization, TODAY + 7 * DAY)
    assert states(invoice)["Call"] == "final superseded"
    assert states(invoice)["Firm reminder"] == "planned"
    assert listed(organization) == ["call closed superseded", "task open"]


def test_reached_is_done_and_counts_as_a_contact(organization: Organization, customer: Customer, bob: User) -> None:
    invoice = worlds.make_invoice(customer, due_on=TODAY - 11 * DAY)
    pass_on(organization)
    assert call(customer, bob, "reached").contact_on == TODAY
    pass_on(organization, TODAY + DAY)
    assert states(invoice)["Call"] == "done"
    assert states(invoice)["Firm reminder"] == "waiting contact_interval"
    pass_on(organization, TODAY + 3 * DAY)
    assert states(invoice)["Firm reminder"] == "planned"
    assert listed(organization) == ["call done", "task open"]


def test_no_answer_thrice_is_given_up_and_the_next_step_follows(
    organization: Organization, customer: Customer, bob: User
) -> None:
    invoice = worlds.make_invoice(customer, due_on=TODAY - 5 * DAY)
    pass_on(organization)
    for days in (0, 2):
        call(customer, bob, "no_answer", on=TODAY + days * DAY)
        pass_on(organization, TODAY + days * DAY)
    task = Task.objects.get(kind="call")
    assert (task.attempts, task.due_on) == (2, dt.date(2026, 3, 23))  # two days on is a Sunday
    call(customer, bob, "no_answer", on=TODAY + 5 * DAY)
    pass_on(organization, TODAY + 7 * DAY)
    assert states(invoice)["Call"] == "final not_reached"
    assert states(invoice)["Firm reminder"] == "planned"


def test_a_promise_holds_what_it_covers(organization: Organization, customer: Customer, bob: User) -> None:
    old = worlds.make_invoice(customer, due_on=TODAY - 8 * DAY, total=100)
    newer = worlds.make_invoice(customer, due_on=TODAY - 6 * DAY, total=100)
    pass_on(organization)
    call(customer, bob, "promised", promised_on=TODAY + 2 * DAY, amount=150, currency="EUR")
    holds = Hold.objects.filter(customer=customer).order_by("invoice")
    assert [(hold.invoice, hold.amount, hold.reason) for hold in holds] == [
        (old, None, "promise"),
        (newer, 50, "promise"),
    ]
    assert {hold.ends_on for hold in holds} == {TODAY + 3 * DAY}


@pytest.mark.parametrize(
    ("outcome", "fields", "wrong"),
    [
        ("promised", {}, "promised_on"),
        ("promised", {"promised_on": TODAY - DAY}, "promised_on"),
        ("promised", {"promised_on": TODAY, "amount": 101, "currency": "EUR"}, "amount"),
        ("disputed", {}, "note"),
        ("wrong_number", {"contact_id": None}, "contact_id"),
        ("nonsense", {}, "outcome"),
    ],
)
def test_what_is_refused(
    organization: Organization, customer: Customer, bob: User, outcome: str, fields: dict[str, Any], wrong: str
) -> None:
    worlds.make_invoice(customer, due_on=TODAY - 5 * DAY)
    pass_on(organization)
    with pytest.raises(ValidationError) as refused:
        call(customer, bob, outcome, **fields)
    assert wrong in refused.value.message_dict
    assert listed(organization) == ["call open"]
    assert not Hold.objects.exists()


def test_a_dispute_holds_until_somebody_decides(organization: Organization, customer: Customer, bob: User) -> None:
    invoice = worlds.make_invoice(customer, due_on=TODAY - 5 * DAY)
    pass_on(organization)
    call(customer, bob, "disputed", note="Half of it never arrived.")
    hold = Hold.objects.get(customer=customer)
    assert (hold.invoice, hold.reason, hold.ends_on, hold.note) == (
        invoice,
        "dispute",
        None,
        "Half of it never arrived.",
    )


def test_a_wrong_number_is_not_called_again(organization: Organization, customer: Customer, bob: User) -> None:
    worlds.make_invoice(customer, due_on=TODAY - 5 * DAY)
    worlds.make_invoice(customer, due_on=TODAY - 5 * DAY)
    other = Contact.objects.create(organization=organization, customer=customer, name="Eva", phone="+49 30 99")
    pass_on(organization)
    call(customer, bob, "wrong_number")
    assert Contact.objects.get(customer=customer, phone_refused_at=None) == other
    assert listed(organization) == ["call open"]
    call(customer, bob, "wrong_number", contact_id=other.pk)
    assert listed(organization) == ["call done not_reached"]


def test_a_call_is_taken_back(organization: Organization, customer: Customer, bob: User) -> None:
    invoice = worlds.make_invoice(customer, due_on=TODAY - 5 * DAY)
    pass_on(organization)
    made = call(customer, bob, "reached")
    take_back_call(call=made, by=bob, now=worlds.NOW)
    pass_on(organization)
    assert states(invoice)["Call"] == "planned"
    assert listed(organization) == ["call open"]
    with pytest.raises(ValidationError, match="already"):
        take_back_call(call=made, by=bob, now=worlds.NOW)


def test_an_internal_task_is_done_or_not_needed_and_no_contact(
    organization: Organization, customer: Customer, bob: User
) -> None:
    invoice = worlds.make_invoice(customer, due_on=TODAY - 11 * DAY)
    pass_on(organization)
    task = Task.objects.get(kind="task")
    shared: dict[str, Any] = {"organization": organization, "by": bob, "now": worlds.NOW}
    assert close_tasks(task_ids=[task.pk], as_of=TODAY, note="Delivered.", **shared) == 1
    assert close_tasks(task_ids=[task.pk], as_of=TODAY, **shared) == 0
    pass_on(organization, TODAY + DAY)
    assert states(invoice)["Check the order"] == "done"
    assert states(invoice)["Firm reminder"] == "planned"  # no interval to keep
    reopen_task(task_id=task.pk, organization=organization, by=bob, now=worlds.NOW)
    pass_on(organization, TODAY + DAY)
    assert states(invoice)["Check the order"] == "planned"
    close_tasks(task_ids=[task.pk], as_of=TODAY, needed=False, **shared)
    assert states(invoice)["Check the order"] == "final dropped"


def test_an_entry_is_given_and_put_off(organization: Organization, customer: Customer, bob: User) -> None:
    worlds.make_invoice(customer, due_on=TODAY - 5 * DAY)
    pass_on(organization)
    task = Task.objects.get()
    assert give_tasks(organization=organization, task_ids=[task.pk], user_id=bob.pk) == 1
    assert put_off(organization=organization, task_ids=[task.pk], until=TODAY + DAY, as_of=TODAY) == 1
    task.refresh_from_db()
    assert (task.given_to, task.due_on) == (bob, TODAY + DAY)
    with pytest.raises(ValidationError):
        put_off(organization=organization, task_ids=[task.pk], until=TODAY, as_of=TODAY)
    stranger = worlds.make_user("else@where.example")
    vera = worlds.make_user("vera@northlight.example", organization=organization, role="viewer")
    mia = worlds.make_user("mia@northlight.example", organization=organization, role="account_manager")
    for person, reason in (
        (stranger, "does not work here any more"),
        (vera, "Vera is a viewer, who reads and does no work"),
        (mia, "Mia sees only the customers they own, and not Harbor & Pine"),
    ):
        with pytest.raises(ValidationError, match=reason):
            give_tasks(organization=organization, task_ids=[task.pk], user_id=person.pk)
    customer.owner = mia
    customer.save()
    assert give_tasks(organization=organization, task_ids=[task.pk], user_id=mia.pk) == 1
