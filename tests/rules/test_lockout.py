"""The wait between failed sign-ins."""

from __future__ import annotations

import datetime as dt

import pytest

from dunwell.rules.lockout import LONGEST_WAIT, in_words, wait_after


def test_mistakes_cost_nothing_and_guessing_ever_more() -> None:
    waits = [wait_after(failures) for failures in range(40)]
    assert waits[:5] == [dt.timedelta(0)] * 5
    assert waits[5:9] == [dt.timedelta(minutes=minutes) for minutes in (1, 2, 4, 8)]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "1 second"), (1, "1 second"), (42, "42 seconds"), (60, "1 minute"), (61, "2 minutes"), (3600, "60 minutes")],
)
def test_a_wait_is_told_in_whole_units(seconds: int, words: str) -> None:
    assert in_words(dt.timedelta(seconds=seconds)) == words
