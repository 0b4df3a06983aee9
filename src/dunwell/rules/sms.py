"""What an SMS costs and what its answers mean: segments, plain characters, and the words that stop and start it.

Segments by 3GPP TS 23.038 (the GSM 7-bit alphabet) and TS 23.040 (joining several: six bytes of each go to the joint).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from textwrap import shorten

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each of these takes two places: an escape and the character
_EXTENDED = frozenset("\f^{}\\[~]|€")
_SINGLE_GSM, _JOINED_GSM = 160, 153
_SINGLE_UNICODE, _JOINED_UNICODE = 70, 67
LONGEST = 1600  # characters; Twilio refuses more (error 21617)

_PLAIN = str.maketrans({
    "\N{LEFT SINGLE QUOTATION MARK}": "'",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{SINGLE LOW-9 QUOTATION MARK}": "'",
    "\N{LEFT DOUBLE QUOTATION MARK}": '"',
    "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
    "\N{DOUBLE LOW-9 QUOTATION MARK}": '"',
    "\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}": '"',
    "\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}": '"',
    "\N{EN DASH}": "-",
    "\N{EM DASH}": "-",
    "\N{MINUS SIGN}": "-",
    "\N{NON-BREAKING HYPHEN}": "-",
    "\N{HORIZONTAL ELLIPSIS}": "...",
    "\N{NO-BREAK SPACE}": " ",
    "\N{NARROW NO-BREAK SPACE}": " ",
    "\N{THIN SPACE}": " ",
})  # fmt: skip


_LONGEST_GIST = 80


@dataclass(frozen=True)
class Length:
    """How long a text is as an SMS. `foreign` are the characters that force the short segments, in their order."""

    characters: int
    segments: int
    is_unicode: bool
    foreign: str = ""


def plain(text: str) -> str:
    """The text with plain quotes, dashes and spaces: a typographer's one would halve what a segment holds."""
    return text.translate(_PLAIN)


def gist(text: str) -> str:
    """The first words of an SMS, to list it by: it has no subject."""
    return shorten(text, _LONGEST_GIST, placeholder=" …")


def length_of(text: str) -> Length:
    """The number of segments that a provider sends and bills; an empty text has none.

    160 characters of the GSM alphabet fit one SMS, 153 each of several; with any other character it is 70 and 67. A
    character that takes two places is never torn apart by the end of a segment.
    """
    foreign = "".join(dict.fromkeys(char for char in text if char not in _BASIC and char not in _EXTENDED))
    if foreign:
        widths = [2 if ord(char) > 0xFFFF else 1 for char in text]
        segments = _segments(widths, _SINGLE_UNICODE, _JOINED_UNICODE)
    else:
        segments = _segments([2 if char in _EXTENDED else 1 for char in text], _SINGLE_GSM, _JOINED_GSM)
    return Length(len(text), segments, bool(foreign), foreign)


def _segments(widths: list[int], single: int, joined: int) -> int:
    if sum(widths) <= single:
        return 1 if widths else 0
    segments, used = 1, 0
    for width in widths:
        if used + width > joined:
            segments, used = segments + 1, 0
        used += width
    return segments


class Answer(StrEnum):
    STOP = "stop"
    START = "start"


# The words that providers know (Twilio's advanced opt-out), and what people write in the languages of the shipped texts
_STOPS = frozenset({
    *("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "optout", "revoke"),
    *("stopp", "abmelden", "abbestellen"),
    *("arret", "arreter", "desabonner", "desinscription"),
    *("parar", "baja", "cancelar", "alto"),
    *("ferma", "fermare", "annulla", "cancella", "disiscrivi"),
    *("sair", "remover"),
    *("stoppen", "afmelden", "uitschrijven"),
})  # fmt: skip
# Not "yes": whoever is asked by when he can pay may answer so
_STARTS = frozenset({"start", "unstop", "anmelden", "inizia", "comecar", "iniciar", "aanmelden"})


def answer_in(text: str) -> Answer | None:
    """Whether an answer stops or starts SMS: the word alone, in whatever case, accents and punctuation.

    In a sentence ("please do not stop the delivery") it means nothing by itself; a person reads that.
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    word = "".join(char for char in decomposed if char.isalnum() or char.isspace()).split()
    if (len(word) == 1 and word[0] in _STOPS) or word == ["opt", "out"]:
        return Answer.STOP
    return Answer.START if len(word) == 1 and word[0] in _STARTS else None
