"""Assess: what each customer owes and is as of the date. Set-based; a change of standing or segment leaves a row."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from dunwell.followup.models import BookTotal, PlanState
from dunwell.followup.queries.policies_in_force import PoliciesInForce
from dunwell.followup.services.passes import Pass, analyze, execute
from dunwell.ledger.rates import rates_to
from dunwell.rules import segments


def assess(this: Pass, state: PlanState, basis: str, policies: PoliciesInForce, *, touched: int) -> tuple[int, int]:
    """Assess the customers whose facts changed, or all of them on a new date or after a change of settings.

    Runs inside the pass's transaction, after `take_touched`; `touched` is what that took. Returns the number of
    customers assessed, and of those whom the plan must look at again because of it.
    """
    everyone = state.assessed_as_of != this.as_of or state.assessed_basis != basis
    grace = dt.timedelta(days=this.settings.grace_days)
    parameters = {
        "organization": this.organization.pk,
        "as_of": this.as_of,
        "now": this.now,
        # A customer is late when days past due exceed the grace: due before as_of − grace
        "late_if_due_before": this.as_of - grace,
        "defaulter_if_due_before": this.as_of - grace - dt.timedelta(days=this.settings.defaulter_after_days),
        "due_soon_if_due_by": this.as_of + dt.timedelta(days=this.settings.due_soon_days),
    }
    assessed = execute("assess_scope_all" if everyone else "assess_scope_touched", parameters)
    if assessed:
        # A book that has just come: taken for empty, it would be read once for every customer
        analyze("ledger_invoice", "ledger_payment", "ledger_allocation", "ledger_creditnote", only_grown=True)
        analyze("assess_scope")
        execute("assessed_items", parameters)
        analyze("assessed_item")
        execute("assessed_balances", parameters)
        execute("drop_balances", parameters)
        execute("write_balances", parameters)
        execute("assessed_standings", parameters)
        execute("write_standing_changes", parameters)
        execute("write_standings", parameters)
    if everyone or touched:  # also when the last customer is gone
        execute("write_book_totals", parameters)
        execute("write_standing_counts", parameters)
        state.history_stale = True
    again = 0
    if assessed:
        # Autovacuum has seen them empty, or not at all, when the first book has come
        analyze("followup_customerbalance", "followup_customerstanding", only_grown=True)
        again = _profile(this, policies) + _assign(this, policies)
        execute("write_chased_in_vain", parameters)
    state.assessed_as_of, state.assessed_basis = this.as_of, basis
    return assessed, again


def _profile(this: Pass, policies: PoliciesInForce) -> int:
    """Segment, risk and expected value of the customers in scope."""
    settings = this.settings
    currencies = BookTotal.objects.filter(organization=this.organization).values_list("currency", flat=True)
    rates = rates_to(this.organization.base_currency, currencies, this.as_of)
    parameters: dict[str, Any] = {
        "organization": this.organization.pk,
        "as_of": this.as_of,
        "now": this.now,
        "rates": json.dumps({currency: str(rate) for currency, rate in rates.items()}),
        "window_since": this.as_of - dt.timedelta(days=settings.segment_window_days),
        "late_after_days": settings.segment_late_after_days,
        "known_from_invoices": settings.segment_known_from_invoices,
        "frequent_percent": settings.segment_frequent_percent,
        "history_points": segments.HISTORY_POINTS,
        "unknown_points": segments.UNKNOWN_POINTS,
        "lateness_points": segments.LATENESS_POINTS,
        "lateness_days": segments.LATENESS_DAYS,
        "defaulter_points": segments.DEFAULTER_POINTS,
        "segment_conditions": policies.segment_conditions,
        "risk_thresholds": policies.risk_thresholds,
    }
    execute("assessed_profiles", parameters)
    execute("write_segment_changes", parameters)
    execute("write_profiles", parameters)
    analyze("followup_customerprofile", only_grown=True)
    return execute("touch_profiles", parameters) if policies.use_profiles else 0


def _assign(this: Pass, policies: PoliciesInForce) -> int:
    """Which policy chases the debts of the customers in scope."""
    if not policies.assigns:
        return 0
    parameters = {"organization": this.organization.pk, "default_policy": policies.default}
    execute("assigned_policies", parameters)
    again = execute("touch_assigned", parameters)
    execute("drop_assigned", parameters)
    execute("write_assigned", parameters)
    return again
