"""Colors that can be read, by the Web Content Accessibility Guidelines 2.2 (relative luminance, contrast ratio)."""

from __future__ import annotations

import re

# Text of normal size needs this contrast to what is behind it (WCAG 2.2, success criterion 1.4.3)
READABLE = 4.5
WHITE = "#ffffff"
INK = "#14171c"

_HEX = re.compile(r"#[0-9a-f]{6}")


def is_color(text: str) -> bool:
    """Whether it is written `#rrggbb`, in small letters."""
    return _HEX.fullmatch(text) is not None


def luminance(color: str) -> float:
    """Relative luminance of an sRGB color, 0 (black) to 1 (white)."""

    def linear(part: str) -> float:
        value = int(part, 16) / 255
        return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)

    red, green, blue = linear(color[1:3]), linear(color[3:5]), linear(color[5:7])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colors, 1 (the same) to 21 (black and white); the order does not matter."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def text_on(color: str) -> str:
    """White or ink, whichever can be read better on this color; one of the two always can."""
    return WHITE if contrast(color, WHITE) >= contrast(color, INK) else INK


def as_link(color: str, otherwise: str) -> str:
    """The color for a link on white, if it can be read there, else `otherwise`."""
    return color if contrast(color, WHITE) >= READABLE else otherwise
