"""Cells of files that a spreadsheet may open."""

from __future__ import annotations

# A spreadsheet takes a cell that begins so for a formula, and runs it
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def no_formula(text: str) -> str:
    """The text so that no spreadsheet runs it: what could be a formula gets an apostrophe in front."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
