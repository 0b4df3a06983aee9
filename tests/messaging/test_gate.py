"""Lanes that come at the same moment are served by one statement; none waits for more, and none is forgotten."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import psycopg
import pytest

from dunwell.messaging.services.gate import Gate
from dunwell.messaging.services.turns import Connection, Next, Turn, Turned
from dunwell.messaging.services.work import Refusal

NOW = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
NO_CONNECTION = cast("Connection", None)


def turn_of(message_id: int) -> Turn:
    return Turn(None, Next(message_id, f"worker/{message_id}", NOW, dt.timedelta(minutes=5)))


class Statement:
    """Answers each turn with its own number, once it may; remembers which turns came together."""

    def __init__(self, fails_with: BaseException | None = None) -> None:
        self.together: list[list[int]] = []
        self.may_end = threading.Semaphore(0)
        self.fails_with = fails_with

    def __call__(self, connection: Connection, turns: Sequence[Turn]) -> list[Turned]:
        assert connection is NO_CONNECTION
        self.together.append([turn.coming.message_id for turn in turns])
        assert self.may_end.acquire(timeout=20)
        if self.fails_with is not None:
            raise self.fails_with
        return [Turned(False, refusal=Refusal(f"the answer to {turn.coming.message_id}")) for turn in turns]


def until(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def waiting_at(gate: Gate) -> int:
    return len(gate._queue)


def test_a_lane_alone_is_served_at_once() -> None:
    statement = Statement()
    statement.may_end.release(2)
    gate = Gate(NO_CONNECTION, statement)
    answers = [gate.turn(turn_of(number)).refusal for number in (1, 2)]
    assert answers == [Refusal("the answer to 1"), Refusal("the answer to 2")]
    assert statement.together == [[1], [2]]


def test_those_who_come_while_another_is_served_share_the_next_statement() -> None:
    statement = Statement()
    gate = Gate(NO_CONNECTION, statement)
    with ThreadPoolExecutor(8) as lanes:
        first = lanes.submit(gate.turn, turn_of(1))
        until(lambda: statement.together == [[1]])
        others = {number: lanes.submit(gate.turn, turn_of(number)) for number in (2, 3, 4)}
        until(lambda: waiting_at(gate) == 3)
        statement.may_end.release()
        until(lambda: len(statement.together) == 2)
        assert first.result(20).refusal == Refusal("the answer to 1"), "it does not wait for those behind it"
        late = lanes.submit(gate.turn, turn_of(5))
        until(lambda: waiting_at(gate) == 1)
        statement.may_end.release(2)
        answers = {number: answer.result(20).refusal for number, answer in {**others, 5: late}.items()}
    assert answers == {number: Refusal(f"the answer to {number}") for number in (2, 3, 4, 5)}
    assert [sorted(turns) for turns in statement.together] == [[1], [2, 3, 4], [5]]


def test_a_statement_that_fails_is_told_to_all_it_was_for_and_to_nobody_else() -> None:
    statement = Statement(fails_with=ConnectionError("the database is gone"))
    gate = Gate(NO_CONNECTION, statement)
    with ThreadPoolExecutor(8) as lanes:
        first = lanes.submit(gate.turn, turn_of(1))
        until(lambda: statement.together == [[1]])
        others = [lanes.submit(gate.turn, turn_of(number)) for number in (2, 3)]
        until(lambda: waiting_at(gate) == 2)
        statement.may_end.release(2)
        for lane in (first, *others):
            with pytest.raises(ConnectionError, match="the database is gone"):
                lane.result(20)
    statement.fails_with = None
    statement.may_end.release()
    assert gate.turn(turn_of(4)).refusal == Refusal("the answer to 4"), "the gate is free again"


def test_a_ring_with_somebody_who_calls_back_is_gone_through_again() -> None:
    rings = [psycopg.errors.DeadlockDetected("two waited for one another")] * 2

    def statement(connection: Connection, turns: Sequence[Turn]) -> list[Turned]:
        assert connection is NO_CONNECTION
        if rings:
            raise rings.pop()
        return [Turned(False) for _ in turns]

    assert Gate(NO_CONNECTION, statement).turn(turn_of(1)) == Turned(False)
    assert rings == []


@pytest.mark.parametrize("lanes", [2, 8])
def test_every_turn_of_many_lanes_gets_its_own_answer(lanes: int) -> None:
    statement = Statement()
    statement.may_end.release(1_000)
    gate = Gate(NO_CONNECTION, statement)

    def work(lane: int) -> list[Turned]:
        return [gate.turn(turn_of(lane * 100 + step)) for step in range(100)]

    with ThreadPoolExecutor(lanes) as threads:
        answers = list(threads.map(work, range(lanes)))
    expected = [[Refusal(f"the answer to {lane * 100 + step}") for step in range(100)] for lane in range(lanes)]
    assert [[answer.refusal for answer in lane] for lane in answers] == expected
    assert sorted(number for turns in statement.together for number in turns) == list(range(lanes * 100))
