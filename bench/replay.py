"""Two years of a drawn book lived through, against plain passes over the same days and against plain loops.

python -m bench.replay --invoices 2500 --days 730
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from bench.setting import bench_database

FIRST = dt.date(2024, 1, 1)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--invoices", type=int, default=2500)
    arguments.add_argument("--customers", type=int, default=100)
    arguments.add_argument("--days", type=int, default=730)
    arguments.add_argument("--rounds", type=int, default=3)
    options = arguments.parse_args()
    with bench_database():
        sys.stdout.write(json.dumps(measure(options)) + "\n")


def measure(options: argparse.Namespace) -> dict[str, Any]:
    from dunwell.workflows.replay import replay

    organization = drawn_book(options.invoices, options.customers, options.days)
    last = FIRST + dt.timedelta(days=options.days - 1)
    found: dict[str, list[float]] = {"replay": [], "replay_cpu": [], "passes": [], "passes_cpu": []}
    sent: dict[str, int] = {}
    for _ in range(options.rounds):
        for name, live in (
            ("replay", lambda: len(replay(organization, first=FIRST, last=last).notices)),
            ("passes", lambda: _plain_passes(organization, last)),
        ):
            seconds, cpu, sent[name] = _timed(live)
            found[name].append(seconds)
            found[f"{name}_cpu"].append(cpu)
    medians = {name: statistics.median(values) for name, values in found.items()}
    return {
        "benchmark": "replay",
        "invoices": options.invoices,
        "days": options.days,
        "notices": sent["replay"],
        "notices_of_plain_passes": sent["passes"],
        **{f"{name}_seconds": round(seconds, 2) for name, seconds in medians.items()},
        "milliseconds_a_day": round(1000 * medians["replay"] / options.days, 1),
        "plain_passes_to_replay": round(medians["passes"] / medians["replay"], 2),
        "plain_passes_to_replay_cpu": round(medians["passes_cpu"] / medians["replay_cpu"], 2),
    }


def _plain_passes(organization: Any, last: dt.date) -> int:
    """The same days as passes of a live book live through them: each planned by itself, days off too."""
    from django.db import transaction

    from dunwell.followup.models import Notice
    from dunwell.followup.services.passes import begin
    from dunwell.followup.services.prepare import prepare
    from dunwell.followup.services.scratch import freshen, scratch_copy, send_on_paper

    with transaction.atomic():
        scratch = scratch_copy(organization, now=dt.datetime.combine(FIRST, dt.time(9), tzinfo=dt.UTC))
        for number in range((last - FIRST).days + 1):
            day = FIRST + dt.timedelta(days=number)
            now = dt.datetime.combine(day, dt.time(9), tzinfo=dt.UTC)
            this = begin(
                scratch, as_of=day, now=now, channels_set_up=("email",), assume_reachable=True, is_scratch=True
            )
            prepare(this, standings=False)
            if this.calendar.is_business_day(day):
                send_on_paper(this)
            if number % 30 == 0:
                freshen()
        count = Notice.objects.filter(organization=scratch).count()
        transaction.set_rollback(True)
    return count


def _timed(live: Callable[[], int]) -> tuple[float, float, int]:
    """Seconds, seconds of processors (ours and the database's, where it runs here), and what it gave."""
    before, started = _cpu(), time.perf_counter()
    result = live()
    return time.perf_counter() - started, _cpu() - before, result


def _cpu() -> float:
    import os
    from pathlib import Path

    from django.db import connection

    connection.ensure_connection()
    try:
        stat = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        stat = ["0"] * 20
    own = os.times()
    return own.user + own.system + (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


def drawn_book(invoices: int, customers: int, days: int) -> Any:
    """Most are paid within weeks of their due date, some before it, some never; a few are disputed for a while."""
    from django.db import connection

    from dunwell.ledger.models import Allocation, Customer, Hold, Invoice, Payment
    from dunwell.workflows.organizations import set_up_organization

    chance = random.Random(11)
    organization = set_up_organization(slug="bench", name="Bench", base_currency="EUR")
    names = [f"Customer {number}" for number in range(customers)]
    owing = Customer.objects.bulk_create(
        Customer(organization=organization, number=name, name=name, name_key=name.lower(), known_from=FIRST)
        for name in names
    )
    made = Invoice.objects.bulk_create(
        Invoice(
            organization=organization,
            customer=chance.choice(owing),
            number=f"I{number}",
            issued_on=(issued := FIRST + dt.timedelta(days=chance.randrange(days))),
            first_known_on=issued,
            due_on=issued + dt.timedelta(days=30),
            terms_days=30,
            currency="EUR",
            total=chance.randrange(20, 2000),
        )
        for number in range(invoices)
    )
    paid = [(invoice, invoice.due_on + dt.timedelta(days=chance.randrange(-20, 40))) for invoice in made]
    paid = [(invoice, day) for invoice, day in paid if chance.random() < 0.95]
    payments = Payment.objects.bulk_create(
        Payment(
            organization=organization,
            customer=invoice.customer,
            reference=f"P{invoice.number}",
            currency="EUR",
            amount=invoice.total,
            initiated_on=day,
            succeeded_on=day,
        )
        for invoice, day in paid
    )
    Allocation.objects.bulk_create(
        Allocation(organization=organization, invoice=invoice, payment=payment, amount=invoice.total, effective_on=day)
        for (invoice, day), payment in zip(paid, payments, strict=True)
    )
    Hold.objects.bulk_create(
        Hold(
            organization=organization,
            customer=invoice.customer,
            invoice=invoice,
            reason="dispute",
            starts_on=invoice.due_on,
            ends_on=invoice.due_on + dt.timedelta(days=20),
        )
        for invoice in made
        if chance.random() < 0.1
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return organization


if __name__ == "__main__":
    main()
