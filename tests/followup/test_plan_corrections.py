"""What the plan makes of facts, policies and limits that change after a step was planned."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from dunwell.followup.models import Action, PolicyStep, PolicyVersion
from dunwell.followup.queries.pending import needs_person, needs_person_counts
from dunwell.followup.queries.standing import book_standing
from dunwell.followup.services import passes
from dunwell.followup.services.prepare import Prepared, prepare
from dunwell.ledger.models import Allocation, DataSource, Invoice, WriteOff
from dunwell.ledger.services.extensions import extend_due_date
from dunwell.organizations.models import Organization
from dunwell.organizations.scope import Scope
from tests import worlds
from tests.worlds import TODAY

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def run(organization: Organization, as_of: dt.date = TODAY, hour: int = 8) -> Prepared:
    now = dt.datetime.combine(as_of, dt.time(hour), tzinfo=dt.UTC)
    organization = Organization.objects.get(pk=organization.pk)
    return prepare(passes.begin(organization, as_of=as_of, now=now, channels_set_up=("email",)))


def actions(invoice: Invoice) -> dict[int, str]:
    return {
        action.offset_days: f"{action.state} {action.reason}".strip()
        for action in Action.objects.filter(invoice=invoice)
    }


def new_version(policy: PolicyVersion, *lineages: int, moved: dict[int, int] | None = None) -> None:
    """A version with these steps of the one before, some at another offset."""
    PolicyVersion.objects.filter(pk=policy.pk).update(is_current=False)
    version = PolicyVersion.objects.create(
        organization_id=policy.organization_id, policy=policy.policy, number=policy.number + 1
    )
    for step in PolicyStep.objects.filter(version=policy, lineage__in=lineages):
        step.pk, step.version = None, version
        step.offset_days = (moved or {}).get(step.lineage, step.offset_days)
        step.save()


def test_a_due_date_that_moves_away_takes_its_steps_along(organization: Organization, policy: PolicyVersion) -> None:
    """Imported with a wrong due date, corrected before anything went: nothing is due, and all starts afresh."""
    invoice = worlds.make_invoice(worlds.make_customer(organization), due_on=TODAY - 8 * DAY)
    run(organization)
    assert actions(invoice)[7] == "planned"
    Invoice.objects.filter(pk=invoice.pk).update(due_on=TODAY + 20 * DAY)
    run(organization)
    assert actions(invoice) == {}
    run(organization, TODAY + 19 * DAY)
    assert actions(invoice) == {-3: "planned"}


def test_a_step_that_was_sent_is_not_sent_again_for_a_later_due_date(
    organization: Organization, policy: PolicyVersion
) -> None:
    invoice = worlds.make_invoice(worlds.make_customer(organization), due_on=TODAY - 3 * DAY)
    run(organization)
    Action.objects.filter(invoice=invoice, state="planned").update(state="done", done_on=TODAY)
    Invoice.objects.filter(pk=invoice.pk).update(due_on=TODAY + 4 * DAY)
    run(organization)
    assert actions(invoice) == {3: "done"}
    run(organization, TODAY + 12 * DAY)
    assert actions(invoice) == {-3: "final already_past", 0: "final already_past", 3: "done", 7: "planned"}


def test_a_corrected_due_date_moves_the_day_of_the_step(organization: Organization, policy: PolicyVersion) -> None:
    invoice = worlds.make_invoice(worlds.make_customer(organization, email=""), due_on=TODAY - 7 * DAY)
    run(organization)
    Invoice.objects.filter(pk=invoice.pk).update(due_on=TODAY - 8 * DAY)
    run(organization)
    assert Action.objects.get(invoice=invoice, offset_days=7).step_day == TODAY - DAY


def test_a_step_that_left_the_policy_does_not_go(organization: Organization, policy: PolicyVersion) -> None:
    invoice = worlds.make_invoice(worlds.make_customer(organization), due_on=TODAY - 8 * DAY)
    run(organization)
    new_version(policy, 1, 2, 3, 5)
    run(organization)
    assert actions(invoice)[0] == "final superseded"
    assert 7 not in actions(invoice)


def test_a_step_that_was_moved_later_waits_for_its_day(organization: Organization, policy: PolicyVersion) -> None:
    invoice = worlds.make_invoice(worlds.make_customer(organization), due_on=TODAY - 8 * DAY)
    run(organization)
    new_version(policy, 1, 2, 3, 4, 5, moved={4: 10})
    run(organization)
    assert not {7, 10} & set(actions(invoice))
    run(organization, TODAY + 2 * DAY)
    assert actions(invoice)[10] == "planned"


def test_a_planned_step_is_written_by_the_newest_version(organization: Organization, policy: PolicyVersion) -> None:
    """Policy edited and run again on the same day: the text is the new step's."""
    invoice = worlds.make_invoice(worlds.make_customer(organization), due_on=TODAY)
    run(organization)
    new_version(policy, 1, 2, 3, 4, 5)
    run(organization)
    step = Action.objects.get(invoice=invoice, offset_days=0).step
    assert step.version.is_current


