"""What a `dunwell` process does with the embedded server: share it while it lives."""

from __future__ import annotations

import dataclasses
import fcntl
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

import psycopg

from dunwell.config.embedded.binaries import EmbeddedDatabaseError
from dunwell.config.embedded.locks import ANOTHER_ONE_OWNS_IT, SHARES_LOCK, SUPERVISOR_LOCK

START_SECONDS = 90
STOP_SECONDS = 75


@dataclasses.dataclass
class Share:
    """The right to use the server. The kernel gives it back for a process that dies."""

    url: str
    data_dir: Path
    lock: IO[str]
    supervisor: subprocess.Popen[bytes] | None

    def release(self) -> None:
        """Give the share back; whoever was the last waits until the server is stopped."""
        self.lock.close()
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline and self._is_stopping():
            time.sleep(0.02)
        if self.supervisor is not None and _can_lock(self.data_dir / SUPERVISOR_LOCK, fcntl.LOCK_EX):
            self.supervisor.wait(timeout=10)  # our child, about to end

    def _is_stopping(self) -> bool:
        """Whether the supervisor runs and nobody shares its server any more."""
        if _can_lock(self.data_dir / SUPERVISOR_LOCK, fcntl.LOCK_EX):
            return False  # it is gone
        alone = _can_lock(self.data_dir / SHARES_LOCK, fcntl.LOCK_EX)  # it has not noticed yet
        others = not alone and _can_lock(self.data_dir / SHARES_LOCK, fcntl.LOCK_SH)
        return not others


def share(data_dir: Path, *, for_tests: bool = False) -> Share:
    """Use the server of this data folder, starting its supervisor when none runs."""
    data_dir = data_dir.absolute()
    data_dir.mkdir(parents=True, exist_ok=True)
    lock = (data_dir / SHARES_LOCK).open("w")
    try:
        # Waits while a supervisor is stopping: it holds this lock alone until it is gone
        fcntl.flock(lock, fcntl.LOCK_SH)
        url, supervisor = _wait_for_server(data_dir, for_tests=for_tests)
    except BaseException:
        lock.close()
        raise
    return Share(url=url, data_dir=data_dir, lock=lock, supervisor=supervisor)


def _wait_for_server(data_dir: Path, *, for_tests: bool) -> tuple[str, subprocess.Popen[bytes] | None]:
    supervisor: subprocess.Popen[bytes] | None = None
    log = data_dir / "supervisor.log"
    deadline = time.monotonic() + START_SECONDS
    while True:
        if url := _url_that_answers(data_dir):
            return url, supervisor
        if supervisor is not None and supervisor.poll() not in {None, ANOTHER_ONE_OWNS_IT}:
            raise EmbeddedDatabaseError(log.read_text(errors="replace").strip() or "The embedded PostgreSQL ended.")
        if time.monotonic() > deadline:
            msg = f"The embedded PostgreSQL did not answer within {START_SECONDS} seconds; see {data_dir}/postgres.log."
            raise EmbeddedDatabaseError(msg)
        if (supervisor is None or supervisor.poll() is not None) and _can_lock(
            data_dir / SUPERVISOR_LOCK, fcntl.LOCK_EX
        ):
            supervisor = _start_supervisor(data_dir, log, for_tests=for_tests)
        time.sleep(0.03)


def _start_supervisor(data_dir: Path, log: Path, *, for_tests: bool) -> subprocess.Popen[bytes]:
    """In a session of its own: it outlives us as long as others share the server, and no terminal reaches it."""
    command = [sys.executable, "-m", "dunwell.config.embedded.supervisor", str(data_dir)]
    with log.open("wb") as output:
        return subprocess.Popen(
            [*command, "--for-tests"] if for_tests else command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            start_new_session=True,
        )


def _url_that_answers(data_dir: Path) -> str:
    """The URL, when a server answers to it; else nothing."""
    try:
        url = (data_dir / "database-url").read_text().strip()
        psycopg.connect(url, connect_timeout=5).close()
    except (FileNotFoundError, psycopg.OperationalError):
        return ""
    return url


def _can_lock(path: Path, kind: int) -> bool:
    """Whether the lock is to be had right now; it is not kept."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
