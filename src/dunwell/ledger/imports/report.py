"""What an import did, in the form the command prints and the page shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

# What a file may say of invoices without changing them, each with the numbers of those that it said it of
NAMED_PARTS = ("unchanged", "due_assumed", "currency_assumed")


@dataclass(slots=True)
class Tally:
    created: int = 0
    updated: int = 0
    unchanged: int = 0

    def as_json(self) -> dict[str, int]:
        return {"created": self.created, "updated": self.updated, "unchanged": self.unchanged}


@dataclass(slots=True)
class ImportReport:
    """Counts of one import. `refused` counts rows; `flagged` those whose due date or currency was assumed."""

    dry_run: bool = False
    as_of: str = ""
    scope: str = "adds"
    customers: Tally = field(default_factory=Tally)
    invoices: Tally = field(default_factory=Tally)
    payments: Tally = field(default_factory=Tally)
    credit_notes: Tally = field(default_factory=Tally)
    holds: Tally = field(default_factory=Tally)
    refused: int = 0
    errors_file: str | None = None
    rows: int = 0
    skipped: int = 0
    not_yet: int = 0
    due_assumed: int = 0
    due_assumed_first: list[tuple[int, str, str, str]] = field(default_factory=list)
    currency_assumed: int = 0
    # By part, as PostgreSQL writes runs of numbers: "{[1,18),[20,21)}". For the list behind a figure, not for people
    named: dict[str, str] = field(default_factory=dict)
    absent: dict[str, tuple[int, str]] = field(default_factory=dict)
    absent_largest: list[tuple[str, str, str, str]] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "customers": self.customers.as_json(),
            "invoices": self.invoices.as_json(),
            "payments": self.payments.as_json(),
            "credit_notes": self.credit_notes.as_json(),
            "holds": self.holds.as_json(),
            "refused": self.refused,
            "errors_file": self.errors_file,
            "rows": self.rows,
            "skipped": self.skipped,
            "not_yet": self.not_yet,
            "flagged": {"due_date": self.due_assumed, "currency": self.currency_assumed},
            "due_assumed": [
                {"id": pk, "number": number, "customer": customer, "due_on": due_on}
                for pk, number, customer, due_on in self.due_assumed_first
            ],
            "settled_absent": {
                "count": sum(count for count, _ in self.absent.values()),
                "sums": {currency: amount for currency, (_, amount) in self.absent.items()},
                "largest": [
                    {"number": number, "customer": customer, "currency": currency, "amount": amount}
                    for number, customer, currency, amount in self.absent_largest
                ],
            },
            "scope": self.scope,
            "as_of": self.as_of,
            "dry_run": self.dry_run,
            "seconds": self.seconds,
        }
