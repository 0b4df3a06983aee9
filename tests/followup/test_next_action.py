"""What happens next, and why."""

from __future__ import annotations

import datetime as dt

import pytest

from dunwell.followup.models import Action, PolicyVersion
from dunwell.followup.queries.next_action import NextAction, next_action, next_action_of_customer
from dunwell.followup.queries.policies import current_draft
from dunwell.followup.services import passes
from dunwell.followup.services.policies import save_policy
from dunwell.followup.services.prepare import prepare
from dunwell.ledger.models import Invoice
from dunwell.ledger.services.extensions import extend_due_date
from dunwell.organizations.models import Organization
from dunwell.rules.policies import PolicyDraft
from tests import worlds
from tests.worlds import NOW, TODAY

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def run(organization: Organization, as_of: dt.date = TODAY) -> None:
    now = dt.datetime.combine(as_of, dt.time(8), tzinfo=dt.UTC)
    prepare(passes.begin(organization, as_of=as_of, now=now, channels_set_up=("email",)))


def asked(organization: Organization, invoice: Invoice, as_of: dt.date = TODAY) -> NextAction:
    return next_action(organization, Invoice.objects.get(pk=invoice.pk), as_of)


def test_the_life_of_an_invoice_in_next_actions(organization: Organization, policy: PolicyVersion) -> None:
    customer = worlds.make_customer(organization)
    invoice = worlds.make_invoice(customer, due_on=TODAY + 20 * DAY)
    run(organization)
    found = asked(organization, invoice)
    assert (found.state, found.step.name if found.step else "", found.day) == (
        "coming", "Heads-up", dt.date(2026, 4, 3),  # three days before is a Saturday: the Friday
    )  # fmt: skip
    assert found.version == policy
    assert found.assigned.why == "It is the default."

    Invoice.objects.filter(pk=invoice.pk).update(due_on=TODAY - 3 * DAY)
    run(organization)
    assert (asked(organization, invoice).state, asked(organization, invoice).why) == (
        "planned", "It is due: the next pass writes its notice.",
    )  # fmt: skip

    worlds.make_hold(customer, ends_on=TODAY + 2 * DAY)
    run(organization)
    held = asked(organization, invoice)
    assert (held.state, held.reason, held.until) == ("waiting", "held", TODAY + 2 * DAY)
    assert held.prevented_by == ("On hold until 2026-03-20: paused by a person.",)

    Action.objects.filter(invoice=invoice, state="waiting").update(state="done", reason="", done_on=TODAY)
    later = asked(organization, invoice)
    assert (later.step.name if later.step else "", later.day) == ("Firm reminder", dt.date(2026, 3, 23))

    extend_due_date(
        organization=organization, invoice_id=invoice.pk, new_due_on=TODAY + 9 * DAY, by=None, as_of=TODAY, now=NOW
    )
    afresh = asked(organization, invoice)
    assert (afresh.step.name if afresh.step else "", afresh.state) == ("Heads-up", "coming")

    worlds.make_payment(customer, 100, towards=invoice)
    assert asked(organization, invoice).why == "Nothing is open of this invoice."


def test_the_end_and_what_is_not_meant(organization: Organization, policy: PolicyVersion) -> None:
    customer = worlds.make_customer(organization)
    invoice = worlds.make_invoice(customer, due_on=TODAY - 30 * DAY)
    final = policy.steps.get(offset_days=14)
    Action.objects.create(
        organization=organization, customer=customer, invoice=invoice, lineage=final.lineage, step=final,
        offset_days=14, step_day=TODAY, state="done", done_on=TODAY,
    )  # fmt: skip
    found = next_action_of_customer(organization, customer, TODAY)
    assert found is not None
    assert (found.state, found.step) == ("none", None)
    assert "Every reminder has gone" in found.why
    risky = PolicyDraft("Risky", tuple(
        type(step)(**{**vars(step), "lineage": None, "minimum_risk": 99}) for step in current_draft(policy.policy).steps
    ))  # fmt: skip
    save_policy(
        organization=organization, draft=PolicyDraft("Standard", risky.steps), policy_id=policy.policy_id, by=None
    )
    other = worlds.make_invoice(worlds.make_customer(organization), due_on=TODAY - 2 * DAY)
    assert asked(organization, other).why == "No step is meant for it as it stands."
    assert next_action_of_customer(organization, worlds.make_customer(organization), TODAY) is None
