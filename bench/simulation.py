"""A past period lived through under the present policies and under another: seconds and memory by the size of the book.

python -m bench.simulation --invoices 10000 --days 365

The book is the one of bench.replay. Memory is the peak of our process and of its database session (Linux only).
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

from bench.setting import bench_database

INVOICES_PER_CUSTOMER = 25


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--invoices", type=int, default=10_000)
    arguments.add_argument("--days", type=int, default=365)
    options = arguments.parse_args()
    with bench_database():
        sys.stdout.write(json.dumps(measure(options.invoices, options.days)) + "\n")


def measure(invoices: int, days: int) -> dict[str, Any]:
    from bench.replay import FIRST, drawn_book
    from dunwell.followup.policy_files import PolicyFile
    from dunwell.followup.services.policies import HIGH_VALUE_STEPS
    from dunwell.rules.policies import PolicyDraft
    from dunwell.workflows.simulation import Other, simulate

    organization = drawn_book(invoices, max(1, invoices // INVOICES_PER_CUSTOMER), days)
    other = Other("High value", PolicyFile((PolicyDraft("High value", HIGH_VALUE_STEPS),)))
    last = FIRST + dt.timedelta(days=days - 1)
    started = time.perf_counter()
    result = simulate(organization, other, first=FIRST, last=last)
    seconds = time.perf_counter() - started
    return {
        "benchmark": "simulation",
        "invoices": invoices,
        "days": days,
        "contacts": {side: sum(result[side]["by_channel"].values()) for side in ("present", "other")},
        "seconds": round(seconds, 1),
        "milliseconds_a_day_and_side": round(1000 * seconds / (2 * days), 1),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "session_peak_mb": _session_peak(),
    }


def _session_peak() -> int | None:
    """The largest the database session has been, shared memory included."""
    from django.db import connection

    status = Path(f"/proc/{connection.connection.info.backend_pid}/status")
    if not status.exists():
        return None
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return int(lines["VmHWM"].split()[0]) // 1024


if __name__ == "__main__":
    main()
