"""An uploaded file into the book, and what follows from it: standings, reminders, notices to read."""

from __future__ import annotations

import datetime as dt

from dunwell.ledger.imports.services import run_file_import
from dunwell.ledger.models import FileImport, ImportState
from dunwell.workflows.notices import refresh


def run_upload(import_id: int, *, now: dt.datetime) -> None:
    """Check or import an upload, as its state says; once it is in the book, reassess the customers it touched."""
    run_file_import(import_id, now)
    file_import = FileImport.objects.select_related("organization").get(pk=import_id)
    if file_import.state == ImportState.DONE:
        refresh(file_import.organization, now=now)
