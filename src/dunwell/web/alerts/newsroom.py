"""Hearing of news as it is committed: one LISTEN connection for all open pages of this process."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import structlog
from django.db import connection

log = structlog.get_logger(__name__)

CHANNEL = "dunwell_alerts"
RECONNECT_AFTER = 5.0  # seconds
_DJANGOS_OWN = ("cursor_factory", "context", "prepare_threshold")


class Newsroom:
    """Wakes the pages of an organization when something new is there for one of its members.

    It listens while a page is open. After a lost connection every page is woken, since something may have been missed.
    """

    def __init__(self) -> None:
        self._bells: dict[int, set[asyncio.Event]] = defaultdict(set)
        self._listening: asyncio.Task[None] | None = None

    @contextlib.asynccontextmanager
    async def bell(self, organization_id: int) -> AsyncIterator[asyncio.Event]:
        """An event that is set at each piece of news for the organization."""
        bell = asyncio.Event()
        self._bells[organization_id].add(bell)
        if self._listening is None or self._listening.done():
            self._listening = asyncio.create_task(self._listen())
        try:
            yield bell
        finally:
            self._bells[organization_id].discard(bell)
            if not self._bells[organization_id]:
                del self._bells[organization_id]
            if not self._bells and self._listening is not None:
                self._listening.cancel()
                self._listening = None

    async def _listen(self) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(**_server(), autocommit=True) as heard:
                    await heard.execute(f"LISTEN {CHANNEL}")
                    for bells in self._bells.values():
                        _ring(bells)
                    async for note in heard.notifies():
                        _ring(self._bells.get(int(note.payload), set()))
            except psycopg.OperationalError as error:
                log.warning("alerts are not heard", error=str(error))
                await asyncio.sleep(RECONNECT_AFTER)


def _server() -> dict[str, Any]:
    """How Django connects, without what concerns its own use of the connection."""
    parameters = connection.get_connection_params()
    return {name: value for name, value in parameters.items() if name not in _DJANGOS_OWN and name != "pool"}


def _ring(bells: set[asyncio.Event]) -> None:
    for bell in bells:
        bell.set()


NEWSROOM = Newsroom()