def test_an_invoice_that_moves_to_another_customer_is_never_sent_to_the_first(
    organization: Organization, policy: PolicyVersion
) -> None:
    wrong, right = worlds.make_customer(organization), worlds.make_customer(organization)
    invoice = worlds.make_invoice(wrong, due_on=TODAY)
    run(organization)
    Invoice.objects.filter(pk=invoice.pk).update(customer=right)
    run(organization)
    assert set(Action.objects.filter(invoice=invoice, state="planned").values_list("customer", flat=True)) == {right.pk}


def test_a_final_tone_that_waits_does_not_count_twice_towards_the_minimum(
    organization: Organization, policy: PolicyVersion
) -> None:
    """30 is asked for, not 60: the step after it only waits."""
    organization.settings.minimum_amount = 50
    organization.settings.save()
    invoice = worlds.make_invoice(worlds.make_customer(organization), total=30, due_on=TODAY - 40 * DAY)
    run(organization)
    assert actions(invoice)[7] == "waiting below_minimum"


def test_what_credit_and_a_partial_hold_cover_together_waits(organization: Organization, policy: PolicyVersion) -> None:
    customer = worlds.make_customer(organization)
    invoice = worlds.make_invoice(customer, total=100, due_on=TODAY - 4 * DAY)
    worlds.make_hold(customer, invoice=invoice, amount=Decimal(60))
    worlds.make_payment(customer, 50)
    run(organization)
    assert actions(invoice)[3] == "waiting netted"


def test_a_hold_released_for_a_day_to_come_ends_on_it(organization: Organization, policy: PolicyVersion) -> None:
    customer = worlds.make_customer(organization)
    invoice = worlds.make_invoice(customer, due_on=TODAY)
    worlds.make_hold(customer, released_on=TODAY + DAY)
    run(organization)
    assert actions(invoice)[0] == "waiting held"
    run(organization, TODAY + DAY)
    assert actions(invoice)[0] == "planned"


def test_a_fresh_file_is_seen_by_the_next_pass_of_the_same_day(
    organization: Organization, policy: PolicyVersion
) -> None:
    """The person who is told to import the newest file does so, nothing in it changed: reminders go today."""
    fresh_at = dt.datetime.combine(TODAY - 9 * DAY, dt.time(8), tzinfo=dt.UTC)
    source = DataSource.objects.create(organization=organization, kind="file", name="book.csv", fresh_at=fresh_at)
    invoice = worlds.make_invoice(worlds.make_customer(organization, source=source), due_on=TODAY)
    run(organization)
    assert actions(invoice)[0] == "waiting stale_data"
    DataSource.objects.update(fresh_at=fresh_at + 9 * DAY)
    run(organization, hour=9)
    assert actions(invoice)[0] == "planned"


def test_a_post_dated_payment_ends_what_waits_on_its_day(organization: Organization, policy: PolicyVersion) -> None:
    customer = worlds.make_customer(organization, email="")
    invoice = worlds.make_invoice(customer, due_on=TODAY)
    worlds.make_payment(customer, 100, on=TODAY + 2 * DAY, towards=invoice)
    run(organization)
    run(organization, TODAY + DAY)
    assert actions(invoice)[0] == "waiting no_address"
    run(organization, TODAY + 2 * DAY)
    assert actions(invoice)[0] == "final paid"


