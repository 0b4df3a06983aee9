"""Import of a large CSV against a hand-written COPY + INSERT … SELECT into the same tables.

`python -m bench.import_rows --rows 1000000` writes a file, then imports it by both ways in turn, each
time into a fresh copy of an empty, migrated database, and prints one JSON object. The import gets no
mapping: it finds columns and formats by itself, reading the file twice. The baseline knows all of it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

COLUMNS = "Customer No,Customer,E-mail,Country,Invoice,Invoice date,Due date,Currency,Total,Paid"
INVOICES_PER_CUSTOMER = 10

BASELINE = """
CREATE TEMP TABLE stage (customer_number text, customer text, email text, country text, number text, issued_on date,
                         due_on date, currency text, total numeric(19,4), paid numeric(19,4)) ON COMMIT DROP;
--
COPY stage FROM STDIN (FORMAT csv, HEADER)
--
ANALYZE stage;
INSERT INTO ledger_datasource (organization_id, kind, name, fresh_at) VALUES (1, 'file', 'Files', now());
INSERT INTO ledger_customer (organization_id, number, name, name_key, country, language, time_zone, tags, source_id,
                             known_from, created_at, updated_at)
SELECT 1, customer_number, min(customer), lower(min(customer)), min(country), '', '', '{}',
       (SELECT id FROM ledger_datasource), min(issued_on), now(), now()
  FROM stage GROUP BY customer_number;
INSERT INTO ledger_contact (organization_id, customer_id, name, role, email, phone, language, is_primary, created_at,
                            updated_at)
SELECT 1, customer.id, '', 'billing', email.email, '', '', true, now(), now()
  FROM (SELECT customer_number, min(email) AS email FROM stage GROUP BY customer_number) AS email
  JOIN ledger_customer AS customer ON customer.number = email.customer_number;
INSERT INTO ledger_invoice (organization_id, customer_id, number, issued_on, due_on, currency, total, is_draft, applied,
                            written_off, last_entry_on, due_is_assumed, currency_is_assumed, payment_url, description,
                            first_known_on, created_at, updated_at)
SELECT 1, customer.id, stage.number, issued_on, due_on, currency, total, false, paid, 0,
       CASE WHEN paid > 0 THEN issued_on END, false, false, '', '', current_date, now(), now()
  FROM stage JOIN ledger_customer AS customer ON customer.number = stage.customer_number;
INSERT INTO ledger_payment (organization_id, customer_id, reference, currency, amount, initiated_on, succeeded_on,
                            is_opening, method, allocated, last_entry_on, created_at, updated_at)
SELECT 1, customer.id, 'opening:' || stage.number, currency, paid, issued_on, issued_on, true, '', paid, issued_on,
       now(), now()
  FROM stage JOIN ledger_customer AS customer ON customer.number = stage.customer_number WHERE paid > 0;
INSERT INTO ledger_allocation (organization_id, invoice_id, payment_id, amount, effective_on, created_at)
SELECT 1, invoice.id, payment.id, stage.paid, stage.issued_on, now()
  FROM stage JOIN ledger_invoice AS invoice ON invoice.number = stage.number
  JOIN ledger_payment AS payment ON payment.reference = 'opening:' || stage.number WHERE stage.paid > 0;
