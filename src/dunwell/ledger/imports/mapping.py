"""How a file is read: which column is what, formats, defaults. Written and shared as TOML."""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar, cast, get_args

from dunwell.ledger.imports.errors import ImportRefusedError
from dunwell.rules.columns.dates import ANSWERS as DATE_ANSWERS
from dunwell.rules.columns.dates import DateOrder
from dunwell.rules.columns.numbers import ANSWERS as NUMBER_ANSWERS
from dunwell.rules.columns.numbers import LABELS, DecimalMark
from dunwell.rules.columns.targets import Target
from dunwell.rules.columns.words import DocumentKind, State

SHIPPED = Path(__file__).parent / "mappings"

Scope = Literal["adds", "complete"]
NegativeTotal = Literal["credit_note", "refuse"]
DisputeStart = Literal["due_on", "as_of"]
Answer = TypeVar("Answer", bound=str)

_CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows belong to the book, by the words in one column."""

    column: str
    keep: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mapping:
    """Everything that has to be known to read one kind of file.

    `columns` names a header for each target, or a position as `#3`. Formats that are None are
    decided by the file's evidence. `disputed_from` says from which day a disputed invoice is held:
    its due date, or the day of the first file that says so.
    """

    name: str = ""
    description: str = ""
    columns: Dictionary[Target, str] = field(default_factory=dict)
    dates: DateOrder | None = None
    numbers: DecimalMark | None = None
    currency: str = ""
    terms_days: int | None = None
    scope: Scope = "adds"
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header_line: int = 0
    negative_total: NegativeTotal = "credit_note"
    disputed_from: DisputeStart = "as_of"
    filters: tuple[Filter, ...] = ()
    status_words: Dictionary[str, State] = field(default_factory=dict)
    kind_words: Dictionary[str, DocumentKind] = field(default_factory=dict)


def _refuse(name: str, problem: str) -> ImportRefusedError:
    return ImportRefusedError(f"The mapping “{name}” cannot be used: {problem}.")


class _Section:
    """One table of the TOML: hands out known keys by type and complains about the rest."""

    def __init__(self, mapping: str, section: str, values: Any) -> None:
        if not isinstance(values, dict):
            raise _refuse(mapping, f"“{section}” must be a table")
        self.mapping, self.section, self.values = mapping, section, dict(values)

    def take(self, key: str, kind: type, default: Any) -> Any:
        value = self.values.pop(key, default)
        if value is not default and (not isinstance(value, kind) or (kind is int and isinstance(value, bool))):
            raise _refuse(self.mapping, f"{self.section}.{key} must be a {_KIND_NAMES[kind]}")
        return value

    def choice(self, key: str, options: tuple[str, ...], default: str) -> Any:
        value = self.take(key, str, default)
        if value not in options:
            raise _refuse(self.mapping, f"{self.section}.{key} must be one of {', '.join(options)}")
        return value

    def done(self) -> None:
        if self.values:
            raise _refuse(self.mapping, f"{self.section} does not know “{next(iter(self.values))}”")


_KIND_NAMES: dict[type, str] = {str: "text", int: "whole number", dict: "table", list: "list"}


def from_toml(text: str, name: str = "") -> Mapping:
    """The mapping a TOML text describes; a mistake in it is named in one sentence."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _refuse(name or "given", f"it is not TOML ({error})") from error
    name = str(document.pop("name", name))
    description = str(document.pop("description", ""))
    sections = {
        key: _Section(name, key, document.pop(key, {}))
        for key in ("columns", "formats", "defaults", "file", "rules", "words")
    }
    filters = document.pop("filters", [])
    if document:
        raise _refuse(name, f"it does not know “{next(iter(document))}”")
    columns = _columns(name, sections.pop("columns").values)
    formats, defaults, file, rules, words = sections.values()
    mapping = Mapping(
        name=name,
        description=description,
        columns=columns,
        dates=_answer(name, "dates", formats.take("dates", str, ""), DATE_ANSWERS),
        numbers=_answer(name, "numbers", formats.take("numbers", str, ""), NUMBER_ANSWERS),
        currency=_currency(name, defaults.take("currency", str, "")),
        terms_days=_days(name, defaults.take("terms_days", int, None)),
        scope=file.choice("kind", get_args(Scope), "adds"),
        encoding=file.take("encoding", str, ""),
        delimiter=file.take("delimiter", str, ""),
        sheet=file.take("sheet", str, ""),
        header_line=file.take("header_line", int, 0),
        negative_total=rules.choice("negative_total", get_args(NegativeTotal), "credit_note"),
        disputed_from=rules.choice("disputed_from", get_args(DisputeStart), "as_of"),
        filters=_filters(name, filters),
        status_words=_words(name, words.take("status", dict, {}), get_args(State)),
        kind_words=_words(name, words.take("kind", dict, {}), get_args(DocumentKind)),
    )
    for section in (formats, defaults, file, rules, words):
        section.done()
    return mapping


