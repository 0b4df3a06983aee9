"""The letters that come with Dunwell: for each step of the default policy one, in seven languages."""

from __future__ import annotations

from dunwell.messaging.texts.letters.dutch import DUTCH
from dunwell.messaging.texts.letters.english import ENGLISH
from dunwell.messaging.texts.letters.french import FRENCH
from dunwell.messaging.texts.letters.german import GERMAN
from dunwell.messaging.texts.letters.italian import ITALIAN
from dunwell.messaging.texts.letters.portuguese import PORTUGUESE
from dunwell.messaging.texts.letters.spanish import SPANISH
from dunwell.messaging.texts.shipped import ShippedText

LETTERS: tuple[ShippedText, ...] = (*ENGLISH, *GERMAN, *FRENCH, *SPANISH, *ITALIAN, *PORTUGUESE, *DUTCH)