def test_an_invoice_dated_ahead_gets_its_step_on_the_day_it_is_issued(
    organization: Organization, policy: PolicyVersion
) -> None:
    invoice = worlds.make_invoice(worlds.make_customer(organization), issued_on=TODAY + 2 * DAY, due_on=TODAY + 3 * DAY)
    run(organization, TODAY + DAY)
    assert actions(invoice) == {}
    run(organization, TODAY + 2 * DAY)
    assert actions(invoice) == {-3: "planned"}


def test_the_reason_of_a_past_day_is_that_days(organization: Organization, policy: PolicyVersion) -> None:
    """Paid today; next month the payment bounces and the rest is written off: as of today it was paid."""
    customer = worlds.make_customer(organization)
    invoice = worlds.make_invoice(customer, due_on=TODAY)
    run(organization, TODAY - DAY)
    payment = worlds.make_payment(customer, 100, towards=invoice)
    payment.allocations.update(reversed_on=TODAY + 30 * DAY)
    WriteOff.objects.create(organization=organization, invoice=invoice, amount=100, written_off_on=TODAY + 40 * DAY)
    run(organization, TODAY)
    assert actions(invoice) == {-3: "final paid"}


def test_an_invoice_that_moves_to_another_customer_takes_its_hold_along(
    organization: Organization, policy: PolicyVersion
) -> None:
    wrong, right = worlds.make_customer(organization), worlds.make_customer(organization)
    invoice = worlds.make_invoice(wrong, due_on=TODAY)
    worlds.make_hold(wrong, invoice=invoice, reason="dispute")
    Invoice.objects.filter(pk=invoice.pk).update(customer=right)
    run(organization)
    assert actions(invoice)[0] == "waiting held"


def test_a_reversal_that_counts_from_a_day_to_come_is_seen_on_that_day(
    organization: Organization, policy: PolicyVersion
) -> None:
    customer = worlds.make_customer(organization)
    invoice = worlds.make_invoice(customer, due_on=TODAY)
    run(organization)
    worlds.make_payment(customer, 100, on=TODAY, towards=invoice)
    run(organization)
    assert actions(invoice)[0] == "final paid"
    Allocation.objects.filter(invoice=invoice).update(reversed_on=TODAY + 2 * DAY)
    for day, found in ((0, "final paid"), (1, "final paid"), (2, "waiting netted")):
        run(organization, TODAY + day * DAY)
        assert actions(invoice)[0] == found


def test_a_final_step_whose_last_forerunner_a_person_dropped_is_listed_for_a_person(
    organization: Organization, policy: PolicyVersion
) -> None:
    invoice = worlds.make_invoice(worlds.make_customer(organization), due_on=TODAY - 20 * DAY)
    run(organization)
    assert actions(invoice)[14] == "waiting earlier_notice"
    Action.objects.filter(invoice=invoice, offset_days=7).update(state="final", reason="dropped", recheck_on=None)
    run(organization, TODAY + DAY)
    assert actions(invoice)[14] == "waiting no_earlier_step"
    [listed] = needs_person(Scope(organization))
    assert listed["customer_id"] == invoice.customer_id
    assert "no earlier reminder is left" in listed["why"]
    assert needs_person_counts(Scope(organization)) == {"no_earlier_step": 1}


def test_an_extension_moves_no_figure_of_the_days_before_it(organization: Organization, policy: PolicyVersion) -> None:
    invoice = worlds.make_invoice(worlds.make_customer(organization), due_on=TODAY - 6 * DAY)
    before = book_standing(organization, TODAY - DAY)
    assert before.overdue == {"EUR": 100}
    extend_due_date(
        organization=organization,
        invoice_id=invoice.pk,
        new_due_on=TODAY + 10 * DAY,
        by=None,
        as_of=TODAY,
        now=dt.datetime.combine(TODAY, dt.time(8), tzinfo=dt.UTC),
    )
    assert book_standing(organization, TODAY - DAY) == before
    assert book_standing(organization, TODAY).overdue == {"EUR": 0}
