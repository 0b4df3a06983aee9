"""Looking at real processes, on Linux by /proc and elsewhere by ps."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path


def running() -> dict[int, str]:
    """Command lines of all processes. The dead that nobody has waited for do not count."""
    if not Path("/proc/self/stat").exists():
        lines = subprocess.run(
            ["/bin/ps", "-axo", "pid=,stat=,command="], capture_output=True, text=True, check=True
        ).stdout.splitlines()
        rows = [line.split(None, 2) for line in lines]
        return {int(row[0]): row[2] for row in rows if len(row) == 3 and not row[1].startswith("Z")}
    found: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
            except OSError:
                continue
            if command:  # empty for zombies and kernel threads
                found[int(entry.name)] = command
    return found


def is_running(pid: int) -> bool:
    return pid in running()


def processes_mentioning(text: str) -> list[int]:
    return [pid for pid, command in running().items() if text in command]


def wait_until(condition: Callable[[], bool], *, seconds: float = 30) -> None:
    """Look again and again; fail when it does not come true."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"did not come true within {seconds} seconds"
        time.sleep(0.05)
