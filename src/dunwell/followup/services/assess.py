"""Assess: what each customer owes and is as of the date. Set-based; a change of standing leaves a named row."""

from __future__ import annotations

import datetime as dt

from dunwell.followup.models import PlanState
from dunwell.followup.services.passes import Pass, analyze, execute


def assess(this: Pass, state: PlanState, basis: str, *, touched: int) -> int:
    """Assess the customers whose facts changed, or all of them on a new date or after a change of settings.

    Runs inside the pass's transaction, after `take_touched`; `touched` is what that took. Returns the number of
    customers assessed.
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
    state.assessed_as_of, state.assessed_basis = this.as_of, basis
    return assessed
