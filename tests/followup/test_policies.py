"""Policies are saved in versions, previewed before that, assigned by rules, and written to files and back."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunwell.followup.models import (
    Action,
    AssignmentRule,
    DunningPolicy,
    Notice,
    PolicyStep,
    PolicyVersion,
    SegmentChange,
)
from dunwell.followup.policy_files import PolicyFile, PolicyFileError, from_toml, to_toml
from dunwell.followup.queries.assignments import RuleDraft, policy_of, rule_drafts
from dunwell.followup.queries.policies import current_draft, surroundings
from dunwell.followup.services import passes
from dunwell.followup.services.assignments import AssignmentRefusedError, save_rules, set_customer_policy
from dunwell.followup.services.passes import Pass
from dunwell.followup.services.policies import HIGH_VALUE_STEPS, PolicyRefusedError, save_policy
from dunwell.followup.services.prepare import prepare
from dunwell.followup.services.previews import preview_catch_up, preview_policy, preview_rules
from dunwell.ledger.models import Contact, Customer, Invoice
from dunwell.organizations.models import Organization, User
from dunwell.rules.escalation import Anchor, Tone
from dunwell.rules.policies import ATTACHMENTS, CHANNELS, PolicyDraft, StepDraft, problems
from dunwell.rules.segments import Segment
from dunwell.workflows.policies import export_policies, import_policies, preview_import
from tests import worlds
from tests.worlds import TODAY

DAY = dt.timedelta(days=1)


def at(organization: Organization, as_of: dt.date = TODAY) -> Pass:
    now = dt.datetime.combine(as_of, dt.time(8), tzinfo=dt.UTC)
    organization = Organization.objects.select_related("settings").get(pk=organization.pk)
    return passes.begin(organization, as_of=as_of, now=now, channels_set_up=("email",))


def actions(invoice: Invoice) -> dict[str, str]:
    rows = Action.objects.filter(invoice=invoice).select_related("step").order_by("offset_days")
    return {f"{row.step.name} {row.offset_days}": f"{row.state} {row.reason}".strip() for row in rows}


def test_a_policy_saved_unchanged_makes_no_version(organization: Organization, policy: PolicyVersion) -> None:
    draft = current_draft(policy.policy)
    same = save_policy(organization=organization, draft=draft, policy_id=policy.policy_id, by=None)
    assert same == policy


def test_a_step_keeps_its_identity_through_versions(
    organization: Organization, policy: PolicyVersion, alice: User
) -> None:
    """In the middle of the old version: what went does not go again, and nothing is lost."""
    invoice = worlds.make_invoice(worlds.make_customer(organization), due_on=TODAY - 3 * DAY)
    prepare(at(organization))
    Action.objects.filter(invoice=invoice, state="planned").update(state="done", done_on=TODAY)
    draft = current_draft(policy.policy)
    steps = tuple(
        dataclasses.replace(step, lineage=None, offset_days=step.offset_days + (1 if step.name == "Reminder" else 0))
        for step in draft.steps
    )
    new = PolicyDraft("Standard", (*steps, StepDraft("Weekly", 20, template="reminder", repeat_every_days=7, times=2)))
    version = save_policy(organization=organization, draft=new, policy_id=policy.policy_id, by=alice)
    assert (version.number, version.created_by) == (2, alice)
    lineages = dict(PolicyStep.objects.filter(version=version).values_list("name", "lineage"))
    assert lineages == {
        "Heads-up": 1, "Due today": 2, "Reminder": 3, "Firm reminder": 4, "Final reminder": 5, "Weekly": 6,
    }  # fmt: skip
    prepare(at(organization, TODAY + DAY))
    assert "planned" not in actions(invoice).values(), "the reminder went yesterday"
    prepare(at(organization, TODAY + 5 * DAY))  # a Monday: the seventh day is a Sunday
    assert actions(invoice)["Firm reminder 7"] == "planned"
    other = save_policy(organization=organization, draft=PolicyDraft("High value", HIGH_VALUE_STEPS), by=None)
    new_ones = set(PolicyStep.objects.filter(version=other).values_list("lineage", flat=True))
    assert min(new_ones) == 7, "no two policies of an organization share a lineage"


def test_a_bad_policy_is_refused_and_nothing_is_kept(organization: Organization, policy: PolicyVersion) -> None:
    bad = PolicyDraft("Standard", (StepDraft("A", 1, template="reminder"), StepDraft("B", 1, template="nowhere")))
    with pytest.raises(PolicyRefusedError, match=r"no text 'nowhere'.*same day.*a policy 'Standard' already"):
        save_policy(organization=organization, draft=bad, by=None)
    assert PolicyVersion.objects.count() == 1


def test_a_text_is_missed_in_every_language_that_somebody_reads(
    organization: Organization, policy: PolicyVersion
) -> None:
    """Customers' own, those of people at a customer, and the organization's for whoever names none."""
    french, greek = (worlds.make_customer(organization, language=language) for language in ("fr_BE", "en"))
    Contact.objects.filter(customer=greek).update(language="el")
    assert surroundings(organization, policy.policy).languages == {"fr", "en", "el"}
    Organization.objects.filter(pk=organization.pk).update(locale="pl_PL")
    organization.refresh_from_db()
    assert surroundings(organization, None).languages == {"fr", "en", "el"}, "everybody names one"
    Customer.objects.filter(pk=french.pk).update(language="")
    found = surroundings(organization, policy.policy)
    assert found.languages == {"pl", "en", "el"}
    [advice] = [each.text for each in problems(current_draft(policy.policy), found) if each.step == 0]
    assert "is not written in el, pl: those customers get another" in advice


def test_a_preview_says_what_changes_and_changes_nothing(organization: Organization, policy: PolicyVersion) -> None:
    customer = worlds.make_customer(organization, name="Acme")
    late = worlds.make_invoice(customer, due_on=TODAY - 4 * DAY)
    worlds.make_invoice(customer, due_on=TODAY + 40 * DAY)
    prepare(at(organization))
    before = list(Action.objects.order_by("pk").values())
    draft = current_draft(policy.policy)
    steps = tuple(dataclasses.replace(step, offset_days=5) if step.name == "Reminder" else step for step in draft.steps)
    change = preview_policy(at(organization), PolicyDraft("Standard", steps), policy_id=policy.policy_id)
    assert (change.changed, change.goes_before, change.goes_after) == (1, 1, 0)
    [row] = change.listed
    assert (row.number, row.customer) == (late.number, "Acme")
    assert row.before == "Reminder: planned"
    assert row.after == "", "the reminder comes tomorrow; what was superseded stays so"
    assert list(Action.objects.order_by("pk").values()) == before
    assert PolicyVersion.objects.count() == 1


def test_each_way_to_catch_up_is_told_for_todays_book(organization: Organization, policy: PolicyVersion) -> None:
    worlds.make_invoice(worlds.make_customer(organization), due_on=TODAY - 10 * DAY)
    effects = {effect.mode.value: effect for effect in preview_catch_up(at(organization))}
    assert effects["latest"].planned == effects["next"].planned == 1
    assert effects["latest"].final == {"missed": 1, "superseded": 2}
    assert effects["next"].waiting == {"earlier_step": 2}
    assert (effects["skip"].planned, effects["skip"].final) == (0, {"missed": 4})
    # Latest: today, and the final word when it is due. Next: one now, one more after the weekend. Skip: what is
    # left is the final word alone, which is never the first
    contacts = {mode: [count for _, count in effect.contacts] for mode, effect in effects.items()}
    assert [sum(contacts[mode]) for mode in ("latest", "next", "skip")] == [2, 2, 0]
    assert [len(days) for days in contacts.values()] == [7, 7, 7]
    assert not Notice.objects.exists()
    assert not Action.objects.exists()


def test_high_value_debts_are_chased_more_often_by_a_rule(
    organization: Organization, policy: PolicyVersion, alice: User
) -> None:
    save_policy(organization=organization, draft=PolicyDraft("High value", HIGH_VALUE_STEPS), by=alice)
    large, small = worlds.make_customer(organization), worlds.make_customer(organization)
    much = worlds.make_invoice(large, total=20_000, due_on=TODAY - 8 * DAY)
    little = worlds.make_invoice(small, total=20, due_on=TODAY - 8 * DAY)
    rule = RuleDraft("High value", "High value", balance_above=Decimal(10_000))
    preview = preview_rules(at(organization), [rule])
    assert preview.changed == 1
    save_rules(organization=organization, rules=[rule], by=alice)
    prepare(at(organization))
    assert actions(much)["Reminder 7"] == "planned"
    assert actions(little)["Firm reminder 7"] == "planned"
    assert policy_of(organization, large, "EUR").why == "Rule 1, 'High value': owes more than 10000 EUR."
    assert policy_of(organization, small, "EUR").why == "No rule fits: it is the default."
    set_customer_policy(organization=organization, customer_id=large.pk, policy_id=policy.policy_id, by=alice)
    prepare(at(organization))
    assert actions(much)["Firm reminder 7"] == "planned"
    assert policy_of(organization, large, "EUR").why == "It is set for this customer."
    with pytest.raises(AssignmentRefusedError, match="no policy 'Nowhere'"):
        save_rules(organization=organization, rules=[RuleDraft("Other", "Nowhere")], by=alice)
    assert AssignmentRule.objects.get().name == "High value"


def test_a_segment_changes_once(organization: Organization, policy: PolicyVersion) -> None:
    customer = worlds.make_customer(organization)
    for age in (90, 60, 30):
        due_on = TODAY - age * DAY
        worlds.make_payment(customer, 100, on=due_on, towards=worlds.make_invoice(customer, due_on=due_on))
    prepare(at(organization))
    worlds.make_invoice(customer, due_on=TODAY - 2 * DAY)
    for day in range(4):
        prepare(at(organization, TODAY + day * DAY))
    [change] = SegmentChange.objects.filter(customer=customer)
    assert (change.before, change.after) == ("always_on_time", "occasionally_late")
    assert change.changed_on == TODAY + 2 * DAY


# Files

names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
amounts = st.none() | st.decimals(0, 10**9, places=2)
segments = st.lists(st.sampled_from([found.value for found in Segment]), unique=True, max_size=2).map(tuple)
drafts = st.builds(
    StepDraft,
    name=names,
    offset_days=st.integers(-365, 3650),
    tone=st.sampled_from([tone.value for tone in Tone]),
    channel=st.sampled_from(sorted(CHANNELS)),
    template=names,
    anchor=st.sampled_from([anchor.value for anchor in Anchor]),
    lineage=st.none() | st.integers(1, 99),
    repeat_every_days=st.none() | st.integers(1, 30),
    times=st.integers(1, 60),
    minimum_balance=amounts,
    maximum_balance=amounts,
    segments=segments,
    minimum_risk=st.none() | st.integers(0, 100),
    copy_to_decision_maker=st.booleans(),
    copy_to_owner=st.booleans(),
    sender=st.just("") | names,
    attachments=st.sampled_from(["", *ATTACHMENTS]),
    approval_required=st.booleans(),
    raise_priority_to=st.none() | st.integers(1, 4),
    give_to_role=st.sampled_from(["", "collector"]),
    give_to_person=st.sampled_from(["", "anna@northlight.example"]),
    instructions=st.text(st.characters(codec="utf-8"), max_size=20),
)
rules = st.builds(
    RuleDraft, name=names, policy=names, segments=segments, balance_above=amounts, tags=st.lists(names).map(tuple)
)
policies = st.builds(PolicyDraft, name=names, steps=st.lists(drafts, max_size=3).map(tuple), sender=st.just("") | names)


@given(st.lists(policies, max_size=3).map(tuple), st.none() | names, st.lists(rules, min_size=1, max_size=2).map(tuple))
def test_a_file_is_read_back_to_the_same(
    found: tuple[PolicyDraft, ...], default: str | None, given_by: tuple[RuleDraft, ...]
) -> None:
    file = PolicyFile(found, default, given_by)
    assert from_toml(to_toml(file)) == file


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a = = 1", "This is not TOML"),
        ("polices = 1", "no 'polices'"),
        ("policy = 1", "a table of its own"),
        ("[[policy]]\nname = 1", "needs a name"),
        ("[[policy]]\nname = 'A'\n[[policy.step]]\nname = 'S'", "A step of 'A' needs 'offset_days'"),
        ("[[policy]]\nname = 'A'\n[[policy.step]]\nname = 'S'\noffset_days = true", "'offset_days' cannot be true"),
        ("[[rule]]\nname = 'R'\npolicy = 'A'\ntags = 'vip'", "'tags' cannot be"),
        ("[[policy]]\nname = 'A'\nsender = 7", "The `sender` of 'A' is the address"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(PolicyFileError, match=sentence):
        from_toml(text)


def test_an_export_comes_back_and_a_changed_one_is_previewed(organization: Organization, policy: PolicyVersion) -> None:
    save_policy(organization=organization, draft=PolicyDraft("High value", HIGH_VALUE_STEPS), by=None)
    save_rules(organization=organization, rules=[RuleDraft("Large", "High value", balance_above=Decimal(9))], by=None)
    text = to_toml(export_policies(organization))
    result = import_policies(organization=organization, file=from_toml(text), by=None)
    assert (result.saved, result.unchanged) == ([], ["Standard", "High value"])
    assert not any("Nothing sends by call" in warning for warning in result.warnings)  # a person calls
    assert to_toml(export_policies(organization)) == text

    worlds.make_invoice(worlds.make_customer(organization), due_on=TODAY - 4 * DAY, total=5)
    changed = from_toml(
        text.replace('name = "Reminder"\noffset_days = 3\ntone = "neutral"', 'name = "Reminder"\noffset_days = 6', 1)
    )
    assert preview_import(at(organization), changed).changed == 1
    assert to_toml(export_policies(organization)) == text
    elsewhere: Any = worlds.make_organization("southwind")
    with pytest.raises(PolicyRefusedError, match="no text"):
        import_policies(organization=elsewhere, file=from_toml(text), by=None)
    assert not DunningPolicy.objects.filter(organization=elsewhere).exists()
    assert rule_drafts(organization)[0].policy == "High value"
