"""What the evidence leaves open."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Question:
    """One thing a person has to say before the file can be read.

    `topic` is what it is about (`dates`, `numbers`, `currency`, or a target such as `issued_on`),
    `options` are the answers offered, `examples` the cells that made it a question.
    """

    topic: str
    text: str
    options: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
