"""The demo as a person meets it: started, found again, and stopped in every way, with nothing left running."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from dunwell.config.embedded import share
from tests.processes import processes_mentioning, wait_until

pytestmark = pytest.mark.processes

PORT = 18473


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A data folder with the demo in it, as the first start leaves it."""
    with tempfile.TemporaryDirectory(prefix="dunwell-demo-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


def environment(home: Path) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("DUNWELL_", "MAKE", "MFLAGS"))}
    return {**ours, "DUNWELL_DATA_DIR": str(home)}


def try_demo(home: Path) -> dict[str, object]:
    """`dunwell demo --no-serve --json`, and the object it prints last."""
    result = subprocess.run(
        [sys.executable, "-m", "dunwell", "demo", "--no-serve", "--json"],
        env=environment(home),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    wait_until(lambda: processes_mentioning(str(home)) == [], seconds=10)
    report: dict[str, object] = json.loads(result.stdout.splitlines()[-1])
    return report


def rows(home: Path) -> dict[str, int]:
    """How often each table has been written to and how many rows it has."""
    held = share(home)
    with psycopg.connect(held.url) as connection:
        tables = [
            row[0]
            for row in connection.execute(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            )
            if not row[0].startswith("procrastinate")
        ]
        counts = {}
        for table in tables:
            row = connection.execute(f'SELECT count(*), max(xmin::text::bigint) FROM "{table}"').fetchone()
            assert row is not None
            counts[f"{table} rows"], counts[f"{table} last written"] = row[0], row[1]
    held.release()
    return counts


def test_the_first_start_makes_it_and_the_second_changes_nothing(home: Path) -> None:
    first = try_demo(home)
    assert set(first) == {
        *("customers", "invoices", "open", "defaulters", "planned", "sent", "waiting", "final", "seconds")
    }
    assert first["customers"] == 240
    assert isinstance(first["sent"], int)
    assert first["sent"] > 0
    mails = list((home / "mails").glob("*.eml"))
    assert len(mails) == first["sent"]
    before = rows(home)
    second = try_demo(home)
    assert {**second, "seconds": None} == {**first, "seconds": None}
    assert rows(home) == before
    assert len(list((home / "mails").glob("*.eml"))) == len(mails)


def is_serving() -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/accounts/login/", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def in_a_terminal(home: Path, command: list[str]) -> tuple[int, int]:
    """Start a command in a terminal of its own; its process id, and our end of the terminal."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvpe(command[0], command, environment(home))
    return pid, terminal


def press_ctrl_c(_pid: int, terminal: int) -> None:
    os.write(terminal, b"\x03")


def close_terminal(_pid: int, terminal: int) -> None:
    os.close(terminal)


def send(number: signal.Signals) -> Callable[[int, int], None]:
    return lambda pid, _terminal: os.kill(pid, number)


def serves_in(terminal: int) -> bool:
    """Whether the pages answer. Reads what the terminal shows: unread it would fill up and hold the program up."""
    os.set_blocking(terminal, False)
    with contextlib.suppress(OSError):
        while os.read(terminal, 65536):
            pass
    return is_serving()


def command_of(launcher: str) -> list[str]:
    if launcher == "make" and Path(sys.executable).parent == Path.cwd() / ".venv" / "bin":
        return ["make", "demo", f"ARGS=--port {PORT}"]
    return [sys.executable, "-m", "dunwell", "demo", "--port", str(PORT)]


@pytest.mark.parametrize(
    ("launcher", "stop"),
    [
        pytest.param("make", press_ctrl_c, id="Ctrl-C"),
        pytest.param("make", close_terminal, id="the terminal is closed"),
        pytest.param("make", send(signal.SIGTERM), id="SIGTERM to make"),
        pytest.param("make", send(signal.SIGKILL), id="SIGKILL to make"),
        pytest.param("dunwell", send(signal.SIGHUP), id="SIGHUP"),
        pytest.param("dunwell", send(signal.SIGKILL), id="SIGKILL"),
    ],
)
def test_nothing_is_left_running(home: Path, launcher: str, stop: Callable[[int, int], None]) -> None:
    if not (home / "demo-password").exists():
        try_demo(home)
    pid, terminal = in_a_terminal(home, command_of(launcher))
    try:
        wait_until(lambda: serves_in(terminal), seconds=120)
        # PostgreSQL, its supervisor, the mail server
        assert len(processes_mentioning(str(home))) >= 3
        stop(pid, terminal)
        wait_until(lambda: processes_mentioning(str(home)) == [], seconds=60)
        wait_until(lambda: processes_mentioning(f"serve --port {PORT}") == [], seconds=10)
        assert not is_serving()
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        with contextlib.suppress(OSError):
            os.close(terminal)


def test_a_port_in_use_is_left_alone(home: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", PORT)):
        process = subprocess.Popen(
            [sys.executable, "-m", "dunwell", "demo", "--port", str(PORT)],
            env=environment(home),
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stderr is not None
        said: list[str] = []
        for line in process.stderr:
            said.append(line)
            if "Ctrl-C" in line:
                break
        assert any(f"Port {PORT} is in use" in line for line in said), said
        assert any(f"http://127.0.0.1:{PORT + 1}" in line for line in said), said
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        assert process.returncode == 0
    wait_until(lambda: processes_mentioning(str(home)) == [])
