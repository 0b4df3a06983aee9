"""Keeping what others entrust to us (a mail server's password) unreadable in the database and its backups."""

from __future__ import annotations

import base64
import functools
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


class SecretUnreadableError(Exception):
    """The stored value was encrypted under another SECRET_KEY; it has to be entered again."""


@functools.lru_cache(maxsize=4)
def _cipher(secret_key: str) -> Fernet:
    digest = hashlib.blake2b(secret_key.encode(), digest_size=32, person=b"dunwell-secrets").digest()
    return Fernet(base64.urlsafe_b64encode(digest))


def encrypt(plain: str) -> str:
    """Text that only this installation reads again; the empty string stays empty."""
    return _cipher(settings.SECRET_KEY).encrypt(plain.encode()).decode() if plain else ""


def decrypt(token: str) -> str:
    """What was given to `encrypt`."""
    if not token:
        return ""
    try:
        return _cipher(settings.SECRET_KEY).decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise SecretUnreadableError("This was stored under another secret key. Enter it again.") from error
