"""What a check says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, in words for a person; `advice` is empty where all is well."""

    name: str
    state: State
    text: str
    advice: str = ""

    def as_json(self) -> dict[str, str]:
        return {"name": self.name, "state": self.state.value, "text": self.text, "advice": self.advice}


def good(name: str, text: str) -> Finding:
    return Finding(name, State.GOOD, text)


def warning(name: str, text: str, advice: str) -> Finding:
    return Finding(name, State.WARNING, text, advice)


def bad(name: str, text: str, advice: str) -> Finding:
    return Finding(name, State.BAD, text, advice)


def counted(number: int, one: str, many: str = "") -> str:
    """`3 files`, `1 file`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
