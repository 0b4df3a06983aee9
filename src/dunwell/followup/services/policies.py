"""Policies: the one a new organization starts with, and how they are changed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Max

from dunwell.followup.models import Action, AssignmentRule, CustomerPolicy, DunningPolicy, PolicyStep, PolicyVersion
from dunwell.followup.queries.policies import draft_of, surroundings
from dunwell.messaging.models import MailSender, MessageTemplate
from dunwell.organizations.models import Membership, Organization, User
from dunwell.organizations.recording import recorded
from dunwell.rules.escalation import Tone
from dunwell.rules.policies import PolicyDraft, Problem, StepDraft, problems, refusals


@dataclass(frozen=True)
class DefaultStep:
    """A step of the default policy; `template` is the key of the shipped text it uses."""

    lineage: int
    name: str
    offset_days: int
    tone: Tone
    template: str


DEFAULT_STEPS = (
    DefaultStep(1, "Heads-up", -3, Tone.FRIENDLY, "before-due"),
    DefaultStep(2, "Due today", 0, Tone.FRIENDLY, "due-today"),
    DefaultStep(3, "Reminder", 3, Tone.NEUTRAL, "reminder"),
    DefaultStep(4, "Firm reminder", 7, Tone.FIRM, "firm-reminder"),
    DefaultStep(5, "Final reminder", 14, Tone.FINAL, "final-reminder"),
)

# More reminders, and a call, for whom much is owed by: an example to copy
HIGH_VALUE_STEPS = (
    StepDraft("Heads-up", -7, Tone.FRIENDLY, template="before-due"),
    StepDraft("Due today", 0, Tone.FRIENDLY, template="due-today"),
    StepDraft("Call", 2, Tone.NEUTRAL, "call", instructions="Ask whether the invoice has arrived and when it is paid."),
    StepDraft("Reminder", 3, Tone.NEUTRAL, template="reminder", repeat_every_days=4, times=3, copy_to_owner=True),
    StepDraft(
        "Firm reminder",
        15,
        Tone.FIRM,
        template="firm-reminder",
        repeat_every_days=7,
        times=2,
        copy_to_decision_maker=True,
        copy_to_owner=True,
    ),
    StepDraft(
        "Final reminder",
        30,
        Tone.FINAL,
        template="final-reminder",
        copy_to_decision_maker=True,
        copy_to_owner=True,
        approval_required=True,
    ),
)


MOST_NAMED = 5


class PolicyRefusedError(Exception):
    """The policy cannot be saved; `problems` say why, in sentences."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(" ".join(problem.text for problem in problems))
        self.problems = problems


class PolicyChangedError(PolicyRefusedError):
    """Somebody saved another version since the draft was begun; `version` is theirs."""

    def __init__(self, version: PolicyVersion) -> None:
        who = f" by {version.created_by}" if version.created_by else ""
        text = f"Version {version.number} was saved{who} since you began. What you wrote stands below, not saved yet."
        super().__init__([Problem(text)])
        self.version = version


class PolicyInUseError(Exception):
    """The policy cannot be removed, archived or made the default; the message says why."""


@transaction.atomic
def create_default_policy(*, organization: Organization) -> PolicyVersion:
    """The default policy (design section 4), with the shipped texts that the organization already has."""
    texts = _texts(organization)
    policy = DunningPolicy.objects.create(organization=organization, name="Standard", is_default=True)
    version = PolicyVersion.objects.create(organization=organization, policy=policy, number=1)
    PolicyStep.objects.bulk_create(
        PolicyStep(
            organization=organization,
            version=version,
            lineage=step.lineage,
            name=step.name,
            offset_days=step.offset_days,
            tone=step.tone,
            template=texts[step.template, "email"],
        )
        for step in DEFAULT_STEPS
    )
    return version


