"""A pile of letters as one file: a list of who gets what in front, then each letter as it is kept."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass

from dunwell.messaging.documents import sheet
from dunwell.messaging.documents.facts import Addressee, Letterhead
from dunwell.messaging.documents.press import Press
from dunwell.messaging.documents.words import ENGLISH


@dataclass(frozen=True, slots=True)
class Sheaf:
    """One letter in the pile: for whom, what it is about, the sum as it is written, and its file."""

    customer: str
    number: str
    subject: str
    amount: str
    pdf: bytes


@dataclass(frozen=True, slots=True)
class Pile:
    """The file, how many pages it has, and how many of them each letter has."""

    pdf: bytes
    pages: int
    pages_of: tuple[int, ...]


def page_count(pdf: bytes) -> int:
    import pypdf  # here: it takes a fifth of a second, and few installations print

    return len(pypdf.PdfReader(io.BytesIO(pdf)).pages)


def pile_up(press: Press, letterhead: Letterhead, letters: Sequence[Sheaf], *, title: str, day: dt.date) -> Pile:
    """The list and the letters, in their order."""
    import pypdf

    pages_of = tuple(page_count(letter.pdf) for letter in letters)
    values = sheet.values(letterhead, Addressee(()), ENGLISH, title=title, day=day, facts=[])
    values |= {
        "opening": "Put these letters in their envelopes, in this order. Mark the batch as posted when they are gone.",
        "head": ["", "Customer", "About", "Amount", "Pages"],
        "rows": [
            [
                str(position),
                " ".join(part for part in (letter.customer, letter.number and f"({letter.number})") if part),
                letter.subject,
                letter.amount,
                str(pages),
            ]
            for position, (letter, pages) in enumerate(zip(letters, pages_of, strict=True), start=1)
        ],
        "sums": [
            (
                f"{len(letters)} letter{'' if len(letters) == 1 else 's'}",
                f"{sum(pages_of)} page{'' if sum(pages_of) == 1 else 's'}",
            )
        ],
    }
    cover = press.print("cover", values, day=day)
    writer = pypdf.PdfWriter()
    for pdf in (cover, *(letter.pdf for letter in letters)):
        writer.append(io.BytesIO(pdf), import_outline=False)
    out = io.BytesIO()
    writer.write(out)
    return Pile(out.getvalue(), len(writer.pages), pages_of)
