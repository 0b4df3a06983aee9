"""What history keeps of a table: rows as they came, as they were changed, and as they went."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pghistory


def kept(exclude: Sequence[str] = ()) -> Callable[[Any], Any]:
    """Track a model, deletions included: an entry made by mistake can be taken back, and the history names who did."""
    tracked: Callable[[Any], Any] = pghistory.track(
        pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=list(exclude) or None
    )
    return tracked
