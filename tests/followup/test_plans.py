"""Each statement of follow-up has its plan in docs/plans, made from the statement as it is: `make explain`."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.explain import TEXTS, digest_of
from dunwell.followup.sql import FOLDER

STATEMENTS = sorted(FOLDER.glob("*.sql"))


@pytest.mark.parametrize("path", STATEMENTS, ids=lambda path: path.stem)
def test_the_plan_is_of_the_present_statement(path: Path) -> None:
    text = TEXTS / f"{path.stem}.txt"
    assert text.exists(), f"{path.name} has no plan: run make explain"
    head = text.read_text().splitlines()
    assert head[0] == f"{path.name}, SHA-256 {digest_of(path.read_text())}", (
        f"{path.name} was changed: run make explain"
    )
    assert head[2].startswith("Indexes: ")
    assert len(head) > 4
    assert not head[4].startswith("Not explained"), f"{path.name} has no plan, only why it has none"


def test_no_plan_is_of_a_statement_that_is_gone() -> None:
    assert {path.stem for path in TEXTS.glob("*.txt")} <= {path.stem for path in STATEMENTS}
