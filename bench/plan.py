"""Plan, plan again, and the size of the book, against one hand-written INSERT … SELECT of the same rows.

python -m bench.plan --invoices 1000000 --due 100000
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from bench.setting import bench_database

BASELINE_TABLE = """
CREATE TABLE bench_action (LIKE followup_action INCLUDING ALL)
"""
SAME_KEYS = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
 WHERE conrelid = 'followup_action'::regclass AND contype = 'f'
"""
BASELINE = """
INSERT INTO bench_action (organization_id, customer_id, invoice_id, anchor_kind, anchor_id, lineage, occurrence,
                          step_id, offset_days, channel, step_day, state, reason, recheck_on, needs_approval,
                          created_at, changed_at)
SELECT organization_id, customer_id, id, 'due', 0, %(lineage)s, 0, %(step)s, 0, 'email', %(today)s, 'planned', '',
       %(tomorrow)s, false, now(), now()
  FROM ledger_invoice
 WHERE organization_id = %(organization)s AND due_on = %(today)s AND settled_on IS NULL
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--invoices", type=int, default=1_000_000)
    arguments.add_argument("--due", type=int, default=100_000)
    arguments.add_argument("--rounds", type=int, default=3)
    options = arguments.parse_args()
    with bench_database():
        sys.stdout.write(json.dumps(measure(options.invoices, options.due, options.rounds)) + "\n")


def measure(invoices: int, due: int, rounds: int) -> dict[str, Any]:
    from bench.books import make_book

    small = measure_book(make_book("bench-small", invoices=due, due=due), rounds)
    large = measure_book(make_book("bench-large", invoices=invoices, due=due), rounds)
    return {
        "benchmark": "plan",
        "invoices": invoices,
        "due": due,
        "planned_rows": large["rows"],
        "plan_seconds": large["plan"],
        "baseline_seconds": large["baseline"],
        "plan_to_baseline": _ratio(large["plan"], large["baseline"]),
        "replan_seconds": large["replan"],
        "replan_to_plan": _ratio(large["replan"], large["plan"]),
        "plan_seconds_in_small_book": small["plan"],
        "large_to_small_book": _ratio(large["plan"], small["plan"]),
        "assess_seconds": large["assess"],
        "assess_seconds_in_small_book": small["assess"],
    }


def measure_book(organization: Any, rounds: int) -> dict[str, float]:
    from bench.books import TODAY
    from dunwell.followup.services.passes import begin

    now = dt.datetime.combine(TODAY, dt.time(8), tzinfo=dt.UTC)
    this = begin(organization, as_of=TODAY, now=now, channels_set_up=("email",))
    found: dict[str, list[float]] = {"plan": [], "replan": [], "assess": [], "baseline": [], "rows": []}
    for _ in range(rounds):
        for name, value in _round(this).items():
            found[name].append(value)
    return {name: statistics.median(values) for name, values in found.items()}


def _round(this: Any) -> dict[str, float]:
    """One pass, the same pass again, and the baseline; all rolled back, so that each round starts alike."""
    from django.db import connection, transaction

    from bench.books import planned_until_yesterday
    from dunwell.followup.models import PolicyStep
    from dunwell.followup.services.prepare import prepare

    with transaction.atomic():
        planned_until_yesterday(this, assessed=False)
        assess = prepare(this).seconds["assess"]
        transaction.set_rollback(True)
    with transaction.atomic():
        # Without the assessment, so that the check of deferred keys is that of the planned rows alone
        planned_until_yesterday(this, assessed=True)
        first = prepare(this)
        check = _timed(_check_constraints)
        again = prepare(this)
        rows = first.plan.planned
        transaction.set_rollback(True)
    step = PolicyStep.objects.get(organization=this.organization, offset_days=0)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BASELINE_TABLE)
        cursor.execute(SAME_KEYS)
        for name, definition in cursor.fetchall():
            cursor.execute(f"ALTER TABLE bench_action ADD CONSTRAINT bench_{name[:50]} {definition}")
        parameters = {
            "organization": this.organization.pk,
            "today": this.as_of,
            "tomorrow": this.as_of + dt.timedelta(days=1),
            "lineage": step.lineage,
            "step": step.pk,
        }
        baseline = _timed(lambda: cursor.execute(BASELINE, parameters)) + _timed(_check_constraints)
        transaction.set_rollback(True)
    return {
        "plan": first.seconds["plan"] + check,
        "replan": again.seconds["plan"],
        "assess": assess,
        "baseline": baseline,
        "rows": rows,
    }


def _check_constraints() -> None:
    """What a commit would check."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _ratio(figure: float, reference: float) -> float:
    return round(figure / reference, 3)


if __name__ == "__main__":
    main()
