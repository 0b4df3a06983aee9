"""The texts that come with Dunwell, in seven languages: mail, SMS and letter for each step of the default policy, and
a call script for each tone.
"""

from __future__ import annotations

from dunwell.messaging.texts.calls import CALLS
from dunwell.messaging.texts.dutch import DUTCH
from dunwell.messaging.texts.english import ENGLISH
from dunwell.messaging.texts.french import FRENCH
from dunwell.messaging.texts.german import GERMAN
from dunwell.messaging.texts.italian import ITALIAN
from dunwell.messaging.texts.letters import LETTERS
from dunwell.messaging.texts.portuguese import PORTUGUESE
from dunwell.messaging.texts.shipped import ShippedText
from dunwell.messaging.texts.sms import SMS
from dunwell.messaging.texts.spanish import SPANISH

__all__ = ["SHIPPED", "ShippedText"]

SHIPPED: tuple[ShippedText, ...] = (
    *(*ENGLISH, *GERMAN, *FRENCH, *SPANISH, *ITALIAN, *PORTUGUESE, *DUTCH),
    *(*SMS, *LETTERS, *CALLS),
)
