"""Twilio's signature of what it sends us.

HMAC-SHA1 with the account's token over the address it called and the form's fields, sorted by name and joined without a
delimiter (https://www.twilio.com/docs/usage/security). The vector in the tests is the one of Twilio's own page.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable


def sign(token: str, address: str, fields: Iterable[tuple[str, str]]) -> str:
    """The header X-Twilio-Signature for a POST of these fields; a field given twice with one value counts once."""
    signed = address + "".join(f"{name}{value}" for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def is_signed(token: str, address: str, fields: Iterable[tuple[str, str]], signature: str) -> bool:
    return hmac.compare_digest(sign(token, address, fields).encode(), signature.encode())
