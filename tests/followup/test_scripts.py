"""The script of a call: in the customer's language, with the facts of the moment, and never with a hole."""

from __future__ import annotations

import datetime as dt

import pytest

from dunwell.followup.models import Action, Notice, PolicyStep, PolicyVersion, Task
from dunwell.followup.queries.scripts import Script, script_of
from dunwell.followup.queries.worklist import task_sheet
from dunwell.followup.services import passes
from dunwell.followup.services.calls import Said, record_call
from dunwell.followup.services.policies import PolicyRefusedError, save_policy
from dunwell.followup.services.prepare import prepare
from dunwell.followup.services.texts import Sender
from dunwell.ledger.models import Contact, Customer, Invoice
from dunwell.messaging.models import MessageTemplate
from dunwell.messaging.services.templates import copy_text, install_shipped, save_template
from dunwell.organizations.models import Organization, User
from dunwell.organizations.scope import Scope
from dunwell.rules.escalation import Tone
from dunwell.rules.policies import PolicyDraft, StepDraft
from tests import worlds
from tests.worlds import NOW, TODAY

DAY = dt.timedelta(days=1)
REMINDER = StepDraft("Reminder", 1, Tone.NEUTRAL, template="reminder")


def chase(organization: Organization, policy: PolicyVersion, call: StepDraft) -> None:
    draft = PolicyDraft("Standard", (REMINDER, call))
    save_policy(organization=organization, draft=draft, policy_id=policy.policy_id, by=None)


def planned(organization: Organization, day: dt.date = TODAY) -> None:
    current = Organization.objects.select_related("settings").get(pk=organization.pk)
    prepare(passes.begin(current, as_of=day, now=NOW + (day - TODAY), channels_set_up=("email",)))


def call(organization: Organization, by: User, outcome: str, day: dt.date) -> None:
    task = Task.objects.get(state="open")
    current = Organization.objects.select_related("settings").get(pk=organization.pk)
    record_call(
        organization=current, customer_id=task.customer_id, said=Said(outcome), by=by, as_of=day,
        now=NOW + (day - TODAY), task_id=task.pk,
    )  # fmt: skip


def reminded(organization: Organization, invoice: Invoice) -> None:
    """Its reminder was sent three days ago."""
    planned(organization)
    at = NOW - 3 * DAY
    reminder = PolicyStep.objects.get(name="Reminder", version__is_current=True)
    notice = Notice.objects.create(
        organization=organization, customer=invoice.customer, currency="EUR", channel="email", step=reminder,
        tone="neutral", as_of=at.date(), state="sent", recipient="ada@pine.example", subject="Reminder", body_text="",
        body_html="", amount=1, fingerprint="", opens_at=at, closes_at=at,
    )  # fmt: skip
    sent = Action.objects.filter(invoice=invoice, step__name="Reminder")
    sent.update(state="done", reason="", done_on=TODAY - 3 * DAY, notice=notice)


def script(organization: Organization, day: dt.date = TODAY) -> Script | None:
    sheet = task_sheet(Scope(organization), Task.objects.get(state="open").pk, as_of=day, now=NOW + (day - TODAY))
    assert sheet is not None
    return script_of(organization, sheet, Sender("accounts@northlight.example", "Northlight"), day)


def words(organization: Organization, day: dt.date = TODAY) -> str:
    found = script(organization, day)
    assert found is not None
    return "\n".join(found.words)


@pytest.fixture
def customer(organization: Organization, policy: PolicyVersion) -> Customer:
    install_shipped(organization=organization)
    found = worlds.make_customer(organization, "Harbor & Pine", language="de_AT")
    Contact.objects.filter(customer=found).update(phone="+49 30 1234", name="Ada Pine")
    return found


def test_the_tones_script_with_what_stands_against_the_debt(
    organization: Organization, policy: PolicyVersion, customer: Customer
) -> None:
    chase(organization, policy, StepDraft("Call", 5, Tone.FIRM, channel="call"))
    invoice = worlds.make_invoice(customer, total=100, due_on=TODAY - 6 * DAY)
    dollars = worlds.make_invoice(customer, total=70, due_on=TODAY - 6 * DAY, currency="USD")
    worlds.make_payment(customer, 30)
    worlds.make_hold(customer, invoice=dollars, amount=20)
    planned(organization)
    said = script(organization)
    assert said is not None
    assert (said.language, len(said.words), said.text.key) == ("de", 2, "call-firm")
    euro, dollar = said.words
    assert "Spreche ich mit Ada Pine?" in euro
    assert "70,00" in euro
    assert "Guthaben" in euro
    assert "50,00" in dollar
    assert "Guthaben" not in dollar
    assert "geschrieben" not in euro + dollar  # the reminder was passed over, never sent

    reminded(organization, invoice)
    assert "geschrieben" in words(organization).split("USD")[0]


def test_the_last_call_is_one_only_after_another(
    organization: Organization, policy: PolicyVersion, customer: Customer, alice: User
) -> None:
    calls = (StepDraft(f"Call {day}", day, Tone.FINAL, channel="call") for day in (5, 12))
    save_policy(
        organization=organization,
        draft=PolicyDraft("Standard", (REMINDER, *calls)),
        policy_id=policy.policy_id,
        by=None,
    )
    first, second = TODAY + 5 * DAY, TODAY + 12 * DAY  # Mondays
    reminded(organization, worlds.make_invoice(customer, due_on=TODAY - 2 * DAY))
    planned(organization, first)
    assert "letzter Anruf" not in words(organization, first)
    call(organization, alice, "reached", first)
    planned(organization, second)
    assert "letzter Anruf" in words(organization, second)
    # About the other invoice nobody has spoken yet, and the words are for both
    reminded(organization, worlds.make_invoice(customer, due_on=TODAY - 2 * DAY))
    planned(organization, second)
    found = script(organization, second)
    assert found is not None
    assert "2 Rechnungen" in found.words[0]
    assert "letzter Anruf" not in found.words[0]


def test_a_step_names_a_script_of_its_own(
    organization: Organization, policy: PolicyVersion, customer: Customer, alice: User
) -> None:
    firm = MessageTemplate.objects.get(organization=organization, key="call-firm", language="en")
    copy_text(organization_id=organization.pk, template_id=firm.pk, name="VIP call", tone="friendly", user_id=alice.pk)
    own = MessageTemplate.objects.get(key="vip-call")
    save_template(
        organization_id=organization.pk, template_id=own.pk, version=1, user_id=alice.pk, subject="", body_html="",
        body_text="Ask for [Contact Name].{% if promise.made_on %} You promised.{% endif %}",
    )  # fmt: skip
    chase(organization, policy, StepDraft("Call", 5, Tone.FIRM, channel="call", template="vip-call"))
    worlds.make_invoice(customer, due_on=TODAY - 6 * DAY)
    planned(organization)
    assert words(organization) == "Ask for Ada Pine."
    # What cannot be filled is not shown with a hole: the step's instructions stand alone
    Contact.objects.filter(customer=customer).update(name="")
    assert script(organization) is None


def test_a_call_cannot_name_a_text_that_is_no_script(organization: Organization, policy: PolicyVersion) -> None:
    with pytest.raises(PolicyRefusedError, match="no script 'reminder'"):
        chase(organization, policy, StepDraft("Call", 5, Tone.FIRM, channel="call", template="reminder"))
