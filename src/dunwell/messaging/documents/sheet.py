"""What every document needs besides its own facts: the sheet, who writes, to whom, and the words at the edges."""

from __future__ import annotations

import datetime as dt
from typing import Any

from dunwell.messaging.documents.facts import Addressee, Letterhead
from dunwell.messaging.documents.words import DocumentWords
from dunwell.messaging.rendering import formats
from dunwell.rules.colors import WHITE, contrast
from dunwell.rules.papers import SHEETS

# Above the text from the second page on
_TOP = 25
INK = "#1f3a5f"
# A word with more letters may be wider than its column
_LONGEST_WORD, _PIECE = 30, 10


def breakable(text: str) -> str:
    """A text whose endless words may go on in the next line."""
    return " ".join(
        "\N{ZERO WIDTH SPACE}".join(word[start : start + _PIECE] for start in range(0, len(word), _PIECE))
        if len(word) > _LONGEST_WORD
        else word
        for word in text.split(" ")
    )


def values(
    letterhead: Letterhead,
    addressee: Addressee,
    words: DocumentWords,
    *,
    title: str,
    day: dt.date,
    facts: list[tuple[str, str]],
    date_label: str = "",
) -> dict[str, Any]:
    """The values that `parts.typ` reads. `facts` stand to the right of the address: label and value."""
    sheet = SHEETS[letterhead.paper]
    written = formats.date(day, letterhead.locale, "long")
    box, sender = sheet.address, sheet.sender
    return {
        "title": title,
        "day": written,
        "language": formats.base_language(letterhead.language) or "en",
        "brand": _printable(letterhead.brand_color),
        "organization": {
            "name": letterhead.name,
            "address": list(letterhead.address),
            "email": letterhead.email,
        },
        "sender_line": " · ".join((letterhead.name, *letterhead.address)),
        "footer": " · ".join((letterhead.name, *letterhead.address)),
        "address": [breakable(line) for line in addressee.lines],
        "facts": [
            (date_label or words.date, written),
            *([(words.customer_number, addressee.number)] if addressee.number else []),
            *facts,
        ],
        "words": {"page_of": words.page_of, "scan_to_pay": words.scan_to_pay},
        "sheet": {
            "width": sheet.width,
            "height": sheet.height,
            "left": sheet.left,
            "right": sheet.right,
            "top": _TOP,
            "body_top": sheet.body_top,
            "facts_top": box.top,
            "folds": list(sheet.folds),
            "address": {"left": box.left, "top": box.top, "width": box.width, "height": box.height},
            "sender": sender
            and {"left": sender.left, "top": sender.top, "width": sender.width, "height": sender.height},
        },
    }


def _printable(color: str) -> str:
    """The organization's color where it can be read on paper, else ours."""
    return color if color and contrast(color, WHITE) >= 3 else INK
