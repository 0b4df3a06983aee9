"""What a change of a policy does to its e-mails, in words: who they come from, and what goes along.

The plan does not show it: the same steps go on the same days.
"""

from __future__ import annotations

from dunwell.rules.policies import ATTACHMENTS, PolicyDraft, StepDraft

OWN, AS_ALL = "the organization's own sender", "as for all"


def mail_changes(before: PolicyDraft, after: PolicyDraft) -> list[str]:
    """One sentence for each step whose e-mails have another sender or other attachments, in the order of `after`.

    A step is the same by its lineage, or, where it names none, by its name. New steps are not told: all of them is new.
    Addresses in capitals are the same.
    """
    by_lineage = {step.lineage: step for step in before.steps if step.lineage is not None}
    by_name = {step.name: step for step in before.steps}
    told = []
    for step in after.steps:
        was = by_name.get(step.name) if step.lineage is None else by_lineage.get(step.lineage)
        if was is None or "email" not in {was.channel, step.channel}:
            continue
        told += [f"{step.name}: {text}" for text in _differences(_mail(was, before), _mail(step, after))]
    return told


def _mail(step: StepDraft, policy: PolicyDraft) -> tuple[str, str]:
    return (step.sender or policy.sender).lower() or OWN, ATTACHMENTS.get(step.attachments, AS_ALL)


def _differences(was: tuple[str, str], now: tuple[str, str]) -> list[str]:
    found = []
    if was[0] != now[0]:
        found.append(f"comes from {now[0]}, so far from {was[0]}.")
    if was[1] != now[1]:
        found.append(f"attached: {now[1]}, so far {was[1]}.")
    return found
