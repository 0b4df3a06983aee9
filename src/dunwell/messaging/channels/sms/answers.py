"""What Twilio's answers and reports mean for a message.

Codes are those of Twilio's error dictionary. It may give a case a finer code at any time, so only those are told apart
that change what we do; any other refusal is the message's own, and a person reads Twilio's words.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from dunwell.messaging.channels.port import Result, Transmission

# The number is none, a fixed line, or not in service: it is not used again
_NO_SUCH_NUMBER = frozenset({21211, 21214, 21217, 21263, 21265, 21614, 21635, 30005, 30006})
# The reader has answered STOP, and Twilio keeps to it
_OPTED_OUT = frozenset({21610})
# Account, token, sender or balance: no message of this account would go
_ACCOUNT = frozenset({20003, 20005, 20404, 21212, 21603, 21606, 21608, 21659, 21660, 30002, 63007})
_BUSY = frozenset({20429, 14107, 30001})


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error of Twilio's: its code (0: it named none) and its words."""

    code: int
    words: str

    @property
    def detail(self) -> str:
        return f"Twilio {self.code}: {self.words}" if self.code else f"Twilio: {self.words}"


def refusal_in(status: int, body: bytes) -> Refusal:
    """What an answer that is not 2xx says: Twilio's JSON, or whatever stands there instead."""
    try:
        told = json.loads(body)
        return Refusal(int(told.get("code") or 0), str(told.get("message") or f"HTTP {status}"))
    except (ValueError, AttributeError, TypeError):
        words = body.decode(errors="replace").strip()[:200]
        return Refusal(0, f"HTTP {status}{f', {words}' if words else ''}")


def is_account(status: int, refusal: Refusal) -> bool:
    """Whether it says nothing about this message: nothing would go before a person has looked."""
    return status in (401, 403) or refusal.code in _ACCOUNT


def is_busy(status: int, refusal: Refusal) -> bool:
    return status == 429 or refusal.code in _BUSY


def names_no_number(code: int) -> bool:
    return code in _NO_SUCH_NUMBER


def says_stop(code: int) -> bool:
    return code in _OPTED_OUT


def judge(status: int, body: bytes) -> Transmission:
    """The transmission that got this answer.

    429 and 503 say that it was not taken (RFC 6585, 9110); any other 5xx is uncertain: Twilio may have failed after.
    """
    if 200 <= status < 300:
        return _taken(body)
    refusal = refusal_in(status, body)
    if is_busy(status, refusal) or status == 503:
        return Transmission(Result.TEMPORARY, refusal.detail, server_suspect=True)
    if status >= 500:
        return Transmission(
            Result.UNCERTAIN, f"{refusal.detail}. Twilio failed while it took the SMS; it may have gone."
        )
    return Transmission(
        Result.PERMANENT,
        refusal.detail,
        address_refused=names_no_number(refusal.code),
        opted_out=says_stop(refusal.code),
    )


def _taken(body: bytes) -> Transmission:
    try:
        told = json.loads(body)
        sid, status, segments = str(told["sid"]), str(told["status"]), str(told.get("num_segments") or "")
    except (ValueError, KeyError, TypeError):
        return Transmission(Result.UNCERTAIN, "Twilio answered with something that is no message. It may have gone.")
    counted = f", {segments} segment{'' if segments == '1' else 's'}" if segments.isdigit() and segments != "0" else ""
    return Transmission(Result.ACCEPTED, f"Twilio has it as {sid} ({status}{counted}).", provider_id=sid)
