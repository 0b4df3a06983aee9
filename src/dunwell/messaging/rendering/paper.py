"""A letter's text: where it names the table or the way to pay, the document draws them."""

from __future__ import annotations

import functools

from dunwell.messaging.rendering.scope import Scope

# Paragraphs that stand for what the document draws, as a person may write them, too
TABLE = "[Invoice Table]"
PAY = "[Pay Instructions]"


class PaperScope(Scope):
    """One rendering of a letter's text. That there is a way to pay is asked here: nothing is printed with a hole."""

    @functools.cached_property
    def table_text(self) -> str:
        return f"\n\n{TABLE}\n\n"

    @functools.cached_property
    def pay_text(self) -> str:
        from dunwell.messaging.rendering.payment import text_instructions

        text_instructions(self)
        return f"\n\n{PAY}\n\n"


def paragraphs(text: str) -> tuple[str, ...]:
    """A text's paragraphs: what blank lines part."""
    return tuple(part for raw in text.split("\n\n") if (part := raw.strip()))
