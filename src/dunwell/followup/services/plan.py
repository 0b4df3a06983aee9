"""Plan: every due step of every open invoice gets its action, and those that wait are looked at again."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from dunwell.followup.models import PlanState
from dunwell.followup.queries.policies_in_force import PoliciesInForce
from dunwell.followup.services.passes import Pass, analyze, execute
from dunwell.followup.services.release import release_torn, release_unsent
from dunwell.followup.services.worklist import keep_worklist
from dunwell.followup.sql import statement
from dunwell.ledger.models import Invoice
from dunwell.ledger.rates import rates_to
from dunwell.rules.calendars import ONE_DAY
from dunwell.rules.escalation import Anchor, Tone, cutoff, step_day
from dunwell.rules.waiting import OLD_DEBT_DAYS, WEEK

PENDING_PAYMENT_BUSINESS_DAYS = 5
ANOTHER_CHANNEL = "It goes through another channel instead."
LONGEST_ABSENCE = 60  # days; after more of them it is cheaper to look at everything


@dataclass
class Planned:
    """What one planning did: rows written by state, and by reason."""

    planned: int = 0
    changed: int = 0
    settled: int = 0
    released: int = 0
    waiting: dict[str, int] = field(default_factory=dict)
    final: dict[str, int] = field(default_factory=dict)


def plan(this: Pass, state: PlanState, basis: str, policies: PoliciesInForce, *, touched: int) -> Planned:
    """Plan as of the pass's date, inside its transaction. The second time finds nothing to do.

    `touched` is the number of customers whose facts changed since the last pass.
    """
    result = Planned()
    since = state.planned_as_of
    if since == this.as_of and state.basis == basis and not touched:
        return result
    parameters = plan_parameters(this, policies)
    new_day = since is None or since < this.as_of
    everyone = (
        since is None
        or since > this.as_of
        or state.basis != basis
        or (this.as_of - since).days > LONGEST_ABSENCE
        or (new_day and parameters["has_foreign_balances"])
    )
    parameters["everyone"] = everyone
    parameters["new_day"] = new_day
    if everyone:
        scope = execute("plan_scope_all", parameters)
    else:
        assert since is not None
        parameters["since"] = since
        parameters["reached"] = _reached(this, policies.offsets_from(Anchor.DUE), since, today=True)
        parameters["issued_reached"] = _reached(this, policies.offsets_from(Anchor.ISSUE), since)
        parameters["furthest_reach"] = max(parameters["cutoffs"], default=this.as_of)
        scope = execute("plan_scope_since", parameters)
    analyze("plan_scope", "pass_touched")
    result.released = release_unsent(this, parameters)
    _end_settled(parameters, result)
    if scope:
        execute("plan_items", parameters)
        analyze("plan_item")
        execute("plan_due", parameters)
        analyze("plan_due")
        if since is not None and (touched or everyone):
            execute("plan_withdrawn", parameters)
        execute("plan_candidates", parameters)
        analyze("plan_candidate")
        execute("plan_netting", parameters)
        execute("plan_decided", parameters)
        analyze("plan_decided")
        _count(result)
        _days_of_steps(this)
        result.changed = _update(this, parameters)
        result.released += release_torn(this, parameters)
        execute("plan_insert", parameters)
    keep_worklist(this, policies)
    state.planned_as_of, state.basis = this.as_of, basis
    return result


def plan_parameters(this: Pass, policies: PoliciesInForce) -> dict[str, Any]:
    """The parameters of the plan's statements but for its scope: dates from the rules, limits from the settings."""
    settings = this.settings
    interval_since = this.as_of - dt.timedelta(days=settings.contact_interval_days)
    week_ago = this.as_of - dt.timedelta(days=WEEK)
    rates = _rates(this, policies)
    return {
        **step_parameters(this, policies),
        "organization": this.organization.pk,
        "as_of": this.as_of,
        "now": this.now,
        "tomorrow": this.as_of + ONE_DAY,
        "default_policy": policies.default,
        "use_profiles": policies.use_profiles,
        "catch_up": settings.catch_up,
        "channels_set_up": list(this.channels_set_up),
        "pending_since": this.calendar.subtract_business_days(this.as_of, PENDING_PAYMENT_BUSINESS_DAYS),
        "week_ago": week_ago,
        "interval_since": interval_since,
        "contacts_since": min(week_ago, interval_since),
        "interval_days": settings.contact_interval_days,
        "weekly_limit": settings.weekly_contact_limit,
        "old_debt_days": OLD_DEBT_DAYS,
        "assume_reachable": this.assume_reachable,
        "check_freshness": not this.assume_reachable,
        "file_fresh_after": this.now - dt.timedelta(days=settings.file_freshness_days),
        "connector_fresh_after": this.now - dt.timedelta(hours=settings.connector_freshness_hours),
        "minimum_amount": settings.minimum_amount,
        "rates": json.dumps(rates if settings.minimum_amount > 0 else {}),
        "condition_rates": json.dumps(rates if policies.has_balance_conditions else {}),
        # Their balance in the base currency moves with the rates of each day
        "has_foreign_balances": policies.has_balance_conditions and len(rates) > 1,
    }


