"""When a message or a server is tried again."""

from __future__ import annotations

import datetime as dt

# After the first failed attempt, the second, …; when they are used up the message has failed.
# Greylisting servers want minutes, full mailboxes and broken servers hours.
DELAYS = (
    dt.timedelta(minutes=1),
    dt.timedelta(minutes=5),
    dt.timedelta(minutes=15),
    dt.timedelta(hours=1),
    dt.timedelta(hours=4),
    dt.timedelta(hours=8),
    dt.timedelta(hours=12),
)

# A server that does not answer or does not let us in: per failure in a row
PAUSES = (
    dt.timedelta(minutes=1),
    dt.timedelta(minutes=2),
    dt.timedelta(minutes=5),
    dt.timedelta(minutes=15),
    dt.timedelta(minutes=30),
)


def delay_after(attempts: int) -> dt.timedelta | None:
    """How long to wait after so many failed attempts; None when it is enough."""
    return DELAYS[attempts - 1] if attempts <= len(DELAYS) else None
