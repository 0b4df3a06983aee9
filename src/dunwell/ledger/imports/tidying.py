"""Uploads are kept as long as somebody may ask about them, and no longer: they are copies of a customer list."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from dunwell.ledger.imports.services import errors_file_of, imports_dir, upload_of
from dunwell.ledger.models import FileImport, ImportState

KEEP_UNFINISHED = dt.timedelta(days=14)  # nobody decided about it
KEEP_FINISHED = dt.timedelta(days=90)  # what was imported stays in the book; the file itself goes
UNFINISHED = (ImportState.UPLOADED, ImportState.CHECKED, ImportState.FAILED)


def tidy_uploads(now: dt.datetime) -> int:
    """Remove old uploads, their lists of refused rows, and files that no row names. How many files went."""
    removed = 0
    for upload in FileImport.objects.filter(state__in=UNFINISHED, created_at__lt=now - KEEP_UNFINISHED).iterator():
        removed += _remove(upload)
        upload.delete()
    finished = FileImport.objects.filter(state=ImportState.DONE, finished_at__lt=now - KEEP_FINISHED)
    for upload in finished.exclude(path="", errors_path="").iterator():
        removed += _remove(upload)
        FileImport.objects.filter(pk=upload.pk).update(path="", errors_path="")
    return removed + _remove_nameless(now)


def _remove(upload: FileImport) -> int:
    files = [found for found in (upload_of(upload), errors_file_of(upload)) if found is not None]
    for path in files:
        path.unlink(missing_ok=True)
    return len(files)


def _remove_nameless(now: dt.datetime) -> int:
    """What a killed process or the command line left: old, and of no row."""
    root = imports_dir()
    if not root.is_dir():
        return 0
    oldest = (now - KEEP_FINISHED).timestamp()
    old = [path for path in root.rglob("*") if path.is_file() and path.stat().st_mtime < oldest]
    if not old:
        return 0
    named = {
        (root.parent / name).resolve()
        for pair in FileImport.objects.values_list("path", "errors_path").iterator()
        for name in pair
        if name
    }
    nameless: list[Path] = [path for path in old if path.resolve() not in named]
    for path in nameless:
        path.unlink(missing_ok=True)
    return len(nameless)
