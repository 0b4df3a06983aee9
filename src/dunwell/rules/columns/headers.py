"""Which column is what: by the words of its header, in seven languages, and by its content."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dunwell.rules.columns.months import fold
from dunwell.rules.columns.question import Question
from dunwell.rules.columns.targets import TARGET_NAMES, WORDS, Target

DATES: frozenset[Target] = frozenset({"issued_on", "due_on", "settled_on"})
AMOUNTS: frozenset[Target] = frozenset({"total", "balance", "paid"})
# A wrong guess at these would change what is owed, by whom, or since when: unsure means asked
MATTERS: frozenset[Target] = frozenset(
    {
        "invoice_number",
        "issued_on",
        "due_on",
        "currency",
        "total",
        "balance",
        "paid",
        "status",
        "settled_on",
        "kind",
        "customer_name",
    }
)

SURE = 0.7
DOUBTFUL = 0.4
CLEARLY_BETTER = 0.1

_SPLIT_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[^\W_]+")


def header_words(header: str) -> str:
    """A header as folded words: "InvoiceDate", "invoice_date" and "Invoice Date:" are one."""
    return " ".join(
        _WORD.findall(fold(_SPLIT_CAMEL.sub(" ", header.replace("№", "no").replace("#", " no ").replace("°", " "))))
    )


_EXACT: dict[str, list[tuple[Target, float]]] = {}
_PARTS: list[tuple[frozenset[str], Target]] = []
for _target, _words in WORDS.items():
    for _word in dict.fromkeys(_words.split("|")):
        _weak = _word.startswith("~")
        _word = _word.removeprefix("~")
        _EXACT.setdefault(_word, []).append((_target, 0.75 if _weak else 0.95))
        if " " in _word:
            _PARTS.append((frozenset(_word.split()), _target))
_SQUEEZED = {word.replace(" ", ""): word for word in _EXACT}


@dataclass(frozen=True, slots=True)
class Content:
    """What a column's cells look like, as parts of those that are not blank (0 to 1)."""

    filled: int
    dates: float = 0.0
    numbers: float = 0.0
    emails: float = 0.0
    currencies: float = 0.0
    urls: float = 0.0
    words: float = 0.0
    distinct: float = 1.0


@dataclass(frozen=True, slots=True)
class Guess:
    """A column that may be a target, and how sure that is (0 to 1)."""

    target: Target
    column: int
    confidence: float


def by_header(header: str) -> dict[Target, float]:
    """Targets a header may name, with confidence."""
    words = header_words(header)
    if not words:
        return {}
    exact = _EXACT.get(words) or _EXACT.get(_SQUEEZED.get(words.replace(" ", ""), ""))
    if exact:
        return dict(exact)
    found: dict[Target, float] = {}
    tokens = set(words.split())
    for parts, target in _PARTS:
        if parts <= tokens:
            # The more of the header the known words explain, the surer
            found[target] = max(found.get(target, 0.0), 0.55 + 0.25 * len(parts) / len(tokens))
    if not found:
        for token in tokens:
            for target, strength in _EXACT.get(token, []):
                if strength > 0.9 and len(token) > 3:
                    found[target] = max(found.get(target, 0.0), 0.45)
    return found


def weigh(target: Target, confidence: float, content: Content) -> float:
    """The confidence after a look at the cells.

    A clear header over cells that mostly say otherwise becomes a doubt, about which a person is
    asked where it matters; single bad cells are bad rows, not another meaning of the column.
    """
    if content.filled == 0:
        return confidence * 0.9
    contradiction = {
        **dict.fromkeys(DATES, (content.dates <= 0.5, 0.5)),
        **dict.fromkeys(AMOUNTS, (content.numbers <= 0.5, 0.5)),
        "customer_email": (content.emails <= 0.3, 0.2),
        "currency": (content.currencies <= 0.5, 0.5),
        "payment_url": (content.urls <= 0.8, 0.1),
        "invoice_number": (content.distinct <= 0.5, 0.5),
        "customer_name": (content.words <= 0.3, 0.6),
        "customer_country": (content.words <= 0.8, 0.2),
        "customer_language": (content.words <= 0.8, 0.2),
        "terms": (content.dates > 0.8, 0.3),
        "customer_terms": (content.dates > 0.8, 0.3),
    }
    contradicted, factor = contradiction.get(target, (False, 1.0))
    return confidence * factor if contradicted else confidence


def recognize(headers: Sequence[str], contents: Sequence[Content]) -> list[Guess]:
    """Every plausible reading of every column, surest first."""
    guesses = [
        Guess(target, column, round(weigh(target, confidence, content), 3))
        for column, (header, content) in enumerate(zip(headers, contents, strict=True))
        for target, confidence in by_header(header).items()
    ]
    named = {guess.column for guess in guesses if guess.confidence >= DOUBTFUL}
    for column, content in enumerate(contents):
        if column not in named and content.filled:
            if content.emails > 0.8:
                guesses.append(Guess("customer_email", column, 0.8))
            elif content.currencies > 0.95 and content.distinct < 0.5:
                guesses.append(Guess("currency", column, 0.6))
    return sorted(guesses, key=lambda guess: -guess.confidence)


def assign(guesses: Sequence[Guess], headers: Sequence[str]) -> tuple[dict[Target, int], list[Question]]:
    """The columns that are sure, and a question for each that matters and is not."""
    columns: dict[Target, int] = {}
    taken: set[int] = set()
    questions: list[Question] = []
    asked: set[Target] = set()
    for guess in guesses:
        if guess.target in columns or guess.target in asked or guess.column in taken or guess.confidence < DOUBTFUL:
            continue
        rivals = [
            other
            for other in guesses
            if other.target == guess.target
            and other.column != guess.column
            and other.column not in taken
            and other.confidence > guess.confidence - CLEARLY_BETTER
        ]
        if guess.confidence >= SURE and not rivals:
            columns[guess.target] = guess.column
            taken.add(guess.column)
        elif guess.target in MATTERS:
            asked.add(guess.target)
            names = tuple(dict.fromkeys(headers[candidate.column] for candidate in (guess, *rivals)))
            questions.append(Question(guess.target, _unsure(guess.target, names), names))
    return columns, [question for question in questions if question.topic not in columns]


def _unsure(target: Target, names: Sequence[str]) -> str:
    quoted = " or ".join(f"“{name}”" for name in names)
    return (
        f"Which column is the {TARGET_NAMES[target]}: {quoted}?"
        if len(names) > 1
        else f"Is {quoted} the {TARGET_NAMES[target]}?"
    )
