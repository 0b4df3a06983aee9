"""A change of sender or attachments is told: the plan does not show it."""

from __future__ import annotations

from dataclasses import replace

from dunwell.rules.policies import PolicyDraft, StepDraft
from dunwell.rules.policy_changes import mail_changes

FIRST = StepDraft("First", 3, lineage=1)
LAST = StepDraft("Last", 9, lineage=2, sender="chief@n.example")
BEFORE = PolicyDraft("Standard", (FIRST, LAST), sender="desk@n.example")


def test_what_stays_is_not_told() -> None:
    assert mail_changes(BEFORE, replace(BEFORE, sender="Desk@N.example")) == []
    moved = replace(BEFORE, steps=(replace(FIRST, offset_days=4), StepDraft("New", 5, attachments="both"), LAST))
    assert mail_changes(BEFORE, moved) == []


def test_the_policys_sender_is_told_for_each_step_that_names_none() -> None:
    assert mail_changes(BEFORE, replace(BEFORE, sender="")) == [
        "First: comes from the organization's own sender, so far from desk@n.example."
    ]


def test_a_steps_own_choices_are_told_by_lineage_or_name() -> None:
    after = PolicyDraft("Standard", (replace(FIRST, lineage=None, attachments="statement"), replace(LAST, sender="")))
    assert mail_changes(BEFORE, replace(after, sender="desk@n.example")) == [
        "First: attached: a statement of account, so far as for all.",
        "Last: comes from desk@n.example, so far from chief@n.example.",
    ]


def test_a_call_has_no_mail() -> None:
    call = PolicyDraft("Standard", (StepDraft("First", 3, lineage=1, channel="call"),))
    assert mail_changes(call, replace(call, sender="desk@n.example")) == []
