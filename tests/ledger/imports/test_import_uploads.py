"""Uploads: received, checked, imported in the background; and what a crash leaves."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
import tracemalloc
import zoneinfo
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection

from dunwell.ledger.imports import services
from dunwell.ledger.imports.errors import ImportRefusedError
from dunwell.ledger.imports.errors_file import ErrorsFile
from dunwell.ledger.imports.files import look_at
from dunwell.ledger.imports.inspection import inspect
from dunwell.ledger.imports.mapping import Mapping
from dunwell.ledger.imports.rows import RowReader
from dunwell.ledger.models import Allocation, Customer, DataSource, FileImport, Invoice, Payment
from dunwell.organizations.models import Organization, User
from tests import worlds

HEAD = b"Customer,Invoice,Invoice date,Due date,Total,Paid\n"
BOOK = b"".join(
    (HEAD, b"Acme,1,2026-01-10,2026-02-09,100.00,40.00\n", b"Acme,2,2026-01-10,never,100.00,\n",
     b"Acme,3,2026-01-10,2026-02-09,9.00,\n")
)  # fmt: skip


def upload(organization: Organization, content: bytes = BOOK, user: User | None = None) -> FileImport:
    return services.receive_upload(
        organization=organization,
        user=user,
        name="C:\\books\\book.csv",
        chunks=[content[:50], content[50:]],
        now=worlds.NOW,
    )


@pytest.mark.django_db
def test_an_upload_is_checked_then_imported(organization: Organization, alice: User) -> None:
    file_import = upload(organization, user=alice)
    assert (file_import.file_name, file_import.size, file_import.state) == ("book.csv", len(BOOK), "uploaded")
    services.set_mapping(file_import=file_import, mapping=Mapping(dates="Y/M/D"), as_of=None)
    services.run_file_import(file_import.pk, worlds.NOW)
    file_import.refresh_from_db()
    assert file_import.state == "checked"
    assert (file_import.preview["invoices"]["created"], file_import.preview["refused"]) == (2, 1)
    assert not Invoice.objects.exists()
    services.start_import(file_import=file_import, now=worlds.NOW)
    services.run_file_import(file_import.pk, worlds.NOW)
    file_import.refresh_from_db()
    assert (file_import.state, file_import.rows_read, file_import.as_of) == ("done", 3, worlds.TODAY)
    assert not Path(file_import.errors_path).is_absolute()
    assert file_import.report["errors_file"] == file_import.errors_path
    assert services.errors_file_of(file_import) is not None
    assert set(Invoice.objects.values_list("number", flat=True)) == {"1", "3"}
    event = Invoice.pgh_event_model.objects.select_related("pgh_context").first()  # type: ignore[attr-defined]
    assert event.pgh_context.metadata["user"] == alice.pk
    # the task comes twice, a page is stale
    services.run_file_import(file_import.pk, worlds.NOW)
    with pytest.raises(ValidationError):
        services.start_import(file_import=file_import, now=worlds.NOW)


@pytest.mark.django_db
def test_why_a_file_is_not_imported_is_kept_in_words(organization: Organization) -> None:
    file_import = upload(organization, HEAD + b"Acme,1,1/2/2026,1/3/2026,100.00,40.00\n")
    services.set_mapping(file_import=file_import, mapping=Mapping(), as_of=None)
    services.run_file_import(file_import.pk, worlds.NOW)
    file_import.refresh_from_db()
    assert file_import.state == "failed"
    assert "ambiguous" in file_import.error


@pytest.mark.django_db
def test_a_fault_of_ours_ends_the_import_in_words_and_is_raised(organization: Organization) -> None:
    file_import = upload(organization)
    services.set_mapping(file_import=file_import, mapping=Mapping(dates="Y/M/D"), as_of=None)
    # no page can write this, so nobody wrote a sentence for it
    organization.time_zone = "Mars/Olympus"
    organization.save()
    with pytest.raises(zoneinfo.ZoneInfoNotFoundError):
        services.run_file_import(file_import.pk, worlds.NOW)
    file_import.refresh_from_db()
    assert (file_import.state, file_import.phase) == ("failed", "")
    assert file_import.error.endswith("Nothing has been changed.")


@pytest.mark.django_db
def test_a_dry_run_leaves_the_errors_file_of_the_last_attempt_only(organization: Organization) -> None:
    before = set(services.imports_dir().glob("errors-*"))
    file_import = upload(organization)
    for state in ("checked", "checked", "done"):
        if state == "done":
            services.start_import(file_import=file_import, now=worlds.NOW)
        else:
            services.set_mapping(file_import=file_import, mapping=Mapping(dates="Y/M/D"), as_of=None)
        file_import.refresh_from_db()
        services.run_file_import(file_import.pk, worlds.NOW + dt.timedelta(seconds=len(state)))
        file_import.refresh_from_db()
        assert file_import.state == state
        assert set(services.imports_dir().glob("errors-*")) - before == {services.errors_file_of(file_import)}


def test_an_import_that_fails_leaves_no_errors_file(tmp_path: Path) -> None:
    def fail() -> None:
        with ErrorsFile(tmp_path / "errors.csv") as errors:
            errors.add(1, "Total", "x", "is no amount")
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db
def test_a_full_disk_leaves_no_part_of_a_file(organization: Organization) -> None:
    folder = services.imports_dir() / organization.slug

    def chunks() -> Iterator[bytes]:
        yield HEAD
        raise OSError(28, "No space left on device")

    before = set(folder.glob("*"))
    with pytest.raises(OSError, match="No space left"):
        services.receive_upload(organization=organization, user=None, name="book.csv", chunks=chunks(), now=worlds.NOW)
    assert set(folder.glob("*")) == before


@pytest.mark.django_db
def test_an_impossible_upload_leaves_no_file(organization: Organization) -> None:
    folder = services.imports_dir() / organization.slug
    before = set(folder.glob("*"))
    with pytest.raises(ImportRefusedError, match="is a PDF document"):
        upload(organization, b"%PDF-1.4 nothing")
    assert set(folder.glob("*")) == before
    assert not FileImport.objects.exists()


def _many(rows: int) -> Iterator[bytes]:
    yield HEAD
    for row in range(rows):
        yield (
            f"Customer {row % 997},{row},{dt.date(2024, 1, 1) + dt.timedelta(row % 600)},"
            f"2026-02-09,{row % 9999}.25,0.25\n"
        ).encode()


def _counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in (Customer, Invoice, Payment, Allocation, DataSource)}


NOTHING = {"Customer": 0, "Invoice": 0, "Payment": 0, "Allocation": 0, "DataSource": 0}


@pytest.mark.django_db(transaction=True)
def test_a_connection_lost_in_the_middle_leaves_nothing(organization: Organization, tmp_path: Path) -> None:
    path = tmp_path / "book.csv"
    path.write_bytes(b"".join(_many(500)))
    inspection = inspect(look_at(path), base_currency="EUR")
    url = _url()

    def cut(phase: str) -> None:
        if phase == "Writing payments":
            with psycopg.connect(url, autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s)", (connection.connection.info.backend_pid,))

    with pytest.raises(OperationalError):
        services.import_file(
            organization=organization, inspection=inspection, as_of=worlds.TODAY, now=worlds.NOW, say=cut
        )
    connection.close()
    assert _counts() == NOTHING


SCRIPT = """
import datetime as dt, sys, django
django.setup()
from pathlib import Path
from dunwell.ledger.imports import services
from dunwell.ledger.imports.files import look_at
from dunwell.ledger.imports.inspection import inspect
from dunwell.organizations.models import Organization
services.import_file(organization=Organization.objects.get(pk=int(sys.argv[2])),
    inspection=inspect(look_at(Path(sys.argv[1])), base_currency="EUR"), as_of=dt.date(2026, 3, 18),
    now=dt.datetime(2026, 3, 18, 9, tzinfo=dt.UTC),
    say=lambda phase: (print(phase, flush=True), phase == "Writing payments" and sys.stdin.read()))
