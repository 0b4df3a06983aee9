"""Writes: importing a file, and keeping uploads and mappings."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, InterfaceError, OperationalError, connection, transaction
from procrastinate.contrib.django import app

from dunwell.ledger.imports.errors import ImportRefusedError
from dunwell.ledger.imports.errors_file import ErrorsFile
from dunwell.ledger.imports.files import LARGEST_FILE, FileFacts, look_at
from dunwell.ledger.imports.inspection import Inspection, inspect
from dunwell.ledger.imports.mapping import Mapping, from_toml, to_toml
from dunwell.ledger.imports.pipeline import Pipeline
from dunwell.ledger.imports.report import ImportReport
from dunwell.ledger.models import FileImport, ImportMapping, ImportState
from dunwell.organizations.models import Organization, User
from dunwell.organizations.recording import recorded

# The worker's task; it calls `run_file_import`
TASK = "imports.run"
SECONDS_BETWEEN_PROGRESS = 0.5
# Characters of the runs of invoices that a report keeps: some ten thousand. More would weigh on every list of imports
LONGEST_NAMED = 200_000
# States in which a job is at work on the file, or is to be
READING = (ImportState.CHECKING, ImportState.QUEUED, ImportState.RUNNING)
WORKING = (*READING, ImportState.UNDOING)
# A database that restarts or a deadlock: the same file may well go in a minute later
_PASSING = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)
_FAULT = "Dunwell could not finish this file, by a fault of its own that its log describes. Nothing has been changed."
_NOT_UNDONE = "Taking it back was cut off and did not come to an end. Nothing has been changed."
_GIVEN_UP = "The work on this file was cut off and did not come to an end. Nothing has been changed."

Say = Callable[[str], None]
Progress = Callable[[int], None]


def imports_dir() -> Path:
    """Where uploads and errors files lie."""
    return _data_dir() / "imports"


def _data_dir() -> Path:
    # Absolute, since the worker may have been started elsewhere
    return Path(settings.DATA_DIR).resolve()


def import_file(
    *,
    organization: Organization,
    inspection: Inspection,
    as_of: dt.date,
    now: dt.datetime,
    actor: int | str = "import",
    dry_run: bool = False,
    say: Say | None = None,
    progress: Progress | None = None,
    finish: Callable[[ImportReport], None] | None = None,
) -> ImportReport:
    """Bring a file into the book as of a day: all of its good rows, in one transaction, or nothing.

    A dry run does the same and takes it back, so its figures are those the import would have.
    `finish` is called inside the transaction when all else is done. The report names the errors file absolutely.
    """
    mapping = inspection.settled()
    if as_of > now.astimezone(organization.zone).date():
        raise ImportRefusedError(f"{as_of} lies in the future: a file can describe today or a day before.")
    report = ImportReport(dry_run=dry_run, as_of=as_of.isoformat(), scope=mapping.scope)
    facts = inspection.table.facts
    target = imports_dir() / f"errors-{organization.slug}-{now:%Y%m%d-%H%M%S-%f}-{facts.sha256[:8]}.csv"
    started = time.monotonic()
    try:
        with (
            ErrorsFile(target, delimiter=facts.delimiter) as errors,
            transaction.atomic(),
            recorded(user=actor, source="import", file=facts.name),
        ):
            with connection.cursor() as cursor:
                Pipeline(
                    cursor=cursor,
                    organization=organization,
                    table=inspection.table,
                    mapping=mapping,
                    as_of=as_of,
                    now=now,
                    errors=errors,
                    report=report,
                    say=say or _silent,
                    progress=progress,
                ).run()
            report.errors_file = str(errors.path) if errors.path else None
            if finish is not None:
                finish(report)
            if dry_run:
                transaction.set_rollback(True)
    except (IntegrityError, DataError, psycopg.IntegrityError, psycopg.DataError) as error:
        # What staging should have refused with a line number: the constraints are the last guard
        reason = str(error).splitlines()[0]
        raise ImportRefusedError(
            f"The book does not accept “{facts.name}” ({reason}). Nothing has been changed."
        ) from error
    report.seconds["total"] = round(time.monotonic() - started, 3)
    return report


def _silent(phase: str) -> None:
    """Nobody asked to be told."""
    del phase


def save_mapping(*, organization: Organization, name: str, mapping: Mapping) -> ImportMapping:
    """Keep a mapping under a name; one of that name is replaced."""
    name = " ".join(name.split())
    if not name or len(name) > 100:
        raise ValidationError("A mapping needs a name of at most 100 characters.")
    # Which sheet or line it was in this file is not how the next one is read
    kept = replace(mapping, name=name)
    saved, _ = ImportMapping.objects.update_or_create(
        organization=organization, name=name, defaults={"definition": to_toml(kept)}
    )
    return saved


def receive_upload(
    *, organization: Organization, user: User | None, name: str, chunks: Iterable[bytes], now: dt.datetime
) -> FileImport:
    """Write an upload to the disk as it comes and note it; `ImportRefusedError` where it cannot be a table."""
    name = Path(name.replace("\\", "/")).name[:255] or "upload"
    folder = imports_dir() / organization.slug
    folder.mkdir(parents=True, exist_ok=True)
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", name)[-80:]
    path = folder / f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(4)}-{safe}"
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("xb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > LARGEST_FILE:
                    break
                digest.update(chunk)
                file.write(chunk)
        if size > LARGEST_FILE:
            limit = LARGEST_FILE // 1024**3
            raise ImportRefusedError(f"“{name}” has more than {limit} GB; split it and import the parts.")  # noqa: TRY301
        look_at(path, name=name)
    except (ImportRefusedError, OSError):
        path.unlink(missing_ok=True)
        raise
    return FileImport.objects.create(
        organization=organization,
        file_name=name,
        sha256=digest.hexdigest(),
        size=size,
        path=str(path.relative_to(_data_dir())),
        created_by=user,
    )


def facts_of(file_import: FileImport, mapping: Mapping) -> FileFacts:
    """The uploaded file, as it is read under a mapping."""
    path = _data_dir() / file_import.path
    return look_at(path, name=file_import.file_name, encoding=mapping.encoding, delimiter=mapping.delimiter)


def upload_of(file_import: FileImport) -> Path | None:
    """The uploaded file, where it is still kept."""
    path = _data_dir() / file_import.path
    return path if file_import.path and path.is_file() else None


def errors_file_of(file_import: FileImport) -> Path | None:
    """The file of refused rows, where there is one."""
    path = _data_dir() / file_import.errors_path
    return path if file_import.errors_path and path.is_file() else None


@transaction.atomic
def set_mapping(*, file_import: FileImport, mapping: Mapping, as_of: dt.date | None) -> None:
    """Decide how an upload is read and what it describes, and have it checked by a dry run in the background."""
    changed = FileImport.objects.filter(
        pk=file_import.pk, state__in=(ImportState.UPLOADED, ImportState.CHECKED, ImportState.FAILED)
    ).update(
        mapping=to_toml(mapping),
        scope=mapping.scope,
        as_of=as_of,
        state=ImportState.CHECKING,
        preview={},
        error="",
        rows_read=0,
        phase="Waiting",
    )
    if not changed:
        raise ValidationError("This file is being imported, or has been.")
    _defer(file_import.pk)


@transaction.atomic
def start_import(*, file_import: FileImport, now: dt.datetime) -> None:
    """Have a checked upload imported in the background."""
    changed = FileImport.objects.filter(pk=file_import.pk, state=ImportState.CHECKED).update(
        state=ImportState.QUEUED, rows_read=0, phase="Waiting", started_at=now
    )
    if not changed:
        raise ValidationError("This file is not ready to be imported.")
    _defer(file_import.pk)


@transaction.atomic
def start_undo(*, file_import: FileImport, by: User) -> None:
    """Have an import taken back in the background, for this person."""
    changed = FileImport.objects.filter(pk=file_import.pk, state=ImportState.DONE).update(
        state=ImportState.UNDOING, undone_by=by, phase="Waiting", error=""
    )
    if not changed:
        raise ValidationError("This file is not in the book.")
    _defer(file_import.pk)


def refuse_undo(import_id: int, sentence: str) -> None:
    """The import stays in the book, and its page says why."""
    FileImport.objects.filter(pk=import_id, state=ImportState.UNDOING).update(
        state=ImportState.DONE, undone_by=None, error=sentence, phase=""
    )


def _defer(import_id: int) -> None:
    """In the caller's transaction: a working import without a job is one whose job has failed."""
    # The lock keeps a job that is done again, after its worker was thought dead, from meeting itself
    app.configure_task(TASK, lock=f"{TASK}:{import_id}").defer(import_id=import_id)


