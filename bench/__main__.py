"""`make bench`: every benchmark with its baseline in the same run, one JSON object a line.

ARGS="--small" takes a tenth of the rows, for a look in a minute or two.
"""

from __future__ import annotations

import subprocess
import sys

FULL = (
    ("bench.plan", "--invoices", "1000000", "--due", "100000"),
    ("bench.reminders", "--customers", "10000"),
    ("bench.reminders", "--customers", "10000", "--languages", "--pay-links"),
    ("bench.reminders", "--customers", "3000", "--kept", "--languages", "--pay-links"),
    ("bench.reminders", "--customers", "3000", "--attach", "--languages", "--pay-links"),
    ("bench.documents",),
    ("bench.import_rows", "--rows", "1000000"),
    ("bench.pages", "--invoices", "1000000"),
    ("bench.growth",),
    ("bench.replay", "--invoices", "2500", "--days", "730"),
    ("bench.simulation", "--invoices", "10000"),
    ("bench.simulation", "--invoices", "50000"),
    ("bench.previews", "--invoices", "100000"),
)
SMALL = (
    ("bench.plan", "--invoices", "100000", "--due", "10000"),
    ("bench.reminders", "--customers", "1000"),
    ("bench.reminders", "--customers", "1000", "--languages", "--pay-links"),
    ("bench.reminders", "--customers", "300", "--kept", "--languages", "--pay-links"),
    ("bench.reminders", "--customers", "300", "--attach", "--languages", "--pay-links"),
    ("bench.documents",),
    ("bench.import_rows", "--rows", "100000"),
    ("bench.pages", "--invoices", "100000"),
    ("bench.growth", "--sizes", "10000,100000"),
    ("bench.replay", "--invoices", "250", "--days", "180"),
    ("bench.simulation", "--invoices", "1000", "--days", "180"),
    ("bench.previews", "--invoices", "10000"),
)


def main() -> int:
    """Each in a process of its own, so that the memory it reports is its own."""
    chosen = SMALL if "--small" in sys.argv[1:] else FULL
    codes = [subprocess.run([sys.executable, "-m", *command], check=False).returncode for command in chosen]
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
