"""Amounts and dates in the reader's locale, as Babel writes them.

Babel takes 30 µs for one amount, and a notice has dozens. What it would do for a currency in a
locale is read off once; locales with rarer habits are left to Babel itself.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, get_currency_precision

FALLBACK = "en_US"


@functools.lru_cache(maxsize=256)
def known_locale(name: str) -> str:
    """The locale as Babel knows it; its language alone, or English, when it knows no better."""
    for candidate in (name, name.replace("-", "_"), name.replace("-", "_").split("_")[0]):
        try:
            return str(Locale.parse(candidate))
        except (ValueError, UnknownLocaleError, TypeError):
            continue
    return FALLBACK


@functools.lru_cache(maxsize=1024)
def reading_locale(text_language: str, wanted: str, organization_locale: str) -> str:
    """How dates and amounts are written in a text of `text_language` for a reader who wants `wanted`.

    The reader's own country when the text is in their language (`de_AT`), else the organization's when it
    speaks the text's language (`en_GB`), else the language as it is mostly written. A German text never
    holds "November 22, 2026", whatever the organization's own locale is.
    """
    language = base_language(text_language)
    for candidate in (wanted, text_language, organization_locale):
        if "_" in candidate.replace("-", "_") and base_language(candidate) == language:
            return known_locale(candidate)
    return known_locale(language)


def base_language(locale: str) -> str:
    """`de` of `de_AT` or `de-AT`; empty for none."""
    return locale.replace("-", "_").split("_")[0].lower()


@functools.lru_cache(maxsize=1024)
def money(locale: str, currency: str) -> Callable[[Decimal], str]:
    """A function that writes amounts of one currency."""
    precision = get_currency_precision(currency)
    step = Decimal(1).scaleb(-precision)

    @functools.lru_cache(maxsize=4096)
    def by_babel(amount: Decimal) -> str:
        return format_currency(amount, currency, locale=locale)

    def probe(amount: str) -> tuple[str, str, str] | None:
        """Prefix, digits and suffix that Babel writes for `amount`."""
        written = format_currency(Decimal(amount), currency, locale=locale)
        places = [i for i, letter in enumerate(written) if letter in "0123456789"]
        if not places:
            return None
        return written[: places[0]], written[places[0] : places[-1] + 1], written[places[-1] + 1 :]

    sample = "1234567" + (f".{'0' * (precision - 1)}1" if precision else "")
    english = f"{Decimal(sample):,.{precision}f}"
    probed, short = probe(sample), probe("1")
    if probed is None or short is None or short[0] != probed[0] or short[2] != probed[2]:
        return by_babel
    prefix, digits, suffix = probed
    group = digits[1] if len(digits) > 1 and not digits[1].isdigit() else ""
    point = digits[-precision - 1] if precision else ""
    swap = str.maketrans({",": group, ".": point})
    thousands = probe("1234")
    if (
        english.translate(swap) != digits
        or thousands is None
        # Spanish and Polish leave out the mark in numbers of four digits
        or thousands[1] != f"{Decimal(1234):,.{precision}f}".translate(swap)
    ):
        return by_babel

    def by_pattern(amount: Decimal) -> str:
        if amount < 0:
            return by_babel(amount)
        rounded = amount.quantize(step, ROUND_HALF_EVEN)
        return f"{prefix}{format(rounded, ',f').translate(swap)}{suffix}"

    return by_pattern


@functools.lru_cache(maxsize=8192)
def date(value: dt.date, locale: str, style: str = "medium") -> str:
    """A date in one of Babel's styles: short, medium, long, full."""
    return format_date(value, style, locale=locale)


def joined(words: list[str], conjunction: str) -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(words) <= 1:
        return "".join(words)
    return f"{', '.join(words[:-1])} {conjunction} {words[-1]}"
