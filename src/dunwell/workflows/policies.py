"""Policies from and to a file: what an import would change, and the import."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import transaction

from dunwell.followup.models import DunningPolicy
from dunwell.followup.policy_files import PolicyFile, PolicyFileError
from dunwell.followup.queries.assignments import rule_drafts
from dunwell.followup.queries.policies import current_draft, surroundings
from dunwell.followup.services.assignments import save_rules
from dunwell.followup.services.passes import Pass
from dunwell.followup.services.policies import make_default, save_policy
from dunwell.followup.services.previews import PolicyChange, difference
from dunwell.organizations.models import Organization, User
from dunwell.rules.policies import problems
from dunwell.rules.policy_changes import mail_changes
from dunwell.workflows.sender import channels_set_up


@dataclass
class PolicyImport:
    """What was saved: policies that are new or have a new version, others, and warnings in words."""

    saved: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def export_policies(organization: Organization, name: str = "") -> PolicyFile:
    """All policies but archived ones with the rules, or one policy alone. Raises PolicyFileError."""
    policies = DunningPolicy.objects.filter(organization=organization).order_by("pk")
    if not name:
        policies = policies.filter(archived_at=None)
    if name:
        policies = policies.filter(name=name)
        if not policies:
            raise PolicyFileError(f"There is no policy '{name}'.")
    drafts = tuple(current_draft(policy) for policy in policies)
    if name:
        return PolicyFile(drafts)
    default = next((policy.name for policy in policies if policy.is_default), None)
    return PolicyFile(drafts, default, tuple(rule_drafts(organization)) or None)


@transaction.atomic
def import_policies(*, organization: Organization, file: PolicyFile, by: User | None) -> PolicyImport:
    """Save every policy of the file as a new version where it differs, by its name; policies not in it stay.

    Rules are replaced by the file's where it has some. Raises PolicyRefusedError, AssignmentRefusedError or
    PolicyFileError; nothing is changed then.
    """
    result = PolicyImport()
    known = {policy.name: policy for policy in DunningPolicy.objects.filter(organization=organization)}
    for draft in file.policies:
        policy = known.get(draft.name)
        before = policy.versions.get(is_current=True).pk if policy else None
        around = surroundings(organization, policy, channels_set_up(organization))
        version = save_policy(organization=organization, draft=draft, policy_id=policy.pk if policy else None, by=by)
        known[draft.name] = version.policy
        (result.unchanged if version.pk == before else result.saved).append(draft.name)
        for problem in problems(draft, around):
            step = f", {draft.steps[problem.step].name}" if problem.step is not None else ""
            result.warnings.append(f"{draft.name}{step}: {problem.text}")
    if file.default is not None:
        if file.default not in known:
            raise PolicyFileError(f"There is no policy '{file.default}' to be the default.")
        if not known[file.default].is_default:
            make_default(organization=organization, policy_id=known[file.default].pk, by=by)
    if file.rules is not None:
        save_rules(organization=organization, rules=list(file.rules), by=by)
    return result


def preview_import(this: Pass, file: PolicyFile) -> PolicyChange:
    """What importing a file would change for open invoices, today. Nothing is kept."""
    policies = DunningPolicy.objects.filter(
        organization=this.organization, name__in=[each.name for each in file.policies]
    )
    before = {policy.name: current_draft(policy) for policy in policies}
    result = difference(this, lambda: import_policies(organization=this.organization, file=file, by=None))
    for draft in file.policies:
        if draft.name in before:
            result.mails += [f"{draft.name}, {text}" for text in mail_changes(before[draft.name], draft)]
    return result
