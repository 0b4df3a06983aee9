"""Starting other `dunwell` processes, and leaving none of them behind.

Each child holds one end of a pipe of which we hold the other. When we are gone, of whatever cause, the
kernel closes ours, the child reads the end of the file and stops itself: `kill -9` leaves nothing either.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Self

LIFELINE = "DUNWELL_LIFELINE"  # number of the file descriptor on which a child waits for our end
GRACE_SECONDS = 15
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequested(BaseException):
    """Ctrl-C, SIGTERM, or the terminal was closed. Like KeyboardInterrupt no error: `except Exception` lets it pass."""


class ChildEndedError(Exception):
    """A child ended by itself; the text says which one and where its log is."""


@contextlib.contextmanager
def stop_on_signals() -> Iterator[None]:
    """Turn the signals that end a program into StopRequested; on leaving they are ignored, so that cleaning up ends.

    Two ends come without a signal to us, and are turned into one: of the terminal, when somebody else leads its
    session (`ssh -t host make demo`), and of the `make` that waits for us.
    """

    def stop(_number: int, _frame: FrameType | None) -> None:
        for number in _ENDING:
            signal.signal(number, signal.SIG_IGN)
        raise StopRequested

    for number in _ENDING:
        signal.signal(number, stop)
    threading.Thread(target=_notice_silent_ends, name="silent ends", daemon=True).start()
    try:
        yield
    finally:
        for number in _ENDING:
            signal.signal(number, signal.SIG_IGN)


@dataclass
class Children:
    """The processes that we started. Use as a context: leaving it stops them all."""

    logs: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _pipe: tuple[int, int] = field(default_factory=os.pipe)

    def __enter__(self) -> Self:
        self.logs.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        for end in self._pipe:
            os.close(end)

    def start(self, name: str, *arguments: str, **environment: str) -> None:
        """Run `dunwell ARGUMENTS` in a session of its own: what is typed in the terminal reaches only us."""
        with (self.logs / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", "dunwell", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **environment, LIFELINE: str(self._pipe[0])},
                pass_fds=[self._pipe[0]],
                start_new_session=True,
            )

    def check(self) -> None:
        """Raise ChildEndedError when one has ended."""
        for name, process in self.processes.items():
            if process.poll() is not None:
                log = self.logs / f"{name}.log"
                last = "\n".join(log.read_text(errors="replace").splitlines()[-3:])
                raise ChildEndedError(f"The {name} process ended ({process.returncode}). {log} says:\n{last}")

    def wait_for_port(self, port: int, *, seconds: float = 60) -> None:
        """Until somebody answers there."""
        deadline = time.monotonic() + seconds
        while not _answers(port):
            self.check()
            if time.monotonic() > deadline:
                raise ChildEndedError(f"Nothing answered on port {port} within {seconds:.0f} seconds; see {self.logs}.")
            time.sleep(0.05)

    def wait(self) -> None:
        """As long as all of them run."""
        while True:
            self.check()
            time.sleep(0.5)

    def stop(self) -> None:
        """Ask all to end, wait, and kill those that do not."""
        running = [process for process in self.processes.values() if process.poll() is None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        for process in running:
            try:
                process.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes.clear()


def end_with_parent() -> None:
    """In a child: stop when the process that started us is gone. Without a lifeline nothing happens."""
    lifeline = os.environ.pop(LIFELINE, "")
    if not lifeline:
        return

    def watch() -> None:
        while os.read(int(lifeline), 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(GRACE_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()


def _notice_silent_ends() -> None:
    """Send ourselves SIGHUP when the terminal hangs up, or when the make that started us is gone."""
    hang_up = select.poll()
    for stream in (0, 1, 2):
        if os.isatty(stream):
            hang_up.register(stream, 0)  # a hang-up is reported unasked
    make = os.getppid() if "MAKELEVEL" in os.environ else 0
    while not hang_up.poll(200) and (not make or os.getppid() == make):
        pass
    os.kill(os.getpid(), signal.SIGHUP)


def free_port(wanted: int) -> int:
    """The wanted port of this machine, else the next one that nobody listens on."""
    for port in range(wanted, wanted + 200):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            # As servers do: the remains of a connection that just ended are no reason to move on
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise ChildEndedError(f"All ports from {wanted} to {wanted + 199} are in use.")


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
