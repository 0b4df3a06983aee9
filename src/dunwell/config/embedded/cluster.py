"""One PostgreSQL data folder with Dunwell's database in it: made, started, stopped."""

from __future__ import annotations

import ctypes
import dataclasses
import hashlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from dunwell.config.embedded.binaries import SHARED_STATE, EmbeddedDatabaseError, Server, may_enter

MAJOR_VERSION = "18"
NAME = "dunwell"  # of the database and of the role that owns it
PORT = "5432"  # only part of the socket's file name: the server listens on no network address
START_SECONDS = 60
LONGEST_SOCKET_PATH = 103  # bytes; macOS' limit, Linux has 107
LARGEST_LOG = 10_000_000  # bytes, looked at when the server starts

_UNSAFE_BUT_FAST = (
    "scram_iterations=1",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_wal_size=2GB",
)


@dataclasses.dataclass
class Cluster:
    """The server of one Dunwell data folder. Only the supervisor, which holds its lock, may use this."""

    data_dir: Path
    server: Server
    # May lose data at a power cut; its role may create databases, and delete with triggers and foreign keys at rest
    for_tests: bool = False
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.data_dir = self.data_dir.resolve()
        self.folder = self._folder()

    def start(self) -> None:
        """Make what is missing, take over what a killed supervisor left, start, and write the URL."""
        self._initialize()
        self._stop_leftover()
        self._launch()
        self._provide_database()

    def stop(self) -> None:
        """End sessions and stop within seconds; what is committed is kept."""
        try:
            self.server.run("pg_ctl", "stop", "-D", str(self.folder), "-m", "fast", "-w", "-t", "60")
        except EmbeddedDatabaseError:
            if self.process is None or self.process.poll() is None:
                self.server.run("pg_ctl", "stop", "-D", str(self.folder), "-m", "immediate", "-w", "-t", "20")
        if self.process is not None:
            self.process.wait(timeout=10)
        if self.socket_folder != self.folder:
            shutil.rmtree(self.socket_folder, ignore_errors=True)

    # Where things are

    def _folder(self) -> Path:
        """Inside the data folder, or, where root keeps that closed to others, in /var/lib with a link to it."""
        folder = self.data_dir / "postgres"
        if folder.is_symlink():
            return folder.resolve()
        if self.server.user is None or may_enter(folder, self.server.user):
            return folder
        return SHARED_STATE / "clusters" / self._fingerprint

    @property
    def _fingerprint(self) -> str:
        return hashlib.sha256(os.fsencode(self.data_dir)).hexdigest()[:16]

    @property
    def socket_folder(self) -> Path:
        """The data folder, whose mode keeps strangers out, unless its path is too long for a socket."""
        if len(os.fsencode(self.folder / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET_PATH:
            return self.folder
        return Path("/tmp") / f"dunwell-{self._fingerprint}"  # noqa: S108 - made private, owner checked below

    # Steps of a start

    def _initialize(self) -> None:
        version = self.folder / "PG_VERSION"
        if version.exists():
            if (found := version.read_text().strip()) != MAJOR_VERSION:
                msg = (
                    f"{self.folder} was written by PostgreSQL {found}; this Dunwell brings {MAJOR_VERSION}. "
                    "Dump it with the Dunwell that wrote it and restore it here."
                )
                raise EmbeddedDatabaseError(msg)
            return
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        if self.folder.parent.is_relative_to(SHARED_STATE):
            for folder in (SHARED_STATE, self.folder.parent):
                folder.chmod(0o711)
        # Renamed when complete: a start that is killed leaves nothing half made
        fresh = self.folder.with_name(f"{self.folder.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        self._private_folder(fresh)
        self.server.run(
            "initdb",
            *("-D", str(fresh), "--username", self.server.superuser, "--encoding=UTF8"),
            *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *("--auth-local=peer", "--auth-host=scram-sha-256", "--no-instructions"),
            *(["--no-sync"] if self.for_tests else []),
        )
        # The superuser is whoever the server runs as; everyone else shows a password
        (fresh / "pg_hba.conf").write_text(f"local all {self.server.superuser} peer\nlocal all all scram-sha-256\n")
        fresh.rename(self.folder)
        link = self.data_dir / "postgres"
        if link != self.folder:
            link.unlink(missing_ok=True)
            link.symlink_to(self.folder)

    def _private_folder(self, folder: Path) -> None:
        """A folder that only the server's user may enter; refuses one that somebody else made."""
        folder.mkdir(mode=0o700, exist_ok=True)
        owner = self.server.user.pw_uid if self.server.user else os.geteuid()
        if folder.is_symlink() or folder.stat().st_uid not in {owner, os.geteuid()}:
            msg = f"{folder} belongs to somebody else; remove it and start again."
            raise EmbeddedDatabaseError(msg)
        folder.chmod(0o700)
        if self.server.user:
            os.chown(folder, self.server.user.pw_uid, self.server.user.pw_gid)

    def _stop_leftover(self) -> None:
        """A server whose supervisor was killed is stopped in order, so that ours is our own child."""
        pid_file = self.folder / "postmaster.pid"
        if not pid_file.exists():
            return
        pid = int(pid_file.read_text().splitlines()[0])
        if str(self.folder) in _command_of(pid):
            self.stop()
        else:
            # The number belongs to another program now, as happens after a reboot or in a container:
            # PostgreSQL would refuse to start for its sake
            pid_file.unlink(missing_ok=True)

    def _launch(self) -> None:
        if self.socket_folder != self.folder:
            self._private_folder(self.socket_folder)
        log = self.data_dir / "postgres.log"
        if log.exists() and log.stat().st_size > LARGEST_LOG:
            log.replace(log.with_suffix(".log.1"))
        settings = [
            "listen_addresses=",
            f"port={PORT}",
            f"unix_socket_directories={self.socket_folder}",
            "timezone=UTC",
            "log_timezone=UTC",
            *(_UNSAFE_BUT_FAST if self.for_tests else ()),
        ]
        arguments = [part for setting in settings for part in ("-c", setting)]
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [self.server.program("postgres"), "-D", str(self.folder), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
                start_new_session=True,  # a Ctrl-C in the terminal is the supervisor's matter
                preexec_fn=_stop_with_parent(),  # noqa: PLW1509 - the supervisor has no threads
                **self.server.identity(),
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                last_lines = "\n".join(log.read_text(errors="replace").splitlines()[-5:])
                msg = f"The embedded PostgreSQL did not start. Its log, {log}, ends with:\n{last_lines}"
                raise EmbeddedDatabaseError(msg)
            time.sleep(0.02)

    def _is_ready(self) -> bool:
        assert self.process is not None
        try:
            lines = (self.folder / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return lines[:1] == [str(self.process.pid)] and len(lines) >= 8 and lines[7].strip() == "ready"

    def _provide_database(self) -> None:
        """The role, its database and the URL. Everything is looked up first: a later start changes nothing."""
        url_file = self.data_dir / "database-url"
        place = f"@/{NAME}?host={quote(str(self.socket_folder), safe='/')}"
        if url_file.exists() and url_file.read_text().strip().endswith(place):
            return
        password = secrets.token_urlsafe(24)
        create_databases = "CREATEDB" if self.for_tests else "NOCREATEDB"
        limits = f"LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE {create_databases}"
        self._sql(f"SELECT 'CREATE ROLE {NAME}' WHERE to_regrole('{NAME}') IS NULL \\gexec")
        self._sql(f"ALTER ROLE {NAME} {limits} PASSWORD '{password}'")
        if self.for_tests:
            self._sql(f"GRANT SET ON PARAMETER session_replication_role TO {NAME}")
        self._sql(
            f"SELECT 'CREATE DATABASE {NAME} OWNER {NAME} TEMPLATE template0 ENCODING UTF8 "  # noqa: S608 - constants
            "LOCALE_PROVIDER builtin BUILTIN_LOCALE ''C.UTF-8'' LOCALE ''C'''"
            f" WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{NAME}') \\gexec"
        )
        fresh = url_file.with_name("database-url.new")
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600)
        fresh.write_text(f"postgresql://{NAME}:{password}{place}\n")
        fresh.replace(url_file)

    def _sql(self, statement: str) -> None:
        self.server.run(
            "psql",
            *("-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(self.socket_folder), "-p", PORT),
            *("-U", self.server.superuser, "-d", "postgres"),
            stdin=statement + "\n",
        )


def _command_of(pid: int) -> str:
    """The command line of a running process; empty when there is none."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    return subprocess.run(
        ["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout


def _stop_with_parent() -> Callable[[], None] | None:
    """On Linux the kernel stops the server (SIGINT: a fast shutdown) when the supervisor dies of any cause.

    Elsewhere the next supervisor finds it and takes over.
    """
    if sys.platform != "linux":
        return None
    set_death_signal = ctypes.CDLL(None).prctl
    pr_set_pdeathsig = 1

    def in_child() -> None:
        set_death_signal(pr_set_pdeathsig, int(signal.SIGINT))

    return in_child