@transaction.atomic
def save_policy(
    *,
    organization: Organization,
    draft: PolicyDraft,
    policy_id: int | None = None,
    by: User | None,
    seen: int | None = None,
) -> PolicyVersion:
    """Make a policy, or a new version of one; what does not differ from the current version makes none.

    A step keeps its identity by its `lineage`, else by its name, else by its day and channel: one in the middle of the
    old version is neither repeated nor lost. Raises PolicyRefusedError; nothing is changed then. Warnings are the
    caller's to show (`rules.policies.problems`). `seen` is the number of the version that the draft was written from:
    where another is current by now, PolicyChangedError is raised.
    """
    # Lineages are given out once per organization; foreign keys to the row stay free
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    # Nobody archives or removes it meanwhile
    locked = DunningPolicy.objects.select_for_update(no_key=True).filter(organization=organization)
    policy = locked.filter(pk=policy_id).first() if policy_id else None
    if policy is not None and seen is not None:
        present = PolicyVersion.objects.select_related("created_by").get(policy=policy, is_current=True)
        if present.number != seen:
            raise PolicyChangedError(present)
    found = refusals(problems(draft, surroundings(organization, policy)))
    name = draft.name.strip()
    namesakes = DunningPolicy.objects.filter(organization=organization, name=name)
    if (namesakes.exclude(pk=policy.pk) if policy else namesakes).exists():
        found.append(Problem(f"There is a policy '{name}' already: give this one another name.", field="name"))
    if policy is not None and policy.archived_at is not None:
        found.append(Problem("This policy is archived: restore it first."))
    if policy_id and policy is None:
        found.append(Problem("This policy is not there any more."))
    if found:
        raise PolicyRefusedError(found)
    with recorded(user=by.pk if by else None, action="save policy"):
        return _save(organization, policy, draft, by)


def _save(
    organization: Organization, policy: DunningPolicy | None, draft: PolicyDraft, by: User | None
) -> PolicyVersion:
    if policy is None:
        is_first = not DunningPolicy.objects.filter(organization=organization, is_default=True).exists()
        policy = DunningPolicy.objects.create(organization=organization, name=draft.name.strip(), is_default=is_first)
    elif policy.name != draft.name.strip():
        policy.name = draft.name.strip()
        policy.save(update_fields=["name"])
    current = PolicyVersion.objects.filter(policy=policy, is_current=True).first()
    senders = {row.address.lower(): row for row in MailSender.objects.filter(organization=organization)}
    sender = senders.get(draft.sender.lower())
    steps = [
        replace(step, sender=senders[step.sender.lower()].address) if step.sender else step
        for step in _with_lineages(organization, current, draft)
    ]
    if current is not None:
        if draft_of(current).steps == tuple(steps) and current.sender == sender:
            return current
        PolicyVersion.objects.filter(pk=current.pk).update(is_current=False)
    number = (PolicyVersion.objects.filter(policy=policy).aggregate(last=Max("number"))["last"] or 0) + 1
    version = PolicyVersion.objects.create(
        organization=organization, policy=policy, number=number, sender=sender, created_by=by
    )
    texts = _texts(organization)
    people = dict(Membership.objects.filter(organization=organization).values_list("user__email", "user"))
    PolicyStep.objects.bulk_create(
        PolicyStep(
            organization=organization,
            version=version,
            lineage=step.lineage or 0,
            name=step.name.strip(),
            anchor=step.anchor,
            offset_days=step.offset_days,
            repeat_every_days=step.repeat_every_days,
            times=step.times,
            channel=step.channel,
            tone=step.tone,
            template=texts.get((step.template, step.channel)),
            minimum_balance=step.minimum_balance,
            maximum_balance=step.maximum_balance,
            segments=list(step.segments),
            minimum_risk=step.minimum_risk,
            copy_to_decision_maker=step.copy_to_decision_maker,
            copy_to_owner=step.copy_to_owner,
            sender=senders.get(step.sender.lower()),
            attachments=step.attachments,
            approval_required=step.approval_required,
            raise_priority_to=step.raise_priority_to,
            give_to_role=step.give_to_role,
            give_to_person_id=people.get(step.give_to_person),
            instructions=step.instructions.strip(),
        )
        for step in steps
    )
    return version


