"""Why a text is not accepted."""

from __future__ import annotations


class TemplateRefusedError(Exception):
    """The text cannot be used; says why, and where: `part` is subject, HTML or text, `line` counts from 1."""

    def __init__(self, reason: str, *, line: int = 0, part: str = "") -> None:
        place = ", ".join(piece for piece in (part, f"line {line}" if line else "") if piece)
        super().__init__(f"{place}: {reason}" if place else reason)
        self.reason = reason
        self.line = line
        self.part = part
