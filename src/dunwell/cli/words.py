"""How the command counts."""

from __future__ import annotations


def counted(number: int, one: str, many: str = "") -> str:
    """`3 rows`, `1 row`."""
    return f"{number} {one if number == 1 else many or one + 's'}"
