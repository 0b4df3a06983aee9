"""What imports report and leave in the book."""

from __future__ import annotations

import csv
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from dunwell.ledger.imports.report import ImportReport
from dunwell.ledger.models import Invoice
from dunwell.organizations.models import Organization

Bring = Callable[..., ImportReport]


def tally(created: int = 0, updated: int = 0, unchanged: int = 0) -> dict[str, int]:
    return {"created": created, "updated": updated, "unchanged": unchanged}


def balances(organization: Organization) -> dict[str, Decimal]:
    """Balance of each invoice by number."""
    return dict(Invoice.objects.filter(organization=organization).values_list("number", "balance"))


def reasons(report: ImportReport) -> list[tuple[int, str, str, str]]:
    """Lines of the errors file without its header."""
    if report.errors_file is None:
        return []
    with Path(report.errors_file).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["line", "column", "value", "reason"]
    return [(int(line), column, value, reason) for line, column, value, reason in rows[1:]]
