"""The rules that make a case more urgent: those a new organization starts with, and how they are changed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction

from dunwell.followup.models import EscalationRule
from dunwell.followup.queries.at_work import at_work
from dunwell.organizations.models import Organization, Role, User
from dunwell.organizations.recording import recorded
from dunwell.rules.cases import LEAST_URGENT, MOST_URGENT

MOST_RULES = 30


@dataclass(frozen=True)
class EscalationDraft:
    """A rule as it is written; `owner` is a member's id. The role counts where the owner works here no more."""

    name: str
    priority: int
    minimum_days: int | None = None
    minimum_overdue: Decimal | None = None
    defaulted_again: bool = False
    broken_promise: bool = False
    refused: bool = False
    last_step_done: bool = False
    role: str = ""
    owner: int | None = None

    @property
    def asks_something(self) -> bool:
        asked = (self.defaulted_again, self.broken_promise, self.refused, self.last_step_done)
        return any(asked) or self.minimum_days is not None or self.minimum_overdue is not None


SHIPPED = (
    EscalationDraft("Refuses to pay", 1, refused=True, role=Role.FINANCE_HEAD),
    EscalationDraft("Much, for long", 1, minimum_days=30, minimum_overdue=Decimal(10_000)),
    EscalationDraft("Broken promise", 2, broken_promise=True),
    EscalationDraft("Every step is done", 2, last_step_done=True),
    EscalationDraft("Defaulted again", 2, defaulted_again=True),
    EscalationDraft("Two months overdue", 2, minimum_days=60),
    EscalationDraft("Two weeks overdue", 3, minimum_days=14),
)


def install_escalation_rules(*, organization: Organization) -> None:
    """The rules that a new organization starts with."""
    save_escalation_rules(organization=organization, rules=list(SHIPPED), by=None)


def escalation_drafts(organization: Organization) -> list[EscalationDraft]:
    """The rules in their order, as they can be written again."""
    names = EscalationDraft.__dataclass_fields__
    return [
        EscalationDraft(**{name: getattr(rule, "owner_id" if name == "owner" else name) for name in names})
        for rule in EscalationRule.objects.filter(organization=organization)
    ]


@transaction.atomic
def save_escalation_rules(*, organization: Organization, rules: list[EscalationDraft], by: User | None) -> None:
    """All the rules of an organization, in their order; those that are not among them go. The next pass acts on it.

    Raises ValidationError by field; nothing is changed then.
    """
    if len(rules) > MOST_RULES:
        raise ValidationError(f"At most {MOST_RULES} rules: put some together.")
    names = [rule.name.strip() for rule in rules]
    for place, rule in enumerate(rules):
        if names[place] in names[:place]:
            raise ValidationError({"name": f"There is a rule '{names[place]}' already: give this one another name."})
        _check(rule)
    stays = dict(EscalationRule.objects.filter(organization=organization).values_list("name", "owner"))
    here = set(at_work(organization).values_list("user", flat=True))
    for rule in rules:
        if rule.owner is not None and rule.owner not in here and stays.get(rule.name.strip()) != rule.owner:
            raise ValidationError({"owner": "This person works on no case here any more: name somebody else."})
    with recorded(user=by.pk if by else None, action="escalation rules"):
        kept = {row.name: row for row in EscalationRule.objects.select_for_update().filter(organization=organization)}
        EscalationRule.objects.filter(pk__in=[row.pk for name, row in kept.items() if name not in names]).delete()
        for place, rule in enumerate(rules, start=1):
            row = kept.get(rule.name.strip()) or EscalationRule(organization=organization)
            for field, value in vars(rule).items():
                setattr(row, "owner_id" if field == "owner" else field, value)
            row.name, row.position = rule.name.strip(), place
            row.save()


def _check(rule: EscalationDraft) -> None:
    if not rule.name.strip():
        raise ValidationError({"name": "It needs a name."})
    if not MOST_URGENT <= rule.priority <= LEAST_URGENT:
        raise ValidationError({"priority": f"A priority lies between {MOST_URGENT} and {LEAST_URGENT}."})
    if not rule.asks_something:
        raise ValidationError("It asks for nothing, so it would fit every case: name at least one condition.")
    if rule.minimum_overdue is not None and rule.minimum_overdue <= 0:
        raise ValidationError({"minimum_overdue": "Name an amount above zero, or leave it out."})
    if rule.role and rule.role not in set(Role) - {Role.VIEWER}:
        raise ValidationError({"role": "This role works on no cases."})


@transaction.atomic
def put_escalation_rule(*, organization: Organization, rule: EscalationDraft, before: str = "", by: User) -> None:
    """A new rule at the end, or in the place of the rule named `before`. Raises ValidationError."""
    rules = _locked(organization)
    if before:
        rules[_place_of(before, rules)] = rule
    else:
        rules.append(rule)
    save_escalation_rules(organization=organization, rules=rules, by=by)


@transaction.atomic
def move_escalation_rule(*, organization: Organization, name: str, up: bool, by: User) -> None:
    """One place up or down; at the end of the list it stays."""
    rules = _locked(organization)
    place = _place_of(name, rules)
    other = place + (-1 if up else 1)
    if 0 <= other < len(rules):
        rules[place], rules[other] = rules[other], rules[place]
        save_escalation_rules(organization=organization, rules=rules, by=by)


@transaction.atomic
def remove_escalation_rule(*, organization: Organization, name: str, by: User) -> None:
    rules = _locked(organization)
    del rules[_place_of(name, rules)]
    save_escalation_rules(organization=organization, rules=rules, by=by)


def _locked(organization: Organization) -> list[EscalationDraft]:
    """The rules, which nobody else changes before this transaction is over."""
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    return escalation_drafts(organization)


def _place_of(name: str, rules: list[EscalationDraft]) -> int:
    for place, rule in enumerate(rules):
        if rule.name == name:
            return place
    raise ValidationError(f"There is no rule '{name}' any more: a colleague removed or renamed it.")
