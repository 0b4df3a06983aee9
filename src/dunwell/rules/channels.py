"""The ways a message reaches a customer, and which of them a step takes for one customer.

`followup/sql/plan_due.sql` repeats `channel_for` set-based (`followup_channel`); a property test proves both equal.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum


class Channel(StrEnum):
    """A channel that carries a text. Their order is the order in which one stands in for another."""

    EMAIL = "email"
    SMS = "sms"
    LETTER = "letter"


# A call carries no text; what somebody says in it is kept beside the texts that channels carry
SPOKEN = "call"

CHANNEL_NAMES = {Channel.EMAIL: "E-mail", Channel.SMS: "SMS", Channel.LETTER: "Letter"}


def channel_for(own: str, *, preferred: str, reachable: Collection[str], usable: Collection[str]) -> str:
    """The channel on which a step reaches one customer.

    `own` is the step's channel, `preferred` the customer's ("" for none), `reachable` where the customer has an
    address that may be used, `usable` the channels that are set up and have the step's text. The first that is both
    reachable and usable is taken, in this order: the customer's preferred one, the step's own, e-mail, SMS, letter.

    When none is, it stays the step's own, where it waits for an address: a debt is never dropped because a channel
    is. A call or an internal task carries no text and stays what it is; so does a step whose own channel is not set
    up, because that is the organization's to mend, not the customer's to be reached around.
    """
    if own not in set(Channel) or own not in usable:
        return own
    order: tuple[str, ...] = (preferred, own, *Channel)
    for channel in order:
        if channel in usable and channel in reachable:
            return channel
    return own