def _columns(name: str, values: Dictionary[str, Any]) -> dict[Target, str]:
    known = get_args(Target)
    for target, header in values.items():
        if target not in known:
            raise _refuse(name, f"“{target}” is nothing a column can be; known are {', '.join(known)}")
        if not isinstance(header, str) or not header.strip():
            raise _refuse(name, f"columns.{target} must be the header of a column")
    return cast("dict[Target, str]", dict(values))


def _answer(name: str, key: str, text: str, answers: Dictionary[str, Answer]) -> Answer | None:
    if not text:
        return None
    answer = answers.get(text.strip().upper(), answers.get(text.strip()))
    if answer is None:
        raise _refuse(name, f"“{text}” is no form of {key}; use {' or '.join(dict.fromkeys(map(str, answers)))}")
    return answer


def _currency(name: str, text: str) -> str:
    if text and not _CURRENCY.fullmatch(text):
        raise _refuse(name, f"“{text}” is no currency; write three capital letters, for example EUR")
    return text


def _days(name: str, days: int | None) -> int | None:
    if days is not None and not 0 <= days <= 365:
        raise _refuse(name, "defaults.terms_days must lie between 0 and 365")
    return days


def _filters(name: str, values: Any) -> tuple[Filter, ...]:
    if not isinstance(values, list):
        raise _refuse(name, "“filters” must be a list of tables")
    made = []
    for value in values:
        section = _Section(name, "filters", value)
        made.append(
            Filter(
                section.take("column", str, ""),
                tuple(str(word) for word in section.take("keep", list, [])),
                tuple(str(word) for word in section.take("drop", list, [])),
            )
        )
        section.done()
        if not made[-1].column or bool(made[-1].keep) == bool(made[-1].drop):
            raise _refuse(name, "a filter needs a column and either words to keep or words to drop")
    return tuple(made)


def _words(name: str, values: Dictionary[str, Any], known: tuple[str, ...]) -> dict[str, Any]:
    for word, meaning in values.items():
        if meaning not in known:
            raise _refuse(name, f"“{word}” must mean one of {', '.join(known)}")
    return dict(values)


def to_toml(mapping: Mapping) -> str:
    """The mapping as TOML that `from_toml` reads back to the same."""
    lines = [
        f"{key} = {_quoted(value)}"
        for key, value in (("name", mapping.name), ("description", mapping.description))
        if value
    ]
    lines += _table("columns", {str(target): header for target, header in mapping.columns.items()})
    lines += _table(
        "formats",
        {"dates": mapping.dates or "", "numbers": LABELS[mapping.numbers] if mapping.numbers else ""},
    )
    lines += _table("defaults", {"currency": mapping.currency, "terms_days": mapping.terms_days})
    lines += _table(
        "file",
        {
            "kind": mapping.scope,
            "encoding": mapping.encoding,
            "delimiter": mapping.delimiter,
            "sheet": mapping.sheet,
            "header_line": mapping.header_line or None,
        },
    )
    lines += _table("rules", {"negative_total": mapping.negative_total, "disputed_from": mapping.disputed_from})
    lines += _table("words.status", dict(mapping.status_words))
    lines += _table("words.kind", dict(mapping.kind_words))
    for one in mapping.filters:
        lines += ["", "[[filters]]", f"column = {_quoted(one.column)}"]
        lines += [
            f"{key} = [{', '.join(map(_quoted, words))}]"
            for key, words in (("keep", one.keep), ("drop", one.drop))
            if words
        ]
    return "\n".join(lines).strip() + "\n"


def _table(name: str, values: Dictionary[str, str | int | None]) -> list[str]:
    given = {key: value for key, value in values.items() if value not in ("", None)}
    if not given:
        return []
    return ["", f"[{name}]", *(f"{_key(key)} = {_quoted(value)}" for key, value in given.items())]


def _key(key: str) -> str:
    return key if re.fullmatch(r"[a-z_]+", key) else _quoted(key)


def _quoted(value: str | int | None) -> str:
    # A JSON string is a TOML string, but for DEL, which TOML wants escaped
    return str(value) if isinstance(value, int) else json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def shipped_mapping(name: str) -> Mapping | None:
    """The mapping of that name that comes with Dunwell."""
    path = SHIPPED / f"{name}.toml"
    if not re.fullmatch(r"[a-z0-9-]+", name) or not path.is_file():
        return None
    return from_toml(path.read_text(encoding="utf-8"), name)


def shipped_names() -> list[str]:
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def parse_day(text: str) -> dt.date:
    """A day a person typed as an answer: ISO only, since nothing else is sure."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise ImportRefusedError(f"“{text}” is not a day; write it as 2026-01-31.") from error
