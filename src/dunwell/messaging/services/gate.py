"""Where the lanes of dispatch have their turns: those that come at the same moment are served by one statement.

A statement for one message costs mostly its own beginning and end, and a commit. Whoever finds the gate free serves all
who wait, himself among them; whoever comes meanwhile waits, and the first of them serves next. Alone, a lane is
served at once.
"""

from __future__ import annotations

import contextlib
import threading

import psycopg

from dunwell.messaging.services.turns import Connection, TakeTurns, Turn, Turned

_MOST_RINGS = 3


class _Waiting:
    """A lane that waits: woken with its answer, with an error, or with neither to serve."""

    __slots__ = ("answer", "error", "turn", "woken")

    def __init__(self, turn: Turn) -> None:
        self.turn = turn
        self.answer: Turned | None = None
        self.error: BaseException | None = None
        self.woken = threading.Event()


class Gate:
    """One database connection for the turns of all lanes of a pass."""

    def __init__(self, connection: Connection, take_turns: TakeTurns) -> None:
        self._connection = connection
        self._take_turns = take_turns
        self._lock = threading.Lock()
        self._queue: list[_Waiting] = []
        self._is_served = False

    def turn(self, turn: Turn) -> Turned:
        """One lane's turn. An error of the statement is raised to every lane that it was to serve."""
        mine = _Waiting(turn)
        with self._lock:
            self._queue.append(mine)
            waits, self._is_served = self._is_served, True
        if waits:
            mine.woken.wait()
        if mine.answer is None and mine.error is None:
            self._serve()
        if mine.error is not None:
            raise mine.error
        assert mine.answer is not None
        return mine.answer

    def close(self) -> None:
        self._connection.close()

    def _serve(self) -> None:
        with self._lock:
            served, self._queue = self._queue, []
        try:
            answers = self._taken([waiting.turn for waiting in served])
            for waiting, answer in zip(served, answers, strict=True):
                waiting.answer = answer
        except BaseException as error:  # noqa: BLE001 - raised in the thread of each lane
            for waiting in served:
                waiting.error = error
        finally:
            for waiting in served:
                waiting.woken.set()
            self._hand_over()

    def _taken(self, turns: list[Turn]) -> list[Turned]:
        """A person who calls back a notice may hold it and wait for its message: of a ring nothing has happened."""
        for _ in range(_MOST_RINGS):
            with contextlib.suppress(psycopg.errors.DeadlockDetected):
                return self._take_turns(self._connection, turns)
        return self._take_turns(self._connection, turns)

    def _hand_over(self) -> None:
        with self._lock:
            if self._queue:
                self._queue[0].woken.set()
            else:
                self._is_served = False
