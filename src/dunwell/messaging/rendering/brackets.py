"""Merge tags in brackets: `[Client Name]` in the midst of text."""

from __future__ import annotations

import re
from collections.abc import Iterator

# A letter first, so that [1] and [...] stay what they are
_BRACKETS = re.compile(r"\[\[([^\[\]\n]{1,80})\]\]|\[([A-Za-z][A-Za-z0-9 _/'’.-]{0,40})\]")


def split_brackets(text: str, line: int) -> Iterator[tuple[str, str, int]]:
    """The pieces of a text in order: ("text", piece, line) and ("tag", name, line)."""
    position = 0
    for found in _BRACKETS.finditer(text):
        start = found.start()
        if start > position:
            yield "text", text[position:start], line + text.count("\n", 0, position)
        literal, name = found.groups()
        at = line + text.count("\n", 0, start)
        yield ("text", f"[{literal}]", at) if name is None else ("tag", name, at)
        position = found.end()
    if position < len(text):
        yield "text", text[position:], line + text.count("\n", 0, position)
