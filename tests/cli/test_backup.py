"""`dunwell backup` and `dunwell restore`: a whole installation, out of one PostgreSQL database and into another."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from psycopg import sql
from typer.testing import CliRunner

from dunwell.cli.main import app
from dunwell.messaging.models import Message
from dunwell.organizations.models import Organization
from dunwell.organizations.secrets import encrypt
from dunwell.workflows.archives import Archive, ArchiveUnusableError, ArchiveWriter
from tests.concurrency.commands import database_url
from tests.web.conftest import late_customer, prepare, run

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
EMPTY = "test_dunwell_restored"


def contents(url: str) -> dict[str, object]:
    """Each table with the number and a digest of its rows."""
    with closing(psycopg.connect(url)) as database:
        names = [sql.Identifier(name) for (name,) in database.execute(TABLES).fetchall()]
        digest = sql.SQL("SELECT count(*), md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {} t")
        return {name.as_string(): database.execute(digest.format(name)).fetchone() for name in names}


@pytest.fixture
def installation(transactional_db: None, organization: Organization, data_dir: Path) -> str:
    """A book with a notice in the queue, a stored file, and a mail password; its database's address."""
    prepare(organization)
    organization.settings.smtp_host = "127.0.0.1"
    organization.settings.smtp_security = "none"
    organization.settings.smtp_password_encrypted = encrypt("s3cret")
    organization.settings.save()
    late_customer(organization)
    run(organization)
    assert Message.objects.filter(state="queued").exists()
    (data_dir / "imports").mkdir(exist_ok=True)
    (data_dir / "imports" / "book.csv").write_text("number\n1\n")
    return database_url()


@pytest.fixture
def empty(installation: str) -> Iterator[str]:
    """An empty database on the same server."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {EMPTY}")
        cursor.execute(f"CREATE DATABASE {EMPTY} TEMPLATE template0")
    yield installation.replace(f"/{connection.settings_dict['NAME']}", f"/{EMPTY}")
    with connection.cursor() as cursor:
        # Not WITH (FORCE): that asks to end the server's own vacuum too, which our role may not
        ours = (
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s AND usename = current_user"
        )
        cursor.execute(ours, [EMPTY])
        cursor.execute(f"DROP DATABASE {EMPTY}")


def dunwell(url: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command as another installation would run it."""
    environment = {**os.environ, "DUNWELL_DATABASE_URL": url, "DUNWELL_DATA_DIR": str(folder)}
    command = [str(Path(sys.executable).with_name("dunwell")), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=folder)


def test_an_installation_comes_back_as_it_was(installation: str, empty: str, tmp_path: Path) -> None:
    archive = tmp_path / "all.zip"
    made = CliRunner().invoke(app, ["backup", str(archive)])
    assert made.exit_code == 0, made.output
    assert "keep the file as safe" in made.output
    assert archive.stat().st_mode & 0o077 == 0
    fresh = tmp_path / "fresh"
    fresh.mkdir()

    restored = dunwell(empty, fresh, "restore", str(archive), "--keep-sending")
    assert restored.returncode == 0, restored.stderr
    assert contents(empty) == contents(installation)
    assert (fresh / "imports" / "book.csv").read_text() == "number\n1\n"
    assert (fresh / "secret-key").read_text() == settings.SECRET_KEY

    # By default nothing goes out of a restored installation before a person has looked
    again = dunwell(empty, fresh, "restore", str(archive), "--force")
    assert again.returncode == 0, again.stderr
    assert "sending is stopped" in again.stdout
    with closing(psycopg.connect(empty)) as database:
        assert database.execute("SELECT count(*) FROM messaging_message WHERE state = 'queued'").fetchone() == (0,)


def test_what_cannot_be_restored_changes_nothing(installation: str, tmp_path: Path) -> None:
    archive, cut = tmp_path / "all.zip", tmp_path / "cut.zip"
    CliRunner().invoke(app, ["backup", str(archive)])
    cut.write_bytes(archive.read_bytes()[:-2000])
    before = contents(installation)
    refused = CliRunner().invoke(app, ["restore", str(cut), "--force"])
    assert "it is cut off" in str(refused.exception)
    occupied = CliRunner().invoke(app, ["restore", str(archive)])
    assert "is not empty" in str(occupied.exception)
    with closing(psycopg.connect(installation)):
        used = CliRunner().invoke(app, ["restore", str(archive), "--force"])
    assert "Stop `dunwell serve`" in str(used.exception)
    assert contents(installation) == before


def test_an_archive_of_a_newer_dunwell_is_refused(installation: str, tmp_path: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('ledger', '9999_later', now())")
    try:
        CliRunner().invoke(app, ["backup", str(tmp_path / "later.zip")])
        before = contents(installation)
        result = CliRunner().invoke(app, ["restore", str(tmp_path / "later.zip"), "--force"])
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE name = '9999_later'")
    assert "made by a newer Dunwell" in str(result.exception)
    assert contents(installation).keys() == before.keys()


@pytest.mark.parametrize("damage", ["flip", "text", "nothing"])
def test_an_archive_that_is_none_is_refused(tmp_path: Path, damage: str) -> None:
    """Before the database is even asked."""
    path = tmp_path / "a.zip"
    with path.open("wb") as file:
        writer = ArchiveWriter(file, kind="test", version=1)
        writer.add("rows", [b"abc" * 100], packed=True)
        writer.finish()
    content = path.read_bytes()
    path.write_bytes({"flip": content.replace(b"abcabc", b"abXabc", 1), "text": b"hello", "nothing": b""}[damage])
    with (
        pytest.raises(ArchiveUnusableError, match="Nothing has been changed"),
        Archive(path, kind="test", version=1) as it,
    ):
        list(it.verify())


def test_an_archive_may_not_write_outside(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with path.open("wb") as file:
        writer = ArchiveWriter(file, kind="test", version=1)
        writer.add("files/../../etc/passwd", [b"x"])
        writer.finish()
    with pytest.raises(ArchiveUnusableError, match="outside"):
        Archive(path, kind="test", version=1)
