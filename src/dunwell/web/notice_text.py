"""Changing a notice's words in both of its versions at once.

A paragraph that stands in the plain text and, as a `<p>`, in the HTML can be edited; tables and the box
with the bank details are left as they are. So the two versions cannot drift apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from markupsafe import escape

_BREAKS = ("<br>", "<br>\n", "<br/>", "<br />")


def _as_html(paragraph: str, line_break: str) -> str:
    return f"<p>{line_break.join(str(escape(line)) for line in paragraph.split(chr(10)))}</p>"


def _found_in(html: str, paragraph: str) -> str:
    """The paragraph as it stands in the HTML; empty where it does not."""
    candidates = (_as_html(paragraph, line_break) for line_break in _BREAKS)
    return next((candidate for candidate in candidates if candidate in html), "")


def _split(text: str) -> list[str]:
    normal = text.replace("\r\n", "\n")
    return [paragraph.strip("\n") for paragraph in re.split(r"\n[ \t]*\n", normal) if paragraph.strip()]


def paragraphs(body_text: str, body_html: str) -> list[str]:
    """The paragraphs that can be edited, in their order; without an HTML version the whole text is one."""
    if not body_html:
        return [body_text]
    return [paragraph for paragraph in _split(body_text) if _found_in(body_html, paragraph)]


def rewritten(body_text: str, body_html: str, new: Sequence[str]) -> tuple[str, str]:
    """Text and HTML with the editable paragraphs replaced by `new`, one for one.

    An empty one is left out; a blank line inside one makes it two.
    """
    if not body_html:
        return new[0].replace("\r\n", "\n"), ""
    words = iter(new)
    parts: list[str] = []
    done = 0
    for paragraph in _split(body_text):
        present = _found_in(body_html, paragraph)
        if not present:
            parts.append(paragraph)
            continue
        following = [part.strip() for part in _split(next(words))]
        parts += following
        start = body_html.index(present, done) if present in body_html[done:] else body_html.index(present)
        html = "\n".join(_as_html(part, "<br>") for part in following)
        body_html = body_html[:start] + html + body_html[start + len(present) :]
        done = start + len(html)
    return "\n\n".join(parts) + "\n", body_html
