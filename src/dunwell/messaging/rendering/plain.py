"""The plain text of an HTML body: made from the template itself, so that a person can edit it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from dunwell.messaging.rendering.language import SYNTAX
from dunwell.messaging.rendering.refusal import TemplateRefusedError

_BLOCKS = {"p", "div", "h1", "h2", "h3", "h4", "ul", "ol", "table", "blockquote"}
_LINES = {"br", "tr", "li"}
_SILENT = {"style", "title"}
_MARK = re.compile("\ue000(\\d+)\ue001")
_BLANKS = re.compile(r"[ \t]+")
_MANY_LINES = re.compile(r"\n{3,}")


def derive_text(source: str) -> str:
    """A text template that says what the HTML template says, with the same tags and conditions."""
    pieces: list[str] = []
    marked = []
    try:
        tokens = list(SYNTAX.lexer.tokeniter(source, None))
    except Exception as error:
        raise TemplateRefusedError("This cannot be read as a text.") from error
    inside = ""
    for _, kind, value in tokens:
        if kind == "data" and not inside:
            marked.append(value)
            continue
        inside += value
        if kind in {"variable_end", "block_end", "comment_end", "raw_end"}:
            marked.append(f"\ue000{len(pieces)}\ue001")
            pieces.append(inside.strip(" \n"))
            inside = ""
    reader = _Reader()
    reader.feed("".join(marked))
    reader.close()
    return _MARK.sub(lambda mark: pieces[int(mark.group(1))], reader.text())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._out: list[str] = []
        self._silent = 0
        self._link = ""
        self._link_from = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag in _BLOCKS:
            self._out.append("\n\n")
        elif tag in _LINES:
            self._out.append("\n- " if tag == "li" else "\n")
        elif tag in {"td", "th"}:
            self._out.append("  ")
        elif tag == "a":
            self._link = dict(attrs).get("href") or ""
            self._link_from = len(self._out)

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(self._silent - 1, 0)
        elif tag in _BLOCKS:
            self._out.append("\n\n")
        elif tag == "a" and self._link:
            shown = "".join(self._out[self._link_from :]).strip()
            address = self._link.removeprefix("mailto:")
            if address != shown:
                self._out.append(f": {address}" if shown else address)
            self._link = ""

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._out.append(_BLANKS.sub(" ", data.replace("\n", " ")))

    def text(self) -> str:
        lines = [line.strip(" ") for line in "".join(self._out).split("\n")]
        return _MANY_LINES.sub("\n\n", "\n".join(lines)).strip("\n") + "\n"
