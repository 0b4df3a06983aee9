"""What a letter is printed on, and where its address must stand to show through the window of its envelope.

All lengths are millimetres from the upper left corner of the sheet.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Paper(enum.Enum):
    A4 = "a4"
    US_LETTER = "us_letter"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the sheet."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height


@dataclass(frozen=True, slots=True)
class Sheet:
    """A paper with the places that an envelope decides.

    `address` is what shows through the window however the sheet lies in its envelope. `sender` is the line above it
    that names who wrote, inside the window too; None where the envelope has a window or a print of its own for that.
    `body_top` is where the text of the first page may begin; `folds` are the heights of the fold marks.
    """

    width: float
    height: float
    left: float
    right: float
    address: Box
    sender: Box | None
    body_top: float
    folds: tuple[float, ...]


_INCH = 25.4

SHEETS = {
    # DIN 5008:2020 form B: the address field is 85 x 45 mm at 20/45 mm, its text is set in by 5 mm; 17.7 mm of it are
    # for the sender's line and remarks, 27.3 mm for six lines of address. Folds at 105 and 210 mm.
    Paper.A4: Sheet(
        width=210,
        height=297,
        left=25,
        right=20,
        address=Box(25, 62.7, 75, 27.3),
        sender=Box(25, 57.2, 75, 4.5),
        body_top=98.5,
        folds=(105, 210),
    ),
    # A No. 10 envelope (9 1/2 x 4 1/8 in) with the usual left window, 4 1/2 x 1 1/8 in, 7/8 in from the left and
    # 1/2 in from the bottom. The sheet, folded to 3 2/3 in, can slip by 0.46 in down and by 1 in to the side: what
    # shows always is 2.5 to 3.17 in from the top and 0.875 to 4.375 in from the left.
    Paper.US_LETTER: Sheet(
        width=8.5 * _INCH,
        height=11 * _INCH,
        left=_INCH,
        right=_INCH,
        address=Box(_INCH, 2.5 * _INCH, 3.375 * _INCH, 0.66 * _INCH),
        sender=None,
        body_top=3.75 * _INCH,
        folds=(11 / 3 * _INCH, 22 / 3 * _INCH),
    ),
}

# Where offices print on US Letter (CLDR 46, territories of the paper size "US-Letter")
_US_LETTER = frozenset(["BZ", "CA", "CL", "CO", "CR", "GT", "MX", "NI", "PA", "PH", "PR", "SV", "US", "VE"])


def paper_for(country: str) -> Paper:
    """The paper of a country's offices; A4 where none is named.

    Source: Unicode CLDR, supplemental measurement data.
    """
    return Paper.US_LETTER if country.upper() in _US_LETTER else Paper.A4
