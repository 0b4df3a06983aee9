"""What a tag's surroundings in HTML mean for it, and which HTML has no place in a mail."""

from __future__ import annotations

import enum
import re

from dunwell.messaging.rendering.refusal import TemplateRefusedError
from dunwell.rules.mergetags import Kind, MergeTag

_FORBIDDEN = re.compile(
    r"<\s*/?\s*(script|iframe|object|embed|form|input|button|link|base|meta|html|head|body|svg|math)\b", re.IGNORECASE
)
_HANDLER = re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE)
_SCRIPT_LINK = re.compile(r"(?:href|src|action)\s*=\s*[\"']?\s*(?:javascript|vbscript|data)\s*:", re.IGNORECASE)
_LINK_START = re.compile(r"(?:href|src)\s*=\s*[\"']\s*$", re.IGNORECASE)
_FRAME = {"html", "head", "body", "meta", "link", "base"}


class Place(enum.Enum):
    TEXT = "text"
    TAG = "tag"
    DOUBLE_QUOTED = "double"
    SINGLE_QUOTED = "single"
    COMMENT = "comment"
    STYLE = "style"


_ENDS = {Place.COMMENT: "-->", Place.STYLE: "</style", Place.DOUBLE_QUOTED: '"', Place.SINGLE_QUOTED: "'"}


class MarkupState:
    """Reads a body's HTML from beginning to end and knows where it stands."""

    def __init__(self) -> None:
        self.place = Place.TEXT
        self._tail = ""
        self._opens_style = False

    def read(self, text: str, line: int) -> None:
        """Go on by a piece of literal HTML."""
        # With what came before, so that a word cut in two by a condition is seen
        seen = self._tail + text
        for pattern in (_FORBIDDEN, _HANDLER, _SCRIPT_LINK):
            if found := pattern.search(seen):
                at = max(found.start() - len(self._tail), 0)
                raise TemplateRefusedError(_forbidden(found), line=line + text.count("\n", 0, at))
        position = 0
        while position < len(text):
            position = self._next(text, position)
        self._tail = (self._tail + text)[-40:]

    def _next(self, text: str, position: int) -> int:
        end = _ENDS.get(self.place)
        if end is not None:
            found = text.lower().find(end, position)
            if found < 0:
                return len(text)
            quoted = self.place in {Place.DOUBLE_QUOTED, Place.SINGLE_QUOTED}
            self._opens_style = self._opens_style and quoted
            self.place = Place.TAG if quoted or self.place is Place.STYLE else Place.TEXT
            return found + len(end)
        if self.place is Place.TEXT:
            found = text.find("<", position)
            if found < 0:
                return len(text)
            if text.startswith("<!--", found):
                self.place = Place.COMMENT
                return found + 4
            if re.match(r"</?[A-Za-z]", text[found : found + 3]):
                self.place = Place.TAG
                self._opens_style = text[found : found + 6].lower() == "<style"
            return found + 1
        for at in range(position, len(text)):
            if text[at] in "\"'>":
                self.place = {
                    '"': Place.DOUBLE_QUOTED,
                    "'": Place.SINGLE_QUOTED,
                    ">": Place.STYLE if self._opens_style else Place.TEXT,
                }[text[at]]
                return at + 1
        return len(text)

    @property
    def is_prose(self) -> bool:
        """Whether brackets here are the writer's, not a style sheet's or a comment's."""
        return self.place not in {Place.COMMENT, Place.STYLE, Place.TAG}

    def admit(self, tag: MergeTag, line: int) -> None:
        """Refuse a tag where its value could become markup."""
        if self.place is Place.TAG:
            raise TemplateRefusedError(f'Put the attribute\'s value in quotes: "{{{{ {tag.path} }}}}".', line=line)
        if self.place in {Place.STYLE, Place.COMMENT}:
            raise TemplateRefusedError("Merge tags have no place in style sheets and comments.", line=line)
        if self.place is not Place.TEXT:
            if tag.kind is Kind.BLOCK:
                raise TemplateRefusedError(f"`{tag.path}` cannot stand inside an attribute.", line=line)
            if tag.kind is not Kind.LINK and _LINK_START.search(self._tail):
                raise TemplateRefusedError(f"`{tag.path}` is no link: a link may begin with `pay_link`.", line=line)
        self._tail = (self._tail + "…")[-40:]


def _forbidden(found: re.Match[str]) -> str:
    if found.re is _FORBIDDEN:
        name = found.group(1).lower()
        if name in _FRAME:
            return f"Write only the content: the frame around it (<{name}>) comes by itself."
        return f"<{name}> has no place in a mail: mail programs remove it."
    return "Programs have no place in a mail: mail programs remove them."
