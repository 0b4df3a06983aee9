"""How one knows that a call comes from Lob: its webhooks sign the moment and the body with their own secret."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac

# Older than this is a replay of a call somebody has written down
TOLERANCE = dt.timedelta(minutes=5)
# Milliseconds have 13 digits until the year 2286; with 14 they are still a date that Python knows
_LONGEST_STAMP = 14


def signature(secret: str, stamp: str, body: bytes) -> str:
    """Lob-Signature of a body sent at a stamp (Lob-Signature-Timestamp): HMAC-SHA256 of "stamp.body", in hex."""
    return hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def is_signed(secret: str, stamp: str, body: bytes, given: str, *, now: dt.datetime) -> bool:
    """Whether the signature is right and of these minutes. The stamp is milliseconds since 1970."""
    if not stamp.isascii() or not stamp.isdigit() or len(stamp) > _LONGEST_STAMP:
        return False
    age = abs(now - dt.datetime.fromtimestamp(int(stamp) / 1000, dt.UTC))
    return age <= TOLERANCE and hmac.compare_digest(
        signature(secret, stamp, body).encode(), given.encode(errors="replace")
    )
