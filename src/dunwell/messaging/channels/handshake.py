"""Whether a request failed before TLS was agreed on, so that certainly nothing of it was sent.

HTTP libraries raise one and the same SSLError for a certificate that is bad and for a record that breaks while the
answer is read. Only the first says that the request never left.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from traceback import walk_tb


def failed_in_handshake(error: BaseException) -> bool:
    """Whether the error, or one that it carries, is of a certificate or was raised inside the handshake."""
    return any(isinstance(each, ssl.SSLCertVerificationError) or _in_handshake(each) for each in _carried(error))


def _in_handshake(error: BaseException) -> bool:
    """Python's own TLS socket shakes hands in one method, whatever fails in it: an alert, a hang-up, the time."""
    return any(frame.f_code is ssl.SSLSocket.do_handshake.__code__ for frame, _ in walk_tb(error.__traceback__))


def _carried(error: BaseException) -> Iterator[BaseException]:
    """The error and those it was made from. `__context__` is left out: it may be of an earlier request."""
    found, seen = [error], set()
    while found:
        each = found.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        inner = (each.__cause__, getattr(each, "reason", None), *each.args)
        found.extend(one for one in inner if isinstance(one, BaseException))
