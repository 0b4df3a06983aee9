"""An uploaded file into the book, and what follows from it: standings, reminders, notices to read."""

from __future__ import annotations

import datetime as dt

from dunwell.followup.models import PlanState
from dunwell.followup.services.history import write_history
from dunwell.ledger.imports.inspection import Inspection
from dunwell.ledger.imports.report import ImportReport
from dunwell.ledger.imports.services import import_file, run_file_import
from dunwell.ledger.models import FileImport, ImportState
from dunwell.organizations.models import Organization
from dunwell.organizations.queries import local_date
from dunwell.workflows.notices import refresh


def run_upload(import_id: int, *, now: dt.datetime) -> None:
    """Check or import an upload, as its state says; once it is in the book, reassess the customers it touched."""
    run_file_import(import_id, now)
    file_import = FileImport.objects.select_related("organization").get(pk=import_id)
    if file_import.state == ImportState.DONE:
        refresh(file_import.organization, now=now)
        write_history(file_import.organization)


def bring_in(
    organization: Organization, inspection: Inspection, *, as_of: dt.date, now: dt.datetime, actor: int | str
) -> ImportReport:
    """Import a file at hand, and reassess the customers it touched.

    A book of an earlier day is reassessed at once only where follow-up already stands at today. Whoever loads an old
    book to try old days would else find it assessed and written to as of today; their next pass takes it up.
    """
    report = import_file(organization=organization, inspection=inspection, as_of=as_of, now=now, actor=actor)
    today = local_date(organization, now)
    if as_of == today or PlanState.objects.filter(organization=organization, planned_as_of=today).exists():
        refresh(organization, now=now)
        write_history(organization)
    return report
