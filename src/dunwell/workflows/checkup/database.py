"""The database: whether it answers, as whom, and whether its tables are those of this Dunwell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from dunwell.workflows.checkup.findings import Finding, bad, counted, good, warning

OLDEST_SERVER = 150_000
SILENCE = dt.timedelta(seconds=60)  # a worker says every ten seconds that it lives
LONG_WAIT = dt.timedelta(minutes=10)

_ready_tables: set[str] = set()  # databases that were seen with all their migrations; none are taken back


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether this process can serve pages. A worker that is away is told, and is no reason to take the web away."""

    database: bool
    migrations: bool
    worker: bool

    @property
    def ready(self) -> bool:
        return self.database and self.migrations


def readiness() -> Readiness:
    """Two short queries."""
    try:
        migrated = tables_are_current()
        worker = migrated and bool(living_workers())
    except Error:
        return Readiness(database=False, migrations=False, worker=False)
    return Readiness(database=True, migrations=migrated, worker=worker)


def tables_are_current() -> bool:
    name = str(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    if name not in _ready_tables and not missing_migrations(MigrationExecutor(connection)):
        _ready_tables.add(name)
    return name in _ready_tables


def missing_migrations(executor: MigrationExecutor) -> list[str]:
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [str(migration) for migration, _ in plan]


def living_workers() -> int:
    """Workers that spoke within the last minute, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - %s * interval '1 second'",
            [SILENCE.total_seconds()],
        )
        row = cursor.fetchone()
    assert row is not None
    return int(row[0])


def server() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version_num')::int, current_setting('server_version'), current_user, "
            "rolsuper, rolbypassrls, pg_database_size(current_database()) FROM pg_roles WHERE rolname = current_user"
        )
        row = cursor.fetchone()
    assert row is not None
    number, version, role, is_super, bypasses, size = row
    place = "embedded" if _is_embedded() else str(connection.settings_dict["HOST"] or "local")
    text = f"PostgreSQL {version.split()[0]} ({place}), {size / 1e6:,.0f} MB"
    if number < OLDEST_SERVER:
        yield bad("database", text, "Dunwell needs PostgreSQL 15 or newer.")
    else:
        yield good("database", text)
    if is_super or bypasses:
        yield warning(
            "database role",
            f"{role} is a superuser or passes row security: a fault of the program could reach everything there",
            f"ALTER ROLE {role} NOSUPERUSER NOBYPASSRLS, and let it own the database.",
        )
    else:
        yield good("database role", f"{role} has no more rights than it needs")


def _is_embedded() -> bool:
    written = Path(settings.DATA_DIR) / "database-url"
    host = str(connection.settings_dict["HOST"])
    return host.startswith("/") and written.exists() and host in written.read_text()


def unknown_migrations(executor: MigrationExecutor) -> list[str]:
    """What this database has been given that this Dunwell does not know: another version prepared it."""
    loader = executor.loader
    known = {*loader.disk_migrations, *loader.replacements}
    return sorted(f"{app}.{name}" for app, name in loader.applied_migrations if (app, name) not in known)


def migrations() -> Finding:
    executor = MigrationExecutor(connection)
    if unknown := unknown_migrations(executor):
        return bad(
            "tables",
            f"the database was prepared by another Dunwell, likely a newer one ({unknown[-1]})",
            "Start that version, or restore a backup.",
        )
    missing = missing_migrations(executor)
    if missing:
        return bad("tables", f"{counted(len(missing), 'migration')} not applied", "Run `dunwell migrate`.")
    return good("tables", "up to date")


def worker(now: dt.datetime) -> Iterator[Finding]:
    """Whether somebody does the work in the background, and whether it succeeds."""
    alive = living_workers()
    if alive:
        yield good("worker", f"{counted(alive, 'worker')} alive")
    else:
        last = ProcrastinateWorker.objects.order_by("-last_heartbeat").values_list("last_heartbeat", flat=True).first()
        since = f", the last one spoke {last:%Y-%m-%d %H:%M} UTC" if last else ""
        yield bad(
            "worker",
            f"no worker is alive{since}: nothing is planned, imported or sent",
            "Start `dunwell worker` beside `dunwell serve`, and let systemd or Docker restart it.",
        )
    jobs = ProcrastinateJob.objects
    late = jobs.filter(status="todo", attempts=0).exclude(scheduled_at__gt=now - LONG_WAIT)
    old = late.filter(procrastinateevent__type="deferred", procrastinateevent__at__lt=now - LONG_WAIT).count()
    if old and alive:
        yield warning(
            "queue",
            f"{counted(old, 'job')} waiting for more than ten minutes",
            "Start another `dunwell worker`, or raise DUNWELL_WORKER_CONCURRENCY.",
        )
    day = now - dt.timedelta(days=1)
    failed = jobs.filter(status="failed", procrastinateevent__type="failed", procrastinateevent__at__gt=day)
    names = sorted(set(failed.values_list("task_name", flat=True)))
    if names:
        yield warning("jobs", f"failed within a day: {', '.join(names)}", "The worker's log has each with its reason.")
