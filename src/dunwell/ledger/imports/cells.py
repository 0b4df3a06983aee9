"""From a cell to what the staging table holds: one parser per target, remembered by distinct text.

A parser returns the text COPY takes, None for a blank cell, and raises `BadCellError` otherwise.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Callable
from typing import Any

from babel import Locale

from dunwell.ledger.imports.mapping import Mapping
from dunwell.ledger.imports.table import as_text
from dunwell.rules.columns import dates, numbers
from dunwell.rules.columns.headers import AMOUNTS, DATES
from dunwell.rules.columns.targets import Target
from dunwell.rules.columns.words import days_of_terms, kind_of, plain, state_of, yes_or_no

Parser = Callable[[Any], str | None]

# Distinct texts kept per column: dates, names and currencies repeat, and memory stays flat
REMEMBERED = 50_000

_EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]+\.[^@\s,;<>\".]{2,}")
_SPLIT = re.compile(r"[;,\s]+")
_PLACEHOLDERS = frozenset({"", "-", "–", "—", "n/a", "na", "none", "null", "nil", "#n/a", "unknown", "?"})
_LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "nl")


class BadCellError(Exception):
    """The cell does not hold what its column should."""


class Remembered(dict[Any, str | None]):
    """A parser with its results by cell; looking one up costs no Python call."""

    def __init__(self, parse: Parser) -> None:
        super().__init__()
        self.parse = parse

    def __missing__(self, cell: Any) -> str | None:
        if len(self) >= REMEMBERED:
            self.clear()
        result = self[cell] = self.parse(cell)
        return result


class Direct:
    """A parser for cells that hardly repeat, with the same way to ask."""

    def __init__(self, parse: Parser) -> None:
        self.parse = parse

    def __getitem__(self, cell: Any) -> str | None:
        return self.parse(cell)


def parser_of(target: Target, mapping: Mapping) -> Remembered | Direct:
    """The parser for a target under a mapping whose formats are settled."""
    if target in DATES:
        return Remembered(_date_parser(mapping.dates or "D/M/Y"))
    if target in AMOUNTS:
        return Remembered(_amount_parser(mapping.numbers or "."))
    if target in _DIRECT:
        return Direct(_text_parser(_LONGEST[target], cut=target == "description"))
    special: dict[str, Parser] = {
        "currency": _currency,
        "customer_email": _email,
        "customer_country": _country,
        "customer_language": _language,
        "customer_terms": _terms,
        "terms": _terms,
        "customer_tags": _tags,
        "disputed": _disputed,
        "payment_url": _url,
        "status": _word_parser(mapping.status_words, state_of, "a status"),
        "kind": _word_parser(mapping.kind_words, kind_of, "a kind of document"),
    }
    return Remembered(special.get(target) or _text_parser(_LONGEST[target]))


_DIRECT = frozenset({"invoice_number", "description"})
_LONGEST = {
    "invoice_number": 100,
    "description": 500,
    "customer_number": 100,
    "customer_name": 300,
    "contact_name": 200,
    "customer_phone": 50,
    "customer_street": 200,
    "customer_street_2": 200,
    "customer_postal_code": 20,
    "customer_city": 100,
    "customer_region": 100,
}


def _text_parser(longest: int, *, cut: bool = False) -> Parser:
    def text(cell: Any) -> str | None:
        value = " ".join((cell if isinstance(cell, str) else as_text(cell)).split())
        if len(value) > longest:
            if not cut:
                raise BadCellError(f"is longer than {longest} characters")
            value = value[: longest - 1] + "…"
        return value or None

    return text


def _date_parser(order: dates.DateOrder) -> Parser:
    def date(cell: Any) -> str | None:
        if isinstance(cell, dt.datetime):
            return cell.date().isoformat()
        if isinstance(cell, dt.date):
            return cell.isoformat()
        text = as_text(cell).strip()
        if text.casefold() in _PLACEHOLDERS:
            return None
        found = dates.parse_date(text, order)
        if found is None:
            raise BadCellError(f"is no date in the form {order}")
        return found.isoformat()

    return date


def _amount_parser(mark: numbers.DecimalMark) -> Parser:
    def amount(cell: Any) -> str | None:
        if isinstance(cell, (int, float)) and not isinstance(cell, bool):
            # A workbook's number carries the noise of binary fractions: 55.940000000000005
            value = numbers.canonical(f"{cell:.4f}", ".")
        else:
            text = cell if isinstance(cell, str) else as_text(cell)
            if numbers.is_blank(text) or text.strip().casefold() in _PLACEHOLDERS:
                return None
            value = numbers.canonical(text, mark)
        if value is None:
            raise BadCellError(f"is no amount in the form {numbers.LABELS[mark]} with at most 4 decimals")
        return value

    return amount


def _currency(cell: Any) -> str | None:
    text = as_text(cell).strip()
    if text.casefold() in _PLACEHOLDERS:
        return None
    code = text.upper() if len(text) == 3 and text.isascii() and text.isalpha() else numbers.currency_of(text)
    if code is None or code not in known_currencies():
        raise BadCellError("is no currency; write its code, for example EUR")
    return code


@functools.cache
def known_currencies() -> frozenset[str]:
    return frozenset(Locale("en").currencies)


def _email(cell: Any) -> str | None:
    text = as_text(cell).strip()
    if text.casefold() in _PLACEHOLDERS:
        return None
    if "<" in text:
        text = text.partition("<")[2].partition(">")[0]
    address = _SPLIT.split(text.strip("<> "))[0]
    if not _EMAIL.fullmatch(address) or len(address) > 320:
        raise BadCellError("is no e-mail address")
    return address


def _url(cell: Any) -> str | None:
    text = as_text(cell).strip()
    if text.casefold() in _PLACEHOLDERS:
        return None
    if not text.startswith(("https://", "http://")) or len(text) > 500 or any(letter.isspace() for letter in text):
        raise BadCellError("is no address that starts with https:// or http://")
    return text


def _terms(cell: Any) -> str | None:
    text = as_text(cell).strip()
    if text.casefold() in _PLACEHOLDERS:
        return None
    days = days_of_terms(text)
    if days is None:
        raise BadCellError("is no number of days such as “Net 30”")
    return str(days)


def _tags(cell: Any) -> str | None:
    tags = list(dict.fromkeys(tag for part in re.split(r"[;,|]", as_text(cell)) if (tag := " ".join(part.split()))))
    if any(len(tag) > 50 for tag in tags):
        raise BadCellError("has a tag of more than 50 characters")
    quoted = ('"' + tag.replace("\\", "\\\\").replace('"', '\\"') + '"' for tag in tags)
    return "{" + ",".join(quoted) + "}" if tags else None


def _disputed(cell: Any) -> str | None:
    text = as_text(cell).strip()
    if text.casefold() in _PLACEHOLDERS:
        return "f"
    answer = yes_or_no(text)
    if answer is None:
        raise BadCellError("is neither yes nor no")
    return "t" if answer else "f"


def _word_parser(own: Any, known: Callable[[str], str | None], what: str) -> Parser:
    folded = {plain(word): meaning for word, meaning in own.items()}

    def word(cell: Any) -> str | None:
        text = as_text(cell).strip()
        if text.casefold() in _PLACEHOLDERS:
            return None
        meaning: str | None = folded.get(plain(text)) or known(text)
        if meaning is None:
            raise BadCellError(f"is not known as {what}; say in the mapping what it means")
        return meaning

    return word


@functools.cache
def _countries() -> dict[str, str]:
    names = {
        plain(name): code
        for language in _LANGUAGES
        for code, name in Locale(language).territories.items()
        if len(code) == 2 and code.isalpha()
    }
    return names | {
        "uk": "GB",
        "usa": "US",
        "uae": "AE",
        "holland": "NL",
        "england": "GB",
        "scotland": "GB",
        "wales": "GB",
    }


def _country(cell: Any) -> str | None:
    text = as_text(cell).strip()
    if text.casefold() in _PLACEHOLDERS:
        return None
    named = _countries().get(plain(text))
    if named is None and len(text) == 2 and text.upper() in Locale("en").territories:
        named = text.upper()
    if named is None:
        raise BadCellError("is no country; write its code, for example DE")
    return named


@functools.cache
def _languages() -> dict[str, str]:
    return {plain(name): code for own in _LANGUAGES for code, name in Locale(own).languages.items() if len(code) == 2}


def _language(cell: Any) -> str | None:
    text = as_text(cell).strip()
    if text.casefold() in _PLACEHOLDERS:
        return None
    language, _, region = text.replace("-", "_").partition("_")
    if language.lower() in Locale("en").languages and len(language) <= 3 and len(region) <= 4:
        return f"{language.lower()}_{region.upper()}" if region else language.lower()
    named = _languages().get(plain(text))
    if named is None:
        raise BadCellError("is no language; write its code, for example de")
    return named
