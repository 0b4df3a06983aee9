"""What dispatch and its lanes share: the terms of one pass, and its count."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import psycopg

from dunwell.messaging.channels.port import ChannelFactory
from dunwell.messaging.services.connected import Connected

Cursor: TypeAlias = psycopg.Cursor[tuple[Any, ...]]

# Seconds until a sender that is ahead of whoever queues looks again
_LOOK_AGAIN = 0.1


@dataclass(frozen=True, slots=True)
class Refusal:
    """The guard's no. The message is cancelled; with `retry_at` it waits until then instead."""

    reason: str
    retry_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a message's turn ended, in the states of `Message`.

    `queued` means: tried or put off, and waiting for `next_attempt_at`.
    """

    state: str
    at: dt.datetime
    detail: str
    next_attempt_at: dt.datetime | None = None


if TYPE_CHECKING:
    from dunwell.messaging.services.gate import Gate

Guard: TypeAlias = Callable[[Cursor, int], Refusal | None]
Record: TypeAlias = Callable[[Cursor, int, Outcome], None]


@dataclass(slots=True)
class DispatchReport:
    """What one pass did. `paused` names the channels whose server is unavailable, with the reason.

    `limited_until`: the hourly limit left no room, until then.
    """

    sent: int = 0
    delayed: int = 0
    failed: int = 0
    uncertain: int = 0
    cancelled: int = 0
    put_off: int = 0
    paused: dict[str, str] = field(default_factory=dict)
    limited_until: dt.datetime | None = None

    def count(self, outcome: Outcome) -> None:
        if outcome.state == "queued":
            self.delayed += 1
        else:
            setattr(self, outcome.state, getattr(self, outcome.state) + 1)

    def add(self, other: DispatchReport) -> None:
        for name in ("sent", "delayed", "failed", "uncertain", "cancelled", "put_off"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.paused |= other.paused


@dataclass(slots=True)
class Work:
    """The terms of one pass over one organization, shared by its lanes."""

    organization_id: int
    worker: str
    clock: Callable[[], dt.datetime]
    gate: Gate
    record: Record
    channels: Mapping[str, ChannelFactory]
    should_stop: Callable[[], bool]
    more: Callable[[], bool]
    connect: Callable[[], psycopg.Connection[tuple[Any, ...]]]
    lease: dt.timedelta
    batch: int
    remaining: int | None
    stopping: threading.Event = field(default_factory=threading.Event)
    paused: dict[str, str] = field(default_factory=dict)
    limited_until: dt.datetime | None = None
    connected: Connected = field(default_factory=Connected)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def stop_now(self) -> bool:
        return self.stopping.is_set() or self.should_stop()

    def wait_for_more(self) -> None:
        self.stopping.wait(_LOOK_AGAIN)

    def reserve(self) -> int:
        """How many messages a lane may claim now; what it does not send it gives back."""
        with self._lock:
            if self.remaining is None:
                return self.batch
            share = min(self.batch, self.remaining)
            self.remaining -= share
            return share

    def give_back(self, share: int) -> None:
        with self._lock:
            if self.remaining is not None:
                self.remaining += share
