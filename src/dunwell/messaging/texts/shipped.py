"""What a shipped text is."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from dunwell.rules.channels import Channel

TABLE = "{{ invoice_table }}"
PAY = "{{ pay_instructions }}"
_BLOCKS = (TABLE, PAY)

# What each text is for: its name in the library and its tone, the same in every language
KINDS = {
    "before-due": ("Heads-up before the due date", "friendly"),
    "due-today": ("Due today", "friendly"),
    "reminder": ("Friendly reminder", "friendly"),
    "firm-reminder": ("Firm reminder", "firm"),
    "final-reminder": ("Final reminder", "final"),
    "call-friendly": ("Friendly call", "friendly"),
    "call-neutral": ("Call", "neutral"),
    "call-firm": ("Firm call", "firm"),
    "call-final": ("Last call", "final"),
}

_FRENCH_MARK = re.compile(r" (?=[:;?!])")


@dataclass(frozen=True, slots=True)
class ShippedText:
    """One text in one language. HTML and plain text are made from the same paragraphs; an SMS, a letter and a call
    script are plain text alone.
    """

    key: str
    language: str
    subject: str
    paragraphs: tuple[str, ...]
    channel: str = "email"

    @property
    def name(self) -> str:
        return KINDS[self.key][0]

    @property
    def tone(self) -> str:
        return KINDS[self.key][1]

    @property
    def html(self) -> str:
        if self.channel != Channel.EMAIL:
            return ""
        return "\n".join(
            paragraph if paragraph in _BLOCKS else f"<p>{paragraph.replace(chr(10), '<br>' + chr(10))}</p>"
            for paragraph in self.paragraphs
        )

    @property
    def text(self) -> str:
        if self.channel == Channel.SMS:
            return "\n".join(self.paragraphs)
        return "\n\n".join(self.paragraphs) + "\n"

    def with_french_spaces(self) -> ShippedText:
        """The same with the space before : ; ? and ! made one at which no line breaks."""

        def unbroken(words: str) -> str:
            return _FRENCH_MARK.sub("\N{NO-BREAK SPACE}", words)

        return replace(
            self, subject=unbroken(self.subject), paragraphs=tuple(unbroken(words) for words in self.paragraphs)
        )
