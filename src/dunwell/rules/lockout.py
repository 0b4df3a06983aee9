"""How long a sign-in has to wait after failed tries: nothing for a typing mistake, ever longer for guessing."""

from __future__ import annotations

import datetime as dt

FREE_TRIES = 5
FIRST_WAIT = dt.timedelta(minutes=1)
LONGEST_WAIT = dt.timedelta(hours=1)
# A failure so long ago says nothing about today
FORGOTTEN_AFTER = dt.timedelta(hours=24)


def wait_after(failures: int) -> dt.timedelta:
    """The wait after so many failures in a row: none for the first four, then a minute, doubled up to an hour."""
    if failures < FREE_TRIES:
        return dt.timedelta(0)
    doublings = min(failures - FREE_TRIES, 10)
    return min(FIRST_WAIT * int(2**doublings), LONGEST_WAIT)


def in_words(wait: dt.timedelta) -> str:
    """A wait as it is told: whole minutes, rounded up, seconds below one."""
    seconds = max(1, -(-int(wait.total_seconds() * 10) // 10))
    if seconds < 60:
        return f"{seconds} second{'' if seconds == 1 else 's'}"
    minutes = -(-seconds // 60)
    return f"{minutes} minute{'' if minutes == 1 else 's'}"
