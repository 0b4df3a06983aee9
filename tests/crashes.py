"""Ways to die: a database session killed at a chosen statement, and the leases of workers that never came back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection

LEASES_RUN_OUT = """
UPDATE messaging_message SET leased_until = statement_timestamp() - interval '1 second'
 WHERE leased_until IS NOT NULL AND NOT starts_with(leased_by, 'print batch')
"""

THROW_OUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE datname = current_database() AND usename = current_user AND pid <> ALL (%s)
"""


def leases_run_out() -> None:
    """As if hours had passed since a worker took its messages. A pile of printed letters is nobody's lease."""
    with connection.cursor() as cursor:
        cursor.execute(LEASES_RUN_OUT)


def other_connection() -> psycopg.Connection[tuple[Any, ...]]:
    """A session of its own, committing each statement."""
    parameters = connection.get_connection_params()
    for ours in ("cursor_factory", "context", "pool"):
        parameters.pop(ours, None)
    return psycopg.connect(**parameters, autocommit=True)


@contextmanager
def everybody_is_thrown_out(when: Callable[[], bool]) -> Iterator[None]:
    """Inside, the server ends all sessions but this one as soon as that is so: senders die between two statements."""
    spared = connection.connection.info.backend_pid
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.002):
            if when():
                with other_connection() as executioner:
                    executioner.execute(THROW_OUT, [[executioner.info.backend_pid, spared]])
                return

    executioner = threading.Thread(target=watch)
    executioner.start()
    try:
        yield
    finally:
        over.set()
        executioner.join()


@contextmanager
def crash_at_statement(number: int) -> Iterator[None]:
    """Inside, the server ends Django's session just before its statement of that number (from 1) is sent."""
    count = 0

    def die(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        nonlocal count
        count += 1
        if count == number:
            ours = connection.connection.info.backend_pid
            with other_connection() as executioner:
                executioner.execute("SELECT pg_terminate_backend(%s, 5000)", [ours])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(die):
        yield
