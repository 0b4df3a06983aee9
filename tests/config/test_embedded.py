"""The embedded server lives exactly as long as somebody shares it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from dunwell.config.embedded import share
from dunwell.config.embedded.cluster import LONGEST_SOCKET_PATH
from tests.processes import is_running, processes_mentioning, wait_until

pytestmark = pytest.mark.processes

HOLDER = """
import sys, time
from pathlib import Path
from dunwell.config.embedded import share
held = share(Path(sys.argv[1]), for_tests=True)
print("ready", flush=True)
sys.stdin.readline()
held.release()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that the server's user may enter, as pytest's own tmp_path is not when we are root."""
    with tempfile.TemporaryDirectory(prefix="dunwell-embedded-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


def hold(folder: Path) -> subprocess.Popen[str]:
    """Another process that shares the server until it is told to let go."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def let_go(process: subprocess.Popen[str]) -> None:
    process.communicate("\n", timeout=30)


def postmaster(folder: Path) -> int:
    return int((folder / "postgres" / "postmaster.pid").read_text().split()[0])


def nothing_is_left(folder: Path) -> None:
    """The server is gone when the last share is given back; its supervisor ends a moment later."""
    wait_until(lambda: processes_mentioning(str(folder)) == [], seconds=10)


def test_the_last_one_out_stops_it(folder: Path) -> None:
    first = hold(folder)
    second = hold(folder)
    server = postmaster(folder)
    let_go(first)
    assert is_running(server)
    let_go(second)
    assert not is_running(server)
    nothing_is_left(folder)


def test_data_is_there_again_and_the_role_is_an_ordinary_one(folder: Path) -> None:
    held = share(folder, for_tests=False)
    with psycopg.connect(held.url) as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('Äpfel')")
        row = connection.execute(
            "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, datlocprovider, datlocale, "
            "pg_encoding_to_char(encoding) FROM pg_roles, pg_database "
            "WHERE rolname = current_user AND datname = current_database()"
        ).fetchone()
    assert row == (False, False, False, False, "b", "C.UTF-8", "UTF8")
    held.release()
    written = (folder / "database-url").read_text()
    again = share(folder)
    with psycopg.connect(again.url) as connection:
        assert connection.execute("SELECT word FROM kept").fetchone() == ("Äpfel",)
    again.release()
    assert (folder / "database-url").read_text() == written


def test_only_its_owner_can_read_the_password_and_nobody_gets_in_without(folder: Path) -> None:
    held = share(folder)
    assert (folder / "database-url").stat().st_mode & 0o777 == 0o600
    socket = held.url.split("host=")[1]
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"postgresql://dunwell@/dunwell?host={socket}")
    held.release()


def test_all_die_without_a_word_and_nothing_is_left(folder: Path) -> None:
    holders = [hold(folder), hold(folder)]
    server = postmaster(folder)
    for holder in holders:
        holder.kill()
        holder.communicate()
    wait_until(lambda: not is_running(server))
    wait_until(lambda: processes_mentioning(str(folder)) == [])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_a_supervisor_that_is_stopped_takes_the_server_with_it(folder: Path, number: signal.Signals) -> None:
    holder = hold(folder)
    server = postmaster(folder)
    (supervisor,) = [pid for pid in processes_mentioning(f"supervisor {folder}") if pid != os.getpid()]
    os.kill(supervisor, number)
    if sys.platform == "linux" or number is not signal.SIGKILL:
        wait_until(lambda: not is_running(server))
    holder.kill()
    holder.communicate()
    # Whatever is left, the next one takes over
    held = share(folder, for_tests=True)
    held.release()
    nothing_is_left(folder)


def test_a_stale_pid_file_that_names_another_program_is_no_obstacle(folder: Path) -> None:
    share(folder, for_tests=True).release()
    (folder / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n/elsewhere\n")
    share(folder, for_tests=True).release()


def test_a_path_too_long_for_a_socket_gets_a_short_one(folder: Path) -> None:
    deep = folder / ("x" * LONGEST_SOCKET_PATH)
    deep.mkdir(mode=0o711)
    held = share(deep, for_tests=True)
    assert "host=/tmp/dunwell-" in held.url
    socket = Path(held.url.split("host=")[1])
    held.release()
    assert not socket.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has folders that its own server may not enter")
def test_a_closed_home_of_root_stays_closed(folder: Path) -> None:
    home = folder / "home"
    home.mkdir(mode=0o700)
    held = share(home / "data", for_tests=True)
    held.release()
    share(home / "data", for_tests=True).release()
    assert home.stat().st_mode & 0o777 == 0o700
    cluster = (home / "data" / "postgres").resolve()
    assert cluster.is_relative_to("/var/lib/dunwell")
    subprocess.run(["rm", "-r", str(cluster)], check=True)


def test_four_at_once_agree_on_one_server(folder: Path) -> None:
    started = time.monotonic()
    waiting = [
        subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    for process in waiting:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    assert len(processes_mentioning(f"supervisor {folder}")) == 1
    for process in waiting:
        let_go(process)
    nothing_is_left(folder)
    assert time.monotonic() - started < 60
