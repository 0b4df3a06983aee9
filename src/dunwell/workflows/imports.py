"""An uploaded file into the book, and what follows from it: standings, reminders, notices to read."""

from __future__ import annotations

import datetime as dt

from dunwell.followup.models import PlanState
from dunwell.followup.services.history import write_history
from dunwell.ledger.imports.inspection import Inspection
from dunwell.ledger.imports.report import ImportReport
from dunwell.ledger.imports.services import import_file, keep_import, refuse_undo, run_file_import
from dunwell.ledger.models import FileImport, ImportState
from dunwell.ledger.services.undo import UsedSinceError
from dunwell.organizations.models import Organization
from dunwell.organizations.queries import local_date
from dunwell.workflows.notices import refresh
from dunwell.workflows.undo import undo_import


def run_upload(import_id: int, *, now: dt.datetime) -> None:
    """Check, import or take back an upload, as its state says; then reassess the customers it touched."""
    waiting = FileImport.objects.select_related("organization__settings", "undone_by").get(pk=import_id)
    if waiting.state == ImportState.UNDOING:
        _take_back(waiting, now=now)
        return
    run_file_import(import_id, now)
    file_import = FileImport.objects.select_related("organization").get(pk=import_id)
    if file_import.state == ImportState.DONE:
        refresh(file_import.organization, now=now)
        write_history(file_import.organization)


def _take_back(file_import: FileImport, *, now: dt.datetime) -> None:
    """Take an import out of the book for the person who asked; where that is too late its page says why."""
    assert file_import.undone_by is not None
    try:
        undo_import(file_import, by=file_import.undone_by, now=now)
    except UsedSinceError as error:
        refuse_undo(file_import.pk, " ".join(error.messages))


def bring_in(
    organization: Organization, inspection: Inspection, *, as_of: dt.date, now: dt.datetime, actor: int | str
) -> ImportReport:
    """Import a file at hand and reassess the customers it touched; it stands among the imports and can be undone there.

    A book of an earlier day is reassessed at once only where follow-up already stands at today. Whoever loads an old
    book to try old days would else find it assessed and written to as of today; their next pass takes it up.
    """

    def keep(found: ImportReport) -> None:
        keep_import(organization, inspection, found, as_of=as_of, now=now)

    report = import_file(
        organization=organization,
        inspection=inspection,
        as_of=as_of,
        now=now,
        actor=actor,
        finish=keep,
    )
    today = local_date(organization, now)
    if as_of == today or PlanState.objects.filter(organization=organization, planned_as_of=today).exists():
        refresh(organization, now=now)
        write_history(organization)
    return report
