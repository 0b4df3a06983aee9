"""The test database's tables, kept from one session to the next.

Django takes some ten seconds to apply all migrations, PostgreSQL one to read their result.
The result is kept beside the virtual environment under a name made from the migrations themselves,
so that a changed migration is applied anew.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import psycopg

from dunwell.config.embedded.binaries import find_server

ROOT = Path(__file__).parents[1]


def kept_tables() -> Path:
    """Where the tables of the migrations as they are now are kept, or would be."""
    digest = hashlib.sha256((ROOT / "uv.lock").read_bytes())
    for path in sorted((ROOT / "src" / "dunwell").glob("*/migrations/**/*")):
        if path.suffix in {".py", ".sql"}:
            digest.update(path.name.encode() + path.read_bytes())
    return Path(sys.prefix) / f"test-tables-{digest.hexdigest()[:16]}.sql"


def restore(database_url: str, name: str, tables: Path) -> None:
    """Make the database of that name beside `database_url`'s, with the tables that were kept."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    command = ["-q", "-X", "-1", "-v", "ON_ERROR_STOP=1", "-o", os.devnull, "-f", str(tables)]
    subprocess.run([find_server().program("psql"), *command, "-d", _beside(database_url, name)], check=True)


def keep(database_url: str, name: str, tables: Path) -> None:
    """Keep the tables of that database, and forget those of earlier migrations."""
    fresh = tables.with_suffix(f".{os.getpid()}")
    command = ["--no-owner", "-f", str(fresh), "-d", _beside(database_url, name)]
    subprocess.run([find_server().program("pg_dump"), *command], check=True)
    fresh.replace(tables)
    for other in tables.parent.glob("test-tables-*.sql"):
        if other != tables:
            other.unlink(missing_ok=True)


def _beside(database_url: str, name: str) -> str:
    start, query = database_url.split("?", 1)
    return f"{start.rsplit('/', 1)[0]}/{name}?{query}"
