"""Cases follow the facts as the pure rules say; what a person set stands beside them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from dunwell.followup.models import (
    Action,
    Call,
    Case,
    CaseChange,
    CustomerStanding,
    DunningPolicy,
    EscalationRule,
    PolicyStep,
    PolicyVersion,
    StandingChange,
)
from dunwell.followup.queries.cases import case_of
from dunwell.followup.queries.policies import current_draft, surroundings
from dunwell.followup.services import passes
from dunwell.followup.services.case_work import give, looked_at, prioritize, release, set_by_hand
from dunwell.followup.services.escalation import (
    SHIPPED,
    EscalationDraft,
    escalation_drafts,
    install_escalation_rules,
    move_escalation_rule,
    put_escalation_rule,
    remove_escalation_rule,
    save_escalation_rules,
)
from dunwell.followup.services.policies import save_policy
from dunwell.followup.services.prepare import prepare
from dunwell.ledger.models import Customer, Hold, Invoice
from dunwell.organizations.models import Membership, Organization, User
from dunwell.organizations.scope import Scope
from dunwell.rules import cases as rules
from dunwell.rules.policies import problems
from tests import worlds
from tests.followup.drawn import CHANGES, DAY, World
from tests.followup.oracle import Book, Profiles, defaulters_by
from tests.ledger.drawn import WITH_DATABASE, undone
from tests.worlds import NOW, TODAY

pytestmark = pytest.mark.django_db


def pass_on(organization: Organization, as_of: dt.date = TODAY) -> None:
    current = Organization.objects.select_related("settings").get(pk=organization.pk)
    now = dt.datetime.combine(as_of, dt.time(8), tzinfo=dt.UTC)
    prepare(passes.begin(current, as_of=as_of, now=now, channels_set_up=("email",)))


@pytest.fixture
def customer(organization: Organization, policy: PolicyVersion) -> Customer:
    install_escalation_rules(organization=organization)
    return worlds.make_customer(organization, "Harbor & Pine")


def told(customer: Customer) -> list[str]:
    changes = CaseChange.objects.filter(customer=customer).order_by("pk")
    return [f"{change.name} {change.after or ''}".strip() for change in changes]


def test_a_case_is_opened_raised_and_closed_by_itself(organization: Organization, customer: Customer) -> None:
    invoice = worlds.make_invoice(customer, due_on=TODAY)
    pass_on(organization)
    assert not Case.objects.exists()
    pass_on(organization, TODAY + DAY)
    pass_on(organization, TODAY + 14 * DAY)
    pass_on(organization, TODAY + 60 * DAY)
    case = Case.objects.get()
    assert (case.priority, case.opened_on, case.due_on) == (2, TODAY + DAY, TODAY + 60 * DAY)
    worlds.make_payment(customer, 100, on=TODAY + 61 * DAY, towards=invoice)
    pass_on(organization, TODAY + 61 * DAY)
    assert told(customer) == ["opened 4", "raised 3", "raised 2", "closed"]
    assert Case.objects.get().closed_on == TODAY + 61 * DAY


def test_a_broken_promise_raises_and_a_kept_one_does_not(organization: Organization, customer: Customer) -> None:
    broken = worlds.make_invoice(customer, due_on=TODAY - 2 * DAY)
    worlds.make_hold(customer, invoice=broken, reason="promise", ends_on=TODAY + 3 * DAY)
    other = worlds.make_customer(organization)
    partly = worlds.make_invoice(other, due_on=TODAY - 2 * DAY)
    worlds.make_hold(other, invoice=partly, reason="promise", ends_on=TODAY + 3 * DAY, amount=60)
    pass_on(organization)
    worlds.make_payment(other, 60, on=TODAY + DAY, towards=partly)
    pass_on(organization, TODAY + 3 * DAY)
    assert told(customer) == ["opened 4", "promise_broken 2", "raised 2"]
    assert told(other) == ["opened 4"]


def test_what_a_person_set_counts_and_the_rules_say_theirs_beside_it(
    organization: Organization, customer: Customer, bob: User
) -> None:
    worlds.make_invoice(customer, due_on=TODAY - 59 * DAY)
    pass_on(organization)
    case = Case.objects.get()
    shared: dict[str, Any] = {"organization": organization, "case_ids": [case.pk], "by": bob, "as_of": TODAY}
    until = TODAY + 3 * DAY
    assert set_by_hand(priority=4, owner_id=bob.pk, note="A friend of the house", until=until, **shared) == 1
    pass_on(organization, TODAY + DAY)
    sheet = case_of(Scope(organization), customer.pk)
    assert sheet is not None
    assert (sheet.case.priority, sheet.owner, sheet.rules_say) == (4, bob, "The rules say 2, high.")
    assert any("Two months overdue" in reason for reason in sheet.reasons)
    pass_on(organization, until)
    sheet = case_of(Scope(organization), customer.pk)
    assert sheet is not None
    assert (sheet.case.priority, sheet.owner, sheet.rules_say) == (2, None, "")
    assert told(customer) == ["opened 3", "set_by_hand 4", "given 4", "raised 2", "released 2"]
    assert release(**shared) == 0


def test_a_case_that_was_looked_at_is_off_the_list_until_something_new(
    organization: Organization, customer: Customer, bob: User
) -> None:
    worlds.make_invoice(customer, due_on=TODAY - 60 * DAY)
    pass_on(organization)
    case = Case.objects.get(due_on=TODAY)
    shared: dict[str, Any] = {"organization": organization, "case_ids": [case.pk], "by": bob, "as_of": TODAY}
    assert looked_at(again_on=None, note="Called the owner.", **shared) == 1
    pass_on(organization, TODAY + DAY)
    assert Case.objects.filter(pk=case.pk, due_on=None).exists()
    Call.objects.create(
        organization=organization, customer=customer, outcome="refused", called_at=worlds.NOW, contact_on=TODAY + DAY
    )
    pass_on(organization, TODAY + 2 * DAY)
    case.refresh_from_db()
    assert (case.due_on, case.priority, case.role_by_rules) == (TODAY + 2 * DAY, 1, "finance_head")
    with pytest.raises(ValidationError):
        looked_at(again_on=TODAY, note="", **shared)


def test_many_cases_cost_as_many_statements_as_one(
    organization: Organization, customer: Customer, bob: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for each in (customer, worlds.make_customer(organization), worlds.make_customer(organization)):
        worlds.make_invoice(each, due_on=TODAY - 15 * DAY)
    pass_on(organization)
    case_ids = list(Case.objects.values_list("pk", flat=True))
    shared: dict[str, Any] = {"organization": organization, "by": bob, "as_of": TODAY}
    by_hand: dict[str, Any] = {"priority": 2, "owner_id": bob.pk, "note": " Friends ", "until": None}
    set_by_hand(case_ids=case_ids[:1], **{**by_hand, "priority": None}, **shared)
    for chosen in (case_ids[:2], case_ids):
        # Savepoint and its end, the cases, who works here, two updates, the changes
        with django_assert_num_queries(7):
            assert set_by_hand(case_ids=chosen, **by_hand, **shared) == len(chosen)
        with django_assert_num_queries(5):
            assert prioritize(case_ids=chosen, priority=1, note="", **shared) == len(chosen)
        with django_assert_num_queries(6):
            assert give(case_ids=chosen, owner_id=bob.pk, **shared) == len(chosen)
        with django_assert_num_queries(5):
            assert looked_at(case_ids=case_ids, again_on=None, note="", **shared) == len(chosen)
        with django_assert_num_queries(5):
            assert release(case_ids=chosen, **shared) == len(chosen)
    first, _, last = (
        [
            f"{change.name} {change.before} {change.after}"
            for change in CaseChange.objects.filter(case=case).order_by("pk")
        ]
        for case in case_ids
    )
    # Whose it is already is not given it again; what was before is what stood there
    assert first[1:7] == [
        "set_by_hand 3 3", "given 3 3", "set_by_hand 3 2", "set_by_hand 2 1", "given None None", "looked_at None None"
    ]  # fmt: skip
    assert last[1:] == [
        "set_by_hand 3 2", "given 3 2", "set_by_hand 2 1", "given None None", "looked_at None None", "released 1 3"
    ]  # fmt: skip


def test_rules_are_written_moved_and_refused(organization: Organization, customer: Customer, alice: User) -> None:
    shared: dict[str, Any] = {"organization": organization, "by": alice}
    assert escalation_drafts(organization) == list(SHIPPED)
    put_escalation_rule(rule=EscalationDraft("A week", 3, minimum_days=7, owner=alice.pk), **shared)
    move_escalation_rule(name="A week", up=True, **shared)
    remove_escalation_rule(name="Refuses to pay", **shared)
    assert [rule.name for rule in escalation_drafts(organization)][-2:] == ["A week", "Two weeks overdue"]
    for wrong in (
        EscalationDraft("Nothing", 1),
        EscalationDraft("", 1, refused=True),
        EscalationDraft("Seven", 7, refused=True),
        EscalationDraft("Stranger", 1, refused=True, owner=worlds.make_user().pk),
        EscalationDraft("Reader", 1, refused=True, role="viewer"),
        EscalationDraft("A week", 1, refused=True),
    ):
        with pytest.raises(ValidationError):
            put_escalation_rule(rule=wrong, **shared)
    with pytest.raises(ValidationError, match="any more"):
        remove_escalation_rule(name="Refuses to pay", **shared)


def test_a_step_and_a_rule_give_it_to_a_person_and_who_leaves_leaves_it_to_the_role(
    organization: Organization, customer: Customer, bob: User, alice: User
) -> None:
    policy = DunningPolicy.objects.get(organization=organization)
    draft = current_draft(policy)
    firm = replace(draft.steps[3], give_to_person=bob.email, give_to_role="finance_head")
    draft = replace(draft, steps=(*draft.steps[:3], firm, draft.steps[4]))
    save_policy(organization=organization, draft=draft, policy_id=policy.pk, by=alice)
    assert current_draft(policy) == draft
    worlds.make_invoice(customer, due_on=TODAY - 14 * DAY)
    pass_on(organization)
    assert Case.objects.get().owner_by_rules == bob
    Membership.objects.filter(organization=organization, user=bob).update(deactivated_at=NOW)
    pass_on(organization)
    case = Case.objects.get()
    assert (case.owner_by_rules, case.role_by_rules) == (None, "finance_head")
    told_of = [problem.text for problem in problems(draft, surroundings(organization, policy))]
    assert f"{bob.email} works on no case any more: it is given to everybody with its role instead." in told_of
    carl = worlds.make_user(organization=organization, role="collector")
    rule = EscalationDraft("Two weeks", 1, minimum_days=14, owner=carl.pk, role="collector")
    put_escalation_rule(organization=organization, rule=rule, by=alice)
    pass_on(organization)
    assert Case.objects.get().owner_by_rules == carl
    Membership.objects.filter(organization=organization, user=carl).update(deactivated_at=NOW)
    pass_on(organization)
    assert Case.objects.get().role_by_rules == "collector"
    # Who left is no obstacle to a change of the other rules; nobody new is given anything
    move_escalation_rule(organization=organization, name="Two weeks", up=True, by=alice)
    with pytest.raises(ValidationError, match="no case here any more"):
        put_escalation_rule(organization=organization, rule=replace(rule, name="Again", priority=2), by=alice)


@pytest.mark.parametrize("by", ["rule", "step"])
def test_who_sees_own_customers_only_is_given_no_others(
    organization: Organization, customer: Customer, bob: User, alice: User, by: str
) -> None:
    mia = worlds.make_user("mia@northlight.example", organization=organization, role="account_manager")
    policy = DunningPolicy.objects.get(organization=organization)
    if by == "step":
        draft = current_draft(policy)
        steps = tuple(
            replace(step, give_to_person=mia.email, give_to_role="collector") if step.offset_days == 14 else step
            for step in draft.steps
        )
        save_policy(organization=organization, draft=replace(draft, steps=steps), policy_id=policy.pk, by=alice)
    else:
        rule = EscalationDraft("Two weeks", 2, minimum_days=14, owner=mia.pk, role="collector")
        put_escalation_rule(organization=organization, rule=rule, by=alice)
    theirs = worlds.make_customer(organization, owner=mia)
    for each in (customer, theirs):
        # The final step is for who has had an earlier notice
        invoice = worlds.make_invoice(each, due_on=TODAY - 8 * DAY)
        pass_on(organization)
        Action.objects.filter(invoice=invoice, state="planned").update(state="done", done_on=TODAY)
    pass_on(organization, TODAY + 8 * DAY)

    def whose(one: Customer) -> tuple[User | None, str]:
        case = Case.objects.get(customer=one)
        return case.owner_by_rules, case.role_by_rules

    assert [whose(customer), whose(theirs)] == [(None, "collector"), (mia, "")]
    sheet = case_of(Scope(organization), theirs.pk)
    assert sheet is not None
    assert sheet.owner == mia
    # They do not own it any more: at once nobody's in particular, with the next pass the role's
    Customer.objects.filter(pk=theirs.pk).update(owner=None)
    sheet = case_of(Scope(organization), theirs.pk)
    assert sheet is not None
    assert sheet.owner is None
    pass_on(organization, TODAY + 8 * DAY)
    assert whose(theirs) == (None, "collector")


def test_another_organization_has_its_own_cases(
    organization: Organization, customer: Customer, other_organization: Organization
) -> None:
    worlds.make_invoice(customer, due_on=TODAY - 60 * DAY)
    pass_on(organization)
    assert case_of(Scope(other_organization), customer.pk) is None


# That the statements say what the rules say


def drawn_rules(world: World) -> list[EscalationDraft]:
    flags = st.sampled_from([False, False, True])
    found = []
    for number in range(world.draw(st.integers(0, 4))):
        draft = EscalationDraft(
            f"Rule {number}",
            world.draw(st.integers(1, 4)),
            minimum_days=world.draw(st.sampled_from([None, 1, 5, 14])),
            minimum_overdue=world.draw(st.sampled_from([None, None, Decimal(50), Decimal(300)])),
            defaulted_again=world.draw(flags),
            broken_promise=world.draw(flags),
            refused=world.draw(flags),
            last_step_done=world.draw(flags),
            role=world.draw(st.sampled_from(["", "", "collector"])),
            owner=world.draw(st.sampled_from([None, *people(world)])),
        )
        if draft.asks_something:
            found.append(draft)
    return found


def promise(world: World) -> None:
    invoice = world.pick(world.invoices)
    if invoice is not None:
        part = world.draw(st.sampled_from([None, 10, 60]))
        whole_customer = part is None and world.draw(st.booleans())
        starts_on = world.today - world.draw(st.integers(0, 4)) * DAY
        worlds.make_hold(
            invoice.customer,
            invoice=None if whole_customer else invoice,
            amount=part,
            reason="promise",
            starts_on=starts_on,
            ends_on=starts_on + world.draw(st.integers(1, 4)) * DAY,
            released_on=world.draw(st.sampled_from([None, None, None, starts_on])),
        )


def refuse(world: World) -> None:
    customer = world.pick(world.customers)
    Call.objects.create(
        organization=world.organization,
        customer=customer,
        outcome="refused",
        called_at=world.now(),
        contact_on=world.today - world.draw(st.integers(0, 20)) * DAY,
    )


def raise_by_steps(world: World) -> None:
    for step in PolicyStep.objects.filter(organization=world.organization).order_by("pk"):
        step.raise_priority_to = world.draw(st.sampled_from([None, None, 1, 3]))
        step.give_to_role = world.draw(st.sampled_from(["", "", "finance_head"]))
        step.give_to_person_id = world.draw(st.sampled_from([None, *people(world)]))
        step.save()


def people(world: World) -> list[int]:
    """Two who can take care of cases; from time to time one of them does not work here."""
    organization = world.organization
    known = list(Membership.objects.filter(organization=organization).order_by("pk").values_list("user", flat=True))
    return known or [worlds.make_user(organization=organization, role="collector").pk for _ in range(2)]


def leave(world: World) -> None:
    """Or come back, perhaps as somebody who sees own customers only, or does no work."""
    one = world.draw(st.sampled_from(people(world)))
    at = world.draw(st.sampled_from([None, None, NOW]))
    role = world.draw(st.sampled_from(["collector", "account_manager", "account_manager", "viewer"]))
    Membership.objects.filter(organization=world.organization, user=one).update(deactivated_at=at, role=role)


def own(world: World) -> None:
    customer = world.pick(world.customers)
    if customer is not None:
        customer.owner_id = world.draw(st.sampled_from([None, *people(world)]))
        customer.save(update_fields=["owner"])


class Expected:
    """What the rules make of each customer, from the same facts, by plain loops."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.book = Book(world.current(), world.today)
        self.profiles = Profiles(world.current(), self.book, defaulters_by(world, self.book))
        members = Membership.objects.filter(organization=world.organization, deactivated_at=None)
        self.here = dict(members.values_list("user", "role"))

    def rules_for(self, owned_by: int | None) -> list[rules.EscalationRule]:
        return [
            rules.EscalationRule(
                rule.pk,
                rule.priority,
                rule.minimum_days,
                rule.minimum_overdue,
                rule.defaulted_again,
                rule.broken_promise,
                rule.refused,
                rule.last_step_done,
                rule.role,
                self._here(rule.owner_id, owned_by),
            )
            for rule in EscalationRule.objects.filter(organization=self.world.organization)
        ]

    def _here(self, user: int | None, owned_by: int | None) -> int | None:
        """Those who can take care of a customer whom `owned_by` owns."""
        role = self.here.get(user or 0)
        return user if role == "collector" or (role == "account_manager" and user == owned_by) else None

    def of(self, customer: int) -> rules.Escalation | None:
        book, today = self.book, self.world.today
        mine = [book.invoices[pk] for pk in book.balances if book.invoices[pk].customer_id == customer]
        late = [invoice for invoice in mine if invoice.due_on < today]
        if not late:
            return None
        standing = CustomerStanding.objects.get(customer=customer)
        owned_by = Customer.objects.values_list("owner", flat=True).get(pk=customer)
        again = StandingChange.objects.filter(customer=customer, name="defaulted_again").exists()
        since = min(invoice.due_on for invoice in late)
        calls = Call.objects.filter(customer=customer, outcome="refused", contact_on__range=(since, today))
        overdue = sum(
            (book.balances[invoice.pk] * self.profiles.rates.get(invoice.currency, Decimal(0)) for invoice in late),
            Decimal(0),
        )
        facts = rules.CaseFacts(
            days_past_due=(today - since).days,
            overdue=round(overdue, 4),
            defaulted_again=standing.standing == "defaulter" and again,
            broken_promise=any(self._is_broken(hold, mine) for hold in Hold.objects.filter(customer=customer)),
            refused=calls.exists(),
            last_step_done=standing.chased_in_vain,
            steps=tuple(self._steps(mine, owned_by)),
        )
        return rules.escalate(facts, self.rules_for(owned_by))

    def _is_broken(self, hold: Hold, mine: list[Invoice]) -> bool:
        today = self.world.today
        if hold.reason != "promise" or hold.ends_on is None or hold.ends_on > today:
            return False
        if hold.released_on is not None and hold.released_on < hold.ends_on:
            return False
        meant = [
            invoice
            for invoice in mine
            if hold.invoice_id in (None, invoice.pk)
            and invoice.issued_on <= hold.starts_on
            and invoice.due_on < hold.ends_on
        ]
        paid = sum(
            (
                entry.amount
                for entry in self.book.allocations
                if entry.invoice_id == hold.invoice_id and entry.effective_on >= hold.starts_on
            ),
            Decimal(0),
        )
        return bool(meant) and (hold.amount is None or hold.amount > paid)

    def _steps(self, mine: list[Invoice], owned_by: int | None) -> list[rules.StepReached]:
        reached: dict[int, int] = {}
        for action in Action.objects.filter(invoice__in=mine).select_related("step"):
            step = action.step
            raises = step.raise_priority_to is not None or step.give_to_role or step.give_to_person_id is not None
            if raises and (action.state in ("planned", "done") or action.reason == "not_reached"):
                reached[action.step_id] = max(action.offset_days, reached.get(action.step_id, action.offset_days))
        steps = PolicyStep.objects.in_bulk(list(reached))
        return [
            rules.StepReached(
                offset,
                pk,
                steps[pk].raise_priority_to,
                steps[pk].give_to_role,
                self._here(steps[pk].give_to_person_id, owned_by),
            )
            for pk, offset in reached.items()
        ]


@settings(WITH_DATABASE, max_examples=12)
@given(data=st.data())
def test_sql_says_what_the_rules_say(db: None, data: st.DataObject) -> None:
    with undone():
        world = World(data)
        save_escalation_rules(organization=world.organization, rules=drawn_rules(world), by=None)
        more = (promise, promise, refuse, raise_by_steps, leave, own)
        for _ in range(world.draw(st.integers(1, 3))):
            for change in world.draw(st.lists(st.sampled_from([*more, *more, *CHANGES]), max_size=5)):
                change(world)
            # The same day twice: what a person did meanwhile is looked at again
            world.today += world.draw(st.sampled_from([0, 1, 3, 9])) * DAY
            pass_on(world.current(), world.today)
            expected = Expected(world)
            stands = {case.customer_id: case for case in Case.objects.filter(closed_on=None)}
            for customer in world.customers:
                found, case = expected.of(customer.pk), stands.get(customer.pk)
                assert (found is None) == (case is None)
                if found is not None and case is not None:
                    said = rules.Escalation(
                        case.priority_by_rules,
                        tuple(case.rules),
                        tuple(case.steps),
                        case.owner_by_rules_id,
                        case.role_by_rules,
                    )
                    assert said == found