def step_parameters(this: Pass, policies: PoliciesInForce) -> dict[str, Any]:
    """The steps as columns, one entry for each time a step goes."""
    yesterday = this.as_of - ONE_DAY
    cutoffs = {offset: cutoff(offset, this.calendar, this.as_of) for offset in policies.offsets}
    passed = {offset: cutoff(offset, this.calendar, yesterday) for offset in policies.offsets}
    rules = [timed.rule for timed in policies.timed]
    return {
        "step_ids": [timed.row.pk for timed in policies.timed],
        "policies": [timed.policy for timed in policies.timed],
        "lineages": [rule.lineage for rule in rules],
        "occurrences": [rule.occurrence for rule in rules],
        "anchors": [rule.anchor.value for rule in rules],
        "offsets": [rule.offset_days for rule in rules],
        "cutoffs": [cutoffs[rule.offset_days] for rule in rules],
        "passed": [passed[rule.offset_days] for rule in rules],
        "final_tones": [rule.tone is Tone.FINAL for rule in rules],
        "channels": [rule.channel for rule in rules],
        "minimum_balances": [rule.conditions.minimum_balance for rule in rules],
        "maximum_balances": [rule.conditions.maximum_balance for rule in rules],
        "minimum_risks": [rule.conditions.minimum_risk for rule in rules],
        "segments": [",".join(sorted(rule.conditions.segments)) for rule in rules],
        "usable": [",".join(sorted(policies.usable(timed.row, this.channels_set_up))) for timed in policies.timed],
    }


def _rates(this: Pass, policies: PoliciesInForce) -> dict[str, str]:
    """Rates to the base currency, where a minimum or a step asks for amounts; a currency without a rate fits always."""
    if this.settings.minimum_amount <= 0 and not policies.has_balance_conditions:
        return {}
    currencies = Invoice.objects.filter(organization=this.organization).values_list("currency", flat=True).distinct()
    rates = rates_to(this.organization.base_currency, currencies, this.as_of)
    return {currency: str(rate) for currency, rate in rates.items()}


def _reached(this: Pass, offsets: Iterable[int], since: dt.date, *, today: bool = False) -> list[dt.date]:
    """The anchor dates that came into a step's reach after `since`; with `today`, those that passed since as well.

    Days, not bounds: the database knows how many invoices are due on a day, and takes the index.
    """
    bounds = [(since, this.as_of)] if today else []
    bounds += [(cutoff(offset, this.calendar, since), cutoff(offset, this.calendar, this.as_of)) for offset in offsets]
    return sorted({after + ONE_DAY * days for after, upto in bounds for days in range(1, (upto - after).days + 1)})


def _update(this: Pass, parameters: dict[str, Any]) -> int:
    """Bring the actions that there are to what was decided; how many changed."""
    execute("plan_replaced", {"reason": ANOTHER_CHANNEL, "now": this.now})
    return execute("plan_update", parameters)


def _end_settled(parameters: dict[str, Any], result: Planned) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement("plan_settled"), parameters)
        for reason, rows in cursor.fetchall():
            result.final[reason] = rows
            result.settled += rows


def _days_of_steps(this: Pass) -> None:
    """Give the statements the day of each step, by the rule: there are few distinct anchor dates and offsets."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT anchor_on, offset_days FROM plan_decided")
        pairs = cursor.fetchall()
    execute(
        "plan_days",
        {
            "day_anchors": [anchor_on for anchor_on, _ in pairs],
            "day_offsets": [offset for _, offset in pairs],
            "step_days": [step_day(anchor_on, offset, this.calendar) for anchor_on, offset in pairs],
        },
    )
    analyze("plan_day")


def _count(result: Planned) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT state, reason, count(*) FROM plan_decided GROUP BY state, reason")
        for state, reason, rows in cursor.fetchall():
            if state == "planned":
                result.planned = rows
            else:
                counts = result.waiting if state == "waiting" else result.final
                counts[reason] = counts.get(reason, 0) + rows