def run_file_import(import_id: int, now: dt.datetime) -> None:
    """Check or import one upload, as its state says. May be called again after a crash: done stays done.

    A fault of ours is noted in words and raised; after one of the database's the state stays, for the next attempt.
    """
    file_import = FileImport.objects.select_related("organization__settings").get(pk=import_id)
    if file_import.state not in READING:
        return
    try:
        _check_or_import(file_import, now)
    except ImportRefusedError as error:
        _fail(import_id, str(error), now)
    except _PASSING:
        raise
    except Exception:
        _fail(import_id, _FAULT, now)
        raise
    earlier = errors_file_of(file_import)
    file_import.refresh_from_db(fields=["errors_path"])
    if earlier is not None and earlier != errors_file_of(file_import):
        earlier.unlink(missing_ok=True)


def give_up_import(import_id: int, now: dt.datetime) -> None:
    """Settle an import that nobody works on any more."""
    refuse_undo(import_id, _NOT_UNDONE)
    _fail(import_id, _GIVEN_UP, now)


def _fail(import_id: int, sentence: str, now: dt.datetime) -> None:
    FileImport.objects.filter(pk=import_id, state__in=READING).update(
        state=ImportState.FAILED, error=sentence, phase="", errors_path="", finished_at=now
    )


def _check_or_import(file_import: FileImport, now: dt.datetime) -> None:
    dry_run = file_import.state == ImportState.CHECKING
    row = FileImport.objects.filter(pk=file_import.pk)
    if not dry_run:
        row.update(state=ImportState.RUNNING)
    organization = file_import.organization
    as_of = file_import.as_of or now.astimezone(organization.zone).date()

    def finish(report: ImportReport) -> None:
        if not dry_run:
            # In the transaction of the facts: the file is imported exactly if its row says so
            kept = _kept(report)
            with recorded() as current:  # the context that import_file has opened
                context_id = current.id
            row.update(
                state=ImportState.DONE,
                history_context=context_id,
                as_of=as_of,
                report=kept,
                errors_path=kept["errors_file"] or "",
                finished_at=now,
                rows_read=report.rows,
                phase="",
            )

    mapping = from_toml(file_import.mapping, file_import.file_name)
    with _told_outside(file_import.pk) as (say, progress):
        say("Looking at the columns")
        inspection = inspect(facts_of(file_import, mapping), mapping=mapping, base_currency=organization.base_currency)
        report = import_file(
            organization=organization,
            inspection=inspection,
            as_of=as_of,
            now=now,
            actor=file_import.created_by_id or "import",
            dry_run=dry_run,
            say=say,
            progress=progress,
            finish=finish,
        )
    if dry_run:
        kept = _kept(report)
        row.update(state=ImportState.CHECKED, preview=kept, errors_path=kept["errors_file"] or "", phase="")