"""


@pytest.mark.django_db(transaction=True)
def test_a_process_killed_in_the_middle_leaves_nothing(organization: Organization, tmp_path: Path) -> None:
    path = tmp_path / "book.csv"
    path.write_bytes(b"".join(_many(2000)))
    environment = {**os.environ, "DUNWELL_DATABASE_URL": _url(), "DJANGO_SETTINGS_MODULE": "dunwell.config.settings"}
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, path, str(organization.pk)],
        env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdin is not None
    # It says that the invoices are written and waits for us
    for line in process.stdout:
        if line.strip() == "Writing payments":
            break
    process.send_signal(signal.SIGKILL)
    assert process.wait(timeout=20) == -signal.SIGKILL
    process.stdin.close()
    process.stdout.close()
    assert _counts() == NOTHING
    # and nothing is left that would stop the next one
    path.write_bytes(b"".join(_many(10)))
    inspection = inspect(look_at(path), base_currency="EUR")
    report = services.import_file(organization=organization, inspection=inspection, as_of=worlds.TODAY, now=worlds.NOW)
    assert report.invoices.created == 10


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_follow_one_another(organization: Organization, tmp_path: Path) -> None:
    path = tmp_path / "book.csv"
    path.write_bytes(b"".join(_many(300)))
    inspection = inspect(look_at(path), base_currency="EUR")
    created: list[int] = []

    def bring() -> None:
        moment = worlds.NOW + dt.timedelta(seconds=len(threading.enumerate()))
        report = services.import_file(organization=organization, inspection=inspection, as_of=worlds.TODAY, now=moment)
        created.append(report.invoices.created)
        connection.close()

    threads = [threading.Thread(target=bring) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(created) == [0, 0, 300]


@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_while_the_import_goes_on(organization: Organization) -> None:
    file_import = upload(organization, b"".join(_many(15_000)))
    services.set_mapping(file_import=file_import, mapping=Mapping(), as_of=None)
    seen: set[tuple[str, bool]] = set()
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            row = FileImport.objects.values_list("phase", "rows_read").get(pk=file_import.pk)
            seen.add((row[0], row[1] > 0))
            time.sleep(0.01)
        connection.close()

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        services.run_file_import(file_import.pk, worlds.NOW)
    finally:
        over.set()
        watcher.join()
    assert {phase for phase, _ in seen} >= {"Reading rows", "Comparing with the book", "Writing invoices"}
    assert any(counted for _, counted in seen)


def test_memory_is_flat_in_the_size_of_the_file(tmp_path: Path) -> None:
    peaks = []
    for rows in (5_000, 40_000):
        path = tmp_path / f"{rows}.csv"
        with path.open("wb") as file:
            file.writelines(_many(rows))
        tracemalloc.start()
        inspection = inspect(look_at(path), base_currency="EUR")
        with ErrorsFile(tmp_path / "errors.csv") as errors:
            reader = RowReader(inspection.table, inspection.settled(), worlds.TODAY, errors)
            assert sum(1 for _ in reader.staged()) == rows
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 10_000_000
    assert peaks[1] < 100_000_000


def _url() -> str:
    info = connection.settings_dict
    return f"postgresql://{info['USER']}:{info['PASSWORD']}@/{info['NAME']}?host={info['HOST']}&port={info['PORT']}"
