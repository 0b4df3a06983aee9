"""The texts that come with Dunwell: one for each step of the default policy, by language."""

from __future__ import annotations

from dunwell.messaging.texts.english import ENGLISH
from dunwell.messaging.texts.shipped import ShippedText

__all__ = ["SHIPPED", "ShippedText"]

SHIPPED: tuple[ShippedText, ...] = ENGLISH
