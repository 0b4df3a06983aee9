"""Doing things at the same moment, each on a database connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import connections


def at_the_same_time(*work: Callable[[], Any]) -> list[Any]:
    """Run each in a thread with a database connection of its own; what they returned, in order."""
    results: list[Any] = [None] * len(work)
    errors: list[BaseException] = []
    start = threading.Barrier(len(work))

    def call(number: int, do: Callable[[], Any]) -> None:
        try:
            start.wait()
            results[number] = do()
        except BaseException as error:  # noqa: BLE001 - raised again below
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=call, args=(number, do)) for number, do in enumerate(work)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results
