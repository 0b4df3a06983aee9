"""Pages carry no script and no style of their own: what the browser may run comes from built files only."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "src" / "dunwell").rglob("templates/**/*.html"))

INLINE = {
    "a script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=[\"']application/json)", re.IGNORECASE),
    "a style": re.compile(r"<style\b|\sstyle\s*=", re.IGNORECASE),
    "an event handler": re.compile(
        r"\son(?:click|change|submit|load|input|focus|blur|key\w+|mouse\w+)\s*=", re.IGNORECASE
    ),
    "something from elsewhere": re.compile(r"(?:src|href)\s*=\s*[\"'](?:https?:)?//", re.IGNORECASE),
}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_template_has_nothing_inline(path: Path) -> None:
    text = re.sub(r"{#.*?#}|{% comment.*?endcomment %}", "", path.read_text(), flags=re.DOTALL)
    found = {what: match.group() for what, pattern in INLINE.items() if (match := pattern.search(text))}
    assert not found
