"""Which lanes of a pass are connected to the server of a channel.

Many servers take only so many connections from one sender and refuse the next. That says nothing about the server: the
lane that was refused leaves the channel to those that are connected. Only when none is, the server is unavailable.
"""

from __future__ import annotations

import threading
from collections import defaultdict

# Longer than a server may take to refuse or to welcome the others
_MOST_SECONDS = 120.0


class Connected:
    """Shared by the lanes of a pass; names of lanes are any."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._connected: defaultdict[str, set[str]] = defaultdict(set)
        self._trying: defaultdict[str, set[str]] = defaultdict(set)
        self._without: set[str] = set()

    def trying(self, channel: str, lane: str) -> None:
        """A lane opens a connection: it has none until then."""
        with self._changed:
            self._connected[channel].discard(lane)
            self._trying[channel].add(lane)
            self._without.add(lane)

    def opened(self, channel: str, lane: str) -> None:
        with self._changed:
            self._trying[channel].discard(lane)
            self._connected[channel].add(lane)
            self._without.discard(lane)
            self._changed.notify_all()

    def closed(self, channel: str, lane: str) -> None:
        """A lane has no connection and does not open one."""
        with self._changed:
            self._trying[channel].discard(lane)
            self._connected[channel].discard(lane)
            self._changed.notify_all()

    def refused(self, channel: str, lane: str) -> bool:
        """A lane could not connect: whether others are connected, once those that try at the same time know."""
        self.closed(channel, lane)
        with self._changed:
            self._without.add(lane)
            self._changed.wait_for(lambda: self._connected[channel] or not self._trying[channel], timeout=_MOST_SECONDS)
            return bool(self._connected[channel])

    def gave_back(self, lane: str) -> None:
        """A lane has none of the messages any more that it could not send."""
        with self._changed:
            self._without.discard(lane)

    def somebody_tries(self) -> bool:
        """Whether a lane opens a connection, or was refused one and still has messages that others may send."""
        with self._changed:
            return bool(self._without)
