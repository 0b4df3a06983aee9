"""The statements that find what happened since the last look. Each inserts a fact once, by its key."""

from __future__ import annotations

import functools
from pathlib import Path

FOLDER = Path(__file__).parent


@functools.cache
def statement(name: str) -> str:
    """The text of `<name>.sql`; parameters are written `%(name)s`."""
    return (FOLDER / f"{name}.sql").read_text()
