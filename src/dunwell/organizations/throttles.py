"""Counting what is tried, for all web processes together: requests in a window, failed sign-ins in a row."""

from __future__ import annotations

import datetime as dt

from django.db import connection

from dunwell.organizations.models import Throttle
from dunwell.rules.lockout import FORGOTTEN_AFTER, wait_after

# One statement, so that two requests at once are two
_COUNT = """
INSERT INTO organizations_throttle AS kept (name, count, since) VALUES (%(name)s, 1, %(now)s)
    ON CONFLICT (name) DO UPDATE
   SET count = CASE WHEN kept.since <= %(expired)s THEN 1 ELSE kept.count + 1 END,
       since = CASE WHEN kept.since <= %(expired)s OR %(moves)s THEN %(now)s ELSE kept.since END
RETURNING count, since
"""


def too_many(*, name: str, most: int, window: dt.timedelta, now: dt.datetime) -> dt.timedelta | None:
    """Count one request; how long to wait when there were more than `most` within the window, else None."""
    count, since = _count(name, now, window, moves=False)
    return since + window - now if count > most else None


def sign_in_failed(*, email: str, now: dt.datetime) -> None:
    """Remember a failed try for this address, whether or not there is such an account."""
    _count(_sign_in(email), now, FORGOTTEN_AFTER, moves=True)


def sign_in_waits(*, email: str, now: dt.datetime) -> dt.timedelta | None:
    """How long this address has to wait before it is tried again; None when it may be tried now."""
    found = Throttle.objects.filter(name=_sign_in(email)).first()
    if found is None or found.since <= now - FORGOTTEN_AFTER:
        return None
    left = found.since + wait_after(found.count) - now
    return left if left > dt.timedelta(0) else None


def sign_in_succeeded(*, email: str) -> None:
    Throttle.objects.filter(name=_sign_in(email)).delete()


def forget(*, now: dt.datetime) -> None:
    """Counts that no limit asks for any more."""
    Throttle.objects.filter(since__lt=now - FORGOTTEN_AFTER).delete()


def _sign_in(email: str) -> str:
    return f"sign-in:{email.strip().lower()}"[:200]


def _count(name: str, now: dt.datetime, window: dt.timedelta, *, moves: bool) -> tuple[int, dt.datetime]:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"name": name, "now": now, "expired": now - window, "moves": moves})
        row = cursor.fetchone()
    assert row is not None
    return int(row[0]), row[1]
