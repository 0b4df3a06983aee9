"""The process that owns the embedded server: `python -m dunwell.config.embedded.supervisor DATA_DIR`.

It ends, and the server with it, when the last process that shares the server is gone, however that
one died: shares are file locks, and the kernel releases those of the dead. Signals end it at once.
"""

from __future__ import annotations

import argparse
import fcntl
import signal
import sys
from pathlib import Path
from types import FrameType

from dunwell.config.embedded.binaries import EmbeddedDatabaseError, find_server
from dunwell.config.embedded.cluster import Cluster
from dunwell.config.embedded.locks import ANOTHER_ONE_OWNS_IT, SHARES_LOCK, SUPERVISOR_LOCK


class _Stop(Exception):  # noqa: N818 - a signal, not an error
    """A signal asked for the end."""


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise _Stop


def supervise(data_dir: Path, *, for_tests: bool) -> int:
    with (data_dir / SUPERVISOR_LOCK).open("w") as own, (data_dir / SHARES_LOCK).open("w") as shares:
        try:
            fcntl.flock(own, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return ANOTHER_ONE_OWNS_IT
        cluster = Cluster(data_dir, find_server(), for_tests=for_tests)
        ending = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        try:
            # From here on a signal leads to an orderly stop, wherever we are
            for number in ending:
                signal.signal(number, _stop)
            cluster.start()
            # A server that ends by itself must not leave a supervisor behind
            signal.signal(signal.SIGCHLD, lambda number, frame: _stop(number, frame) if _has_ended(cluster) else None)
            if not _has_ended(cluster):
                fcntl.flock(shares, fcntl.LOCK_EX)  # granted when nobody holds a share any more
        except _Stop:
            pass
        finally:
            for number in (*ending, signal.SIGCHLD):
                signal.signal(number, signal.SIG_DFL if number == signal.SIGCHLD else signal.SIG_IGN)
            if cluster.process is not None and not _has_ended(cluster):
                cluster.stop()
    return 0


def _has_ended(cluster: Cluster) -> bool:
    return cluster.process is not None and cluster.process.poll() is not None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--for-tests", action="store_true")
    arguments = parser.parse_args()
    try:
        return supervise(arguments.data_dir, for_tests=arguments.for_tests)
    except EmbeddedDatabaseError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
