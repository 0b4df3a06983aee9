"""The SQL of the import, one file per subject, each statement under its name."""

from __future__ import annotations

import functools
import re
from pathlib import Path

_FOLDER = Path(__file__).parent / "sql"
_NAME = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)


@functools.cache
def statements(subject: str) -> dict[str, str]:
    """The statements of `sql/<subject>.sql` by name."""
    _, *parts = _NAME.split((_FOLDER / f"{subject}.sql").read_text(encoding="utf-8"))
    return {name: text.strip() for name, text in zip(parts[::2], parts[1::2], strict=True)}
