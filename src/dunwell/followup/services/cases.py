"""Cases follow the facts: opened, raised, given and closed by the pass, each change a named row."""

from __future__ import annotations

from typing import Any

from dunwell.followup.models import EscalationRule, PolicyStep
from dunwell.followup.queries.at_work import who_is_at_work
from dunwell.followup.services.passes import Pass, analyze, execute
from dunwell.rules.cases import LEAST_URGENT

URGENT = 2  # a case that comes to this priority is looked at by a person


def keep_cases(this: Pass) -> None:
    """Bring the cases of the customers who were assessed up to the pass's date, in its transaction."""
    people = who_is_at_work(this.organization)
    rules = list(EscalationRule.objects.filter(organization=this.organization))
    parameters: dict[str, Any] = {
        **rule_parameters(rules),
        "at_work": list(people.everywhere),
        "own_only": list(people.own_only),
        "organization": this.organization.pk,
        "as_of": this.as_of,
        "now": this.now,
        "least_urgent": LEAST_URGENT,
        "urgent": URGENT,
        "steps_raise": PolicyStep.objects.filter(organization=this.organization)
        .exclude(raise_priority_to=None, give_to_role="", give_to_person=None)
        .exists(),
    }
    execute("cases_released", parameters)
    execute("cases_owing", parameters)
    analyze("case_owing")
    if execute("cases_found", parameters):
        analyze("found_case")
        execute("cases_update", parameters)
        execute("cases_open", parameters)
        execute("cases_tell", parameters)
    execute("cases_close", parameters)


def rule_parameters(rules: list[EscalationRule]) -> dict[str, Any]:
    """The rules as columns, in their order."""
    return {
        "rule_keys": [rule.pk for rule in rules],
        "priorities": [rule.priority for rule in rules],
        "minimum_days": [rule.minimum_days for rule in rules],
        "minimum_overdue": [rule.minimum_overdue for rule in rules],
        "defaulted_again": [rule.defaulted_again for rule in rules],
        "broken_promise": [rule.broken_promise for rule in rules],
        "refused": [rule.refused for rule in rules],
        "last_step": [rule.last_step_done for rule in rules],
        "roles": [rule.role for rule in rules],
        "owners": [rule.owner_id for rule in rules],
    }