"""


def write_file(path: Path, rows: int) -> None:
    """A book of the given size: a third paid, a tenth paid in part, ten invoices per customer."""
    chance = random.Random(7)  # figures of a benchmark, not secrets
    first = dt.date(2024, 1, 1)
    with path.open("w", encoding="utf-8") as file:
        file.write(COLUMNS + "\n")
        for row in range(rows):
            customer = row % max(rows // INVOICES_PER_CUSTOMER, 1)
            issued = first + dt.timedelta(chance.randrange(700))
            due = issued + dt.timedelta(30)
            total = chance.randrange(1_000, 2_000_000)
            share = chance.random()
            paid = total if share < 1 / 3 else total // 2 if share < 0.43 else 0
            file.write(
                f"C{customer:07},Customer {customer:07} Ltd,billing@c{customer:07}.example,GB,INV-{row:08},"
                f"{issued:%d/%m/%Y},{due:%d/%m/%Y},GBP,{total / 100:.2f},{paid / 100:.2f}\n"
            )


def baseline(url: str, path: Path) -> None:
    """The same rows by hand, with everything known beforehand."""
    create, copy_in, fill = BASELINE.split("--\n")
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SET datestyle = 'ISO, DMY'; SET jit = off; SET work_mem = '96MB'")
        cursor.execute(create)
        with path.open("rb") as file, cursor.copy(copy_in.strip()) as copy:
            while chunk := file.read(1 << 18):
                copy.write(chunk)
        for statement in fill.split(";\n"):
            if statement.strip():
                cursor.execute(statement)


def product(url: str, path: Path) -> None:
    """The import as `dunwell import FILE` does it."""
    from django.db import connection

    from dunwell.ledger.imports.files import look_at
    from dunwell.ledger.imports.inspection import inspect
    from dunwell.ledger.imports.services import import_file
    from dunwell.organizations.models import Organization
    from dunwell.organizations.queries import database_now, local_date

    connection.close()
    connection.settings_dict["NAME"] = urlsplit(url).path.lstrip("/")
    organization = Organization.objects.get(pk=1)
    now = database_now()
    started = time.monotonic()
    inspection = inspect(look_at(path), base_currency=organization.base_currency)
    looked = time.monotonic() - started
    report = import_file(organization=organization, inspection=inspection, as_of=local_date(organization, now), now=now)
    connection.close()
    assert report.refused == 0, report
    sys.stderr.write(json.dumps({"inspect": round(looked, 2), **report.seconds}) + "\n")


@contextmanager
def prepared_database() -> Iterator[Callable[[], str]]:
    """A way to get fresh copies of an empty, migrated database; all of them are dropped at the end."""
    from dunwell.config.embedded import share
    from dunwell.config.environment import environment

    server = environment().database_url
    shared = None if server else share(environment().data_dir)
    server = shared.url if shared else server
    names = [f"dunwell_bench_import_{os.getpid()}_{number}" for number in range(100)]
    made = [names[0]]
    parts = urlsplit(server)

    def url_of(name: str) -> str:
        return urlunsplit(parts._replace(path=f"/{name}"))

    with psycopg.connect(server, autocommit=True) as control:
        try:
            control.execute(f"CREATE DATABASE {made[0]} TEMPLATE template0")
            os.environ |= {"DUNWELL_DATABASE_URL": url_of(made[0]), "DUNWELL_DATABASE_POOL": "0"}
            environment.cache_clear()
            _migrate()

            def fresh() -> str:
                if len(made) > 1:
                    control.execute(f"DROP DATABASE {made.pop()} WITH (FORCE)")
                made.append(names[len(made)])
                control.execute(f"CREATE DATABASE {made[-1]} TEMPLATE {made[0]}")
                control.execute("CHECKPOINT") if _may_checkpoint(control) else None
                return url_of(made[-1])

            yield fresh
        finally:
            for name in made:
                control.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            if shared:
                shared.release()


def _may_checkpoint(control: psycopg.Connection) -> bool:
    row = control.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    return bool(row and row[0])


def _migrate() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dunwell.config.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from dunwell.organizations.models import Organization, OrganizationSettings

    call_command("migrate", verbosity=0)
    organization = Organization.objects.create(slug="bench", name="Bench", base_currency="GBP")
    assert organization.pk == 1
    OrganizationSettings.objects.create(organization=organization)
    connection.close()


def measure(rows: int, repeats: int) -> dict[str, object]:
    """Seconds of both ways, measured in turn, and the ratio of their medians."""
    ways: dict[str, Callable[[str, Path], None]] = {"baseline": baseline, "import": product}
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    with tempfile.TemporaryDirectory() as folder, prepared_database() as fresh:
        path = Path(folder) / "book.csv"
        write_file(path, rows)
        for repeat in range(repeats):
            order = list(ways) if repeat % 2 == 0 else list(reversed(ways))
            for name in order:
                url = fresh()
                started = time.monotonic()
                ways[name](url, path)
                seconds[name].append(time.monotonic() - started)
    medians = {name: statistics.median(taken) for name, taken in seconds.items()}
    return {
        "name": "import",
        "rows": rows,
        "repeats": repeats,
        "median_seconds": {name: round(median, 2) for name, median in medians.items()},
        "all_seconds": {name: [round(one, 2) for one in taken] for name, taken in seconds.items()},
        "ratio": round(medians["import"] / medians["baseline"], 2),
        "budget": 2.0,
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def main(arguments: list[str] | None = None) -> dict[str, object]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=1)
    chosen = parser.parse_args(arguments)
    return measure(chosen.rows, chosen.repeats)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main()) + "\n")
