"""Asking again where the answer was unclear, of a server that takes the same message only once.

Such a server remembers the key of each request. What left us in doubt is asked for at once, under the same key: if it
was taken, the answer of then is given again. Not later, from the queue: there the message may lapse, be edited or be
written anew, under another key that the server has never seen, and the reader would get both.
"""

from __future__ import annotations

from collections.abc import Callable

from dunwell.messaging.channels.port import Result, ServerUnavailableError, Transmission

# How often one message is asked for while no clear answer comes
TRIES = 3
_SETTLED = {Result.ACCEPTED, Result.PERMANENT}


def until_clear(ask: Callable[[], Transmission]) -> Transmission:
    """How the message ended, by one request or, as long as the answer leaves a doubt, by up to TRIES.

    Once in doubt, only a clear yes or no ends it: a server that is busy now, or away, says nothing about the request
    before. A doubt that stays is UNCERTAIN, for a person. Raises ServerUnavailableError from the first request alone.
    """
    told = ask()
    if told.result is not Result.UNCERTAIN:
        return told
    for _ in range(TRIES - 1):
        try:
            answer = ask()
        except ServerUnavailableError:
            break
        if answer.result in _SETTLED:
            return answer
    return told