def keep_import(
    organization: Organization, inspection: Inspection, report: ImportReport, *, as_of: dt.date, now: dt.datetime
) -> FileImport:
    """A file that was imported at once, among the imports: its report, and what takes it back. The file is not kept.

    For `import_file`'s `finish`: in the transaction of the facts.
    """
    facts, kept = inspection.table.facts, _kept(report)
    with recorded() as current:
        return FileImport.objects.create(
            organization=organization,
            file_name=facts.name,
            sha256=facts.sha256,
            size=facts.size,
            path="",
            state=ImportState.DONE,
            scope=inspection.mapping.scope,
            as_of=as_of,
            mapping=to_toml(inspection.mapping),
            report=kept,
            errors_path=kept["errors_file"] or "",
            rows_read=report.rows,
            history_context=current.id,
            started_at=now,
            finished_at=now,
        )


def _kept(report: ImportReport) -> dict[str, Any]:
    """The report as the database keeps it: the data directory may move, so the errors file is named below it."""
    facts = report.as_json()
    if not report.dry_run:
        facts["named"] = {part: runs for part, runs in report.named.items() if len(runs) <= LONGEST_NAMED}
    if report.errors_file is not None:
        facts["errors_file"] = str(Path(report.errors_file).relative_to(_data_dir()))
    return facts


@contextlib.contextmanager
def _told_outside(import_id: int) -> Iterator[tuple[Say, Progress]]:
    """Progress that others see while the import's own transaction is open: written over another connection."""
    outside = connection.copy()
    last = 0.0

    def write(sql: str, value: str | int) -> None:
        with outside.cursor() as cursor:
            cursor.execute(sql, (value, import_id))

    def say(phase: str) -> None:
        write("UPDATE ledger_fileimport SET phase = %s WHERE id = %s", phase)

    def progress(rows: int) -> None:
        nonlocal last
        moment = time.monotonic()
        if moment - last >= SECONDS_BETWEEN_PROGRESS:
            last = moment
            write("UPDATE ledger_fileimport SET rows_read = %s WHERE id = %s", rows)

    try:
        yield say, progress
    finally:
        outside.close()
