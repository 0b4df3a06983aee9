"""Who is named beside what changes: every service that changes something says by whom, and for what."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pghistory
from pghistory.runtime import Context


@contextmanager
def recorded(**who: Any) -> Iterator[Context]:
    """Rows of history written inside name `user` and `action` (and whatever else is given).

    Inside another one the outer's words stand, and ours fill in what it left open: who merges two customers has merged
    them, although a contact was edited on the way; what a command sets up was set up by the command. Left to itself
    pghistory lets the innermost overwrite them. The context's `id` is what the history knows these changes by.
    """
    with pghistory.context() as context:
        context.metadata.update({name: value for name, value in who.items() if context.metadata.get(name) is None})
        yield context
