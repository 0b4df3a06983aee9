"""The set-based statements of a pass. SQL only compares dates and amounts: what is due when is decided in `rules`."""

from __future__ import annotations

import functools
from pathlib import Path

FOLDER = Path(__file__).parent


@functools.cache
def statement(name: str) -> str:
    """The text of `<name>.sql`; parameters are written `%(name)s`."""
    return (FOLDER / f"{name}.sql").read_text()
