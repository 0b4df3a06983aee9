"""Files as a test writes them, and what they leave in the book."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from dunwell.ledger.imports.files import look_at
from dunwell.ledger.imports.inspection import inspect
from dunwell.ledger.imports.mapping import Mapping
from dunwell.ledger.imports.report import ImportReport
from dunwell.ledger.imports.services import import_file
from dunwell.organizations.models import Organization
from tests import worlds
from tests.ledger.imports.books import Bring


@pytest.fixture
def bring(organization: Organization, tmp_path: Path) -> Bring:
    """Import a text (or bytes) as a file: `bring("Customer,Invoice…", as_of=…, complete=True, dates="D/M/Y")`."""

    def bring(
        content: str | bytes,
        *,
        name: str = "book.csv",
        as_of: dt.date = worlds.TODAY,
        dry_run: bool = False,
        complete: bool = False,
        into: Organization | None = None,
        **mapping: Any,
    ) -> ImportReport:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        target = into or organization
        chosen = Mapping(scope="complete" if complete else "adds", **mapping)
        facts = look_at(path, encoding=chosen.encoding, delimiter=chosen.delimiter)
        inspection = inspect(facts, mapping=chosen, base_currency=target.base_currency)
        now = dt.datetime.combine(max(as_of, worlds.TODAY), dt.time(9, 30), dt.UTC)
        return import_file(organization=target, inspection=inspection, as_of=as_of, now=now, dry_run=dry_run)

    return bring