def _with_lineages(organization: Organization, current: PolicyVersion | None, draft: PolicyDraft) -> list[StepDraft]:
    """The steps in their order, each with the identity it had or a new one."""
    before = {step.lineage: step for step in PolicyStep.objects.filter(version=current)} if current else {}
    taken = {step.lineage for step in draft.steps if step.lineage is not None}
    ever = PolicyStep.objects.filter(organization=organization).aggregate(last=Max("lineage"))["last"] or 0
    kept: list[StepDraft] = []
    for step in draft.steps:
        lineage = step.lineage
        if lineage is None:
            free = [old for key, old in before.items() if key not in taken]
            same_name = [old.lineage for old in free if old.name == step.name.strip()]
            place = (step.anchor, step.offset_days, step.channel)
            same_place = [old.lineage for old in free if (old.anchor, old.offset_days, old.channel) == place]
            lineage = next(iter([*same_name, *same_place]), None)
        if lineage is None:
            ever += 1
            lineage = ever
        taken.add(lineage)
        kept.append(StepDraft(**{**vars(step), "lineage": lineage, "name": step.name.strip()}))
    return sorted(kept, key=lambda step: (step.offset_days, step.anchor, step.channel))


@transaction.atomic
def make_default(*, organization: Organization, policy_id: int, by: User | None) -> None:
    """From the next pass on, this policy chases everybody whom nothing else assigns. Raises PolicyInUseError."""
    policy = DunningPolicy.objects.select_for_update().get(organization=organization, pk=policy_id)
    if policy.archived_at is not None:
        raise PolicyInUseError("It is archived: restore it first.")
    with recorded(user=by.pk if by else None, action="default policy"):
        DunningPolicy.objects.filter(organization=organization, is_default=True).update(is_default=False)
        policy.is_default = True
        policy.save(update_fields=["is_default"])


@transaction.atomic
def archive_policy(*, organization: Organization, policy_id: int, by: User | None, now: dt.datetime) -> None:
    """Put a policy away that nobody is given any more; its history stays. Raises PolicyInUseError."""
    policy = DunningPolicy.objects.select_for_update().get(organization=organization, pk=policy_id)
    _refuse_in_use(policy)
    if policy.archived_at is None:
        with recorded(user=by.pk if by else None, action="archive policy"):
            policy.archived_at = now
            policy.save(update_fields=["archived_at"])


@transaction.atomic
def restore_policy(*, organization: Organization, policy_id: int, by: User | None) -> None:
    """It can be assigned again, or be the default; until then it chases nobody."""
    policy = DunningPolicy.objects.select_for_update().get(organization=organization, pk=policy_id)
    with recorded(user=by.pk if by else None, action="restore policy"):
        policy.archived_at = None
        policy.save(update_fields=["archived_at"])


def _refuse_in_use(policy: DunningPolicy) -> None:
    """Name what needs it."""
    if policy.is_default:
        raise PolicyInUseError("It is the default: make another policy the default first.")
    rules = AssignmentRule.objects.filter(organization=policy.organization_id, policy=policy)
    if names := list(rules.values_list("name", flat=True)):
        raise PolicyInUseError(f"Assignment rules give it ({_named(names)}): change them first.")
    own = CustomerPolicy.objects.filter(organization=policy.organization_id, policy=policy)
    if names := list(own.order_by("customer__name").values_list("customer__name", flat=True)):
        raise PolicyInUseError(f"It is set for {_named(names)}: give them another policy first.")


def _named(names: list[str]) -> str:
    """The first of them, and how many more."""
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


@transaction.atomic
def remove_policy(*, organization: Organization, policy_id: int, by: User | None) -> None:
    """Away with a policy that nothing has used. Raises PolicyInUseError; nothing is changed then."""
    policy = DunningPolicy.objects.select_for_update().get(organization=organization, pk=policy_id)
    _refuse_in_use(policy)
    # A live step of an invoice would vanish without a word, and what was sent would not know its policy any more
    if Action.objects.filter(organization=organization, step__version__policy=policy).exists():
        raise PolicyInUseError(
            "It has chased invoices, and their history names it: it stays, chasing nobody. Archive it instead."
        )
    with recorded(user=by.pk if by else None, action="remove policy"):
        policy.delete()


def _texts(organization: Organization) -> dict[tuple[str, str], MessageTemplate]:
    """One row of each text by key and channel: the organization's own language, else English, else any."""
    wanted = [organization.locale.split("-")[0].split("_")[0], "en"]
    found: dict[tuple[str, str], MessageTemplate] = {}
    texts = MessageTemplate.objects.filter(organization=organization, archived_at=None)
    for text in sorted(texts, key=lambda text: wanted.index(text.language) if text.language in wanted else 9):
        found.setdefault((text.key, text.channel), text)
    return found
