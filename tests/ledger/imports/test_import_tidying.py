"""Old uploads go, with what belongs to them; what is still asked about stays."""

from __future__ import annotations

import datetime as dt
import os

import pytest

from dunwell.ledger.imports.services import errors_file_of, imports_dir, receive_upload, upload_of
from dunwell.ledger.imports.tidying import tidy_uploads
from dunwell.ledger.models import FileImport
from dunwell.organizations.models import Organization
from tests.worlds import NOW

DAY = dt.timedelta(days=1)


def upload(organization: Organization, state: str, age: int) -> FileImport:
    found = receive_upload(
        organization=organization, user=None, name=f"{state}-{age}.csv", chunks=[b"a,b\n1,2\n"], now=NOW
    )
    errors = imports_dir() / f"errors-{found.pk}.csv"
    errors.write_text("line\n")
    at = NOW - age * DAY
    values = {"state": state, "created_at": at, "finished_at": at, "errors_path": f"imports/{errors.name}"}
    FileImport.objects.filter(pk=found.pk).update(**values)
    return FileImport.objects.get(pk=found.pk)


@pytest.mark.django_db
def test_old_uploads_go(organization: Organization) -> None:
    kept = [
        upload(organization, "uploaded", 13),
        upload(organization, "running", 400),
        upload(organization, "done", 89),
    ]
    gone = [
        upload(organization, "uploaded", 15),
        upload(organization, "checked", 15),
        upload(organization, "failed", 15),
    ]
    done = upload(organization, "done", 91)
    nameless = imports_dir() / "errors-of-nobody.csv"
    nameless.write_text("line\n")
    old = (NOW - 91 * DAY).timestamp()
    os.utime(nameless, (old, old))
    paths = [path for entry in (*gone, done) for path in (upload_of(entry), errors_file_of(entry)) if path]

    assert tidy_uploads(NOW) == len(paths) + 1 == 9
    assert not [path for path in (*paths, nameless) if path.exists()]
    assert all(upload_of(entry) and errors_file_of(entry) for entry in kept)
    assert set(FileImport.objects.values_list("pk", flat=True)) == {entry.pk for entry in (*kept, done)}
    done.refresh_from_db()
    assert (done.path, done.errors_path) == ("", "")
    assert tidy_uploads(NOW) == 0
