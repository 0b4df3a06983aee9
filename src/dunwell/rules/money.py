"""Amounts as text that a machine reads."""

from __future__ import annotations

from decimal import Decimal


def plain(amount: Decimal) -> str:
    """At least two decimals, no trailing zeros beyond them: `120.5` → `"120.50"`, `0.1250` → `"0.125"`."""
    text = f"{amount.normalize():f}"
    whole, _, fraction = text.partition(".")
    return f"{whole}.{fraction.ljust(2, '0')}"
