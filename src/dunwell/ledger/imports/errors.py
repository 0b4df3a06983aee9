"""Why a file is not imported."""

from __future__ import annotations

from collections.abc import Sequence

from dunwell.rules.columns.question import Question


class ImportRefusedError(Exception):
    """The file cannot be imported; the text is one clear sentence, and nothing has been changed."""


class NeedsAnswerError(ImportRefusedError):
    """The file leaves questions open that a person has to answer first."""

    def __init__(self, questions: Sequence[Question]) -> None:
        self.questions = tuple(questions)
        super().__init__(" ".join(question.text for question in questions))
