"""Addresses as mail servers want them."""

from __future__ import annotations

import functools
import re

_LOCAL = re.compile(r"[^\s@<>()\[\]\\,;:\"\x00-\x1f\x7f]{1,64}")
_DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")


class InvalidAddressError(ValueError):
    """This cannot be an e-mail address."""


@functools.lru_cache(maxsize=4096)
def wire_address(address: str) -> tuple[str, bool]:
    """The address for the envelope (domain in ASCII), and whether it needs SMTPUTF8.

    Quoted local parts and address literals are refused: in a receivables book they are mistakes.
    """
    local, separator, domain = address.strip().rpartition("@")
    if not separator or not _LOCAL.fullmatch(local) or local.startswith(".") or local.endswith(".") or ".." in local:
        raise InvalidAddressError(f"“{address}” is not an e-mail address.")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError as error:
            raise InvalidAddressError(f"“{address}” is not an e-mail address.") from error
    if not _DOMAIN.fullmatch(domain) or ".." in domain:
        raise InvalidAddressError(f"“{address}” is not an e-mail address.")
    return f"{local}@{domain}", not local.isascii()
