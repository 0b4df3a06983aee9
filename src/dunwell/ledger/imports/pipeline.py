"""From a settled mapping to the book: COPY into staging, then set-based statements, in the caller's transaction."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.backends.utils import CursorWrapper

from dunwell.ledger.imports.errors import ImportRefusedError
from dunwell.ledger.imports.errors_file import ErrorsFile
from dunwell.ledger.imports.mapping import Mapping
from dunwell.ledger.imports.refusals import explained, plain_figure
from dunwell.ledger.imports.report import NAMED_PARTS, ImportReport
from dunwell.ledger.imports.rows import RowReader
from dunwell.ledger.imports.statements import statements
from dunwell.ledger.imports.table import Table
from dunwell.organizations.models import Organization

SOURCE_NAME = "Files"
# One import at a time per organization: a second one waits instead of meeting the first row by row
LOCK_CLASS = 0x1D_0B

_TEMPORARY = ("row", "customer", "contact", "item", "own", "reversal", "payment", "credit", "hold", "absent")
_MATCHING = ("match_numbers", "match_names", "match_numbered_by_name", "adopt_numbers", "number_new", "analyze")
# Attributes of a customer by the target that names them
_COMPLETED = {
    "email": "customer_email",
    "contact_name": "contact_name",
    "phone": "customer_phone",
    "address_line_1": "customer_street",
    "address_line_2": "customer_street_2",
    "postal_code": "customer_postal_code",
    "city": "customer_city",
    "region": "customer_region",
    "country": "customer_country",
    "language": "customer_language",
    "terms": "customer_terms",
    "tags": "customer_tags",
}


@dataclass(slots=True)
class Pipeline:
    """One import inside a transaction. `run` returns the report; whoever calls it commits or rolls back."""

    cursor: CursorWrapper
    organization: Organization
    table: Table
    mapping: Mapping
    as_of: dt.date
    now: dt.datetime
    errors: ErrorsFile
    report: ImportReport
    say: Callable[[str], None]
    progress: Callable[[int], None] | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    _started: float = field(default_factory=time.monotonic)

    def run(self) -> ImportReport:
        self._prepare()
        self._stage()
        self._customers_and_items()
        self._refuse_and_write_customers()
        self._money()
        self._credit_notes_and_holds()
        if self.mapping.scope == "complete":
            self._settle_absent()
        self._count()
        return self.report

    def _run(self, subject: str, name: str, **words: str) -> int:
        sql = statements(subject)[name]
        self.cursor.execute(sql.format(**words) if words else sql, self.parameters)
        return int(self.cursor.rowcount)

    def _lap(self, phase: str) -> None:
        moment = time.monotonic()
        self.report.seconds[phase] = round(moment - self._started, 3)
        self._started = moment

    def _prepare(self) -> None:
        self.say("Waiting for its turn")
        # Also the normal statement that tells the history who acts, before COPY comes
        self.cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", (LOCK_CLASS, self.organization.pk & 0x7FFFFFFF))
        self.cursor.execute("SET LOCAL jit = off; SET LOCAL work_mem = '96MB'")
        for name in _TEMPORARY:
            self.cursor.execute(f"DROP TABLE IF EXISTS pg_temp.import_{name}")
        settings = self.organization.settings
        zone = self.organization.zone
        end_of_day = dt.datetime.combine(self.as_of + dt.timedelta(1), dt.time(), zone)
        self.parameters = {
            "organization": self.organization.pk,
            "as_of": self.as_of,
            "now": self.now,
            "name": SOURCE_NAME,
            "fresh_at": min(end_of_day, self.now),
            "fixed_currency": self.mapping.currency or None,
            "base_currency": self.organization.base_currency,
            "terms": settings.default_terms_days if self.mapping.terms_days is None else self.mapping.terms_days,
            "negative_is_credit": self.mapping.negative_total == "credit_note",
            "disputed_from": self.mapping.disputed_from,
            "has_settlement": "settled_on" in self.mapping.columns,
        }
        self._run("source", "refresh")
        self.parameters["source"] = self.cursor.fetchone()[0]
        self._lap("wait")

    def _stage(self) -> None:
        self.say("Reading rows")
        self._run("staging", "create")
        reader = RowReader(self.table, self.mapping, self.as_of, self.errors, self.progress)
        with self.cursor.copy("COPY import_row FROM STDIN") as copy:
            write = copy.write_row
            for row in reader.staged():
                write(row)
        counts = reader.counts
        if self.progress:
            self.progress(counts.read)
        if counts.staged == 0 and counts.refused == 0 and counts.not_yet == 0:
            raise ImportRefusedError(f"“{self.table.facts.name}” has no rows to import.")
        if self.mapping.scope == "complete" and counts.nameless:
            raise ImportRefusedError(
                f"{counts.nameless} rows have no readable invoice number, so it cannot be told which open invoices "
                "the list leaves out. Correct them, or import the file as one that adds to the book."
            )
        self.report.rows, self.report.refused = counts.read, counts.refused
        self.report.skipped, self.report.not_yet = counts.skipped, counts.not_yet
        self._run("staging", "analyze")
        self._lap("read")

    def _customers_and_items(self) -> None:
        self.say("Comparing with the book")
        self._run("customers", "gather")
        for attribute, target in _COMPLETED.items():
            if target in self.mapping.columns:
                self._run("customers", "complete", attribute=attribute, target=target)
        if "customer_number" in self.mapping.columns and "customer_name" in self.mapping.columns:
            self._run("customers", "complete_name")
        for step in (
            "match_numbers",
            "match_names",
            "match_numbered_by_name",
            "adopt_numbers",
            "number_new",
            "analyze",
        ):
            self._run("customers", step)
        self._run("items", "gather")
        self._run("items", "analyze")
        self._run("money", "own")
        self._run("money", "reversals")
        self._run("money", "refuse_lower")
        self._run("credit_notes", "gather")
        self._run("credit_notes", "refuse")
        self._lap("compare")

    def _refuse_and_write_customers(self) -> None:
        self._run("items", "refused")
        columns = [column.name for column in self.cursor.description]
        refused = 0
        while rows := self.cursor.fetchmany(5_000):
            for values in rows:
                facts = dict(zip(columns, map(plain_figure, values), strict=True))
                self.errors.add(*explained(facts, self.mapping))
                refused += 1
        self.report.refused += refused
        if refused:
            self._run("money", "drop_refused_reversals")
            self._run("credit_notes", "drop_refused")
            self._run("customers", "mark_unused")
        self.say("Writing customers")
        self._run("customers", "count")
        self.report.customers.created, known = self.cursor.fetchone()
        self._run("customers", "insert")
        self.report.customers.updated = self._run("customers", "update")
        self.report.customers.unchanged = known - self.report.customers.updated
        if self.mapping.columns.keys() & {"customer_email", "contact_name", "customer_phone"}:
            for step in ("gather", "step_down", "step_up", "update", "insert"):
                self._run("contacts", step)
        self._lap("customers")

    def _money(self) -> None:
        self.say("Writing invoices")
        self._run("money", "payments")
        self._run("money", "analyze")
        # What ends first, then totals, then what is new: no moment may have more applied than owed
        self._run("money", "reverse")
        self._run("money", "take_back")
        self._run("invoices", "update")
        self._run("invoices", "insert")
        self._lap("invoices")
        self.say("Writing payments")
        self._run("money", "insert_payments")
        self._run("money", "insert_allocations")
        if "status" in self.mapping.columns:
            self._run("money", "write_off")
        self._lap("payments")

    def _credit_notes_and_holds(self) -> None:
        notes = self.report.credit_notes
        self._run("credit_notes", "count")
        known = self.cursor.fetchone()[0]
        notes.created = self._run("credit_notes", "insert")
        notes.updated = self._run("credit_notes", "update")
        notes.unchanged = known - notes.updated
        if "disputed" in self.mapping.columns:
            holds = self.report.holds
            self._run("holds", "gather")
            self._run("holds", "count")
            known = self.cursor.fetchone()[0]
            holds.created = self._run("holds", "insert")
            holds.updated = self._run("holds", "update")
            holds.unchanged = known - holds.updated
        self._lap("credits_and_holds")

    def _settle_absent(self) -> None:
        self.say("Settling what the list leaves out")
        self._run("absent", "gather")
        self._run("absent", "sums")
        self.report.absent = {
            currency: (count, plain_figure(amount)) for currency, count, amount in self.cursor.fetchall()
        }
        self._run("absent", "largest")
        self.report.absent_largest = [
            (number, customer, currency, plain_figure(amount))
            for number, customer, currency, amount in self.cursor.fetchall()
        ]
        self.report.payments.created += self._run("absent", "insert_payments")
        self._run("absent", "insert_allocations")
        self._lap("absent")

    def _count(self) -> None:
        report = self.report
        self._run("customers", "wake")
        self._run("money", "count")
        created, report.payments.updated, report.payments.unchanged = self.cursor.fetchone()
        report.payments.created += created
        self._run("invoices", "count")
        (
            report.invoices.created,
            report.invoices.updated,
            report.invoices.unchanged,
            report.due_assumed,
            report.currency_assumed,
            *named,
        ) = self.cursor.fetchone()
        report.named = dict(zip(NAMED_PARTS, named, strict=True))
        if report.due_assumed:
            self._run("invoices", "assumed")
            report.due_assumed_first = [
                (pk, number, customer, due_on.isoformat()) for pk, number, customer, due_on in self.cursor.fetchall()
            ]
        self._lap("count")
