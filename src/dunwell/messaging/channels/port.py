"""What every channel does for dispatch, and the words in which it answers."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Copy:
    """Somebody else who gets the same mail. `hidden`: the others do not see it. `who` says in what capacity."""

    address: str
    name: str = ""
    who: str = ""
    hidden: bool = False

    @property
    def stored(self) -> dict[str, Any]:
        """As rows hold it."""
        return {"address": self.address, "name": self.name, "who": self.who, "hidden": self.hidden}


def copies_of(stored: Sequence[Mapping[str, Any]]) -> tuple[Copy, ...]:
    """The copies that a row holds."""
    return tuple(Copy(**copy) for copy in stored)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """The exact content of one message, as stored."""

    id: int
    organization_id: int
    customer_id: int
    recipient: str
    recipient_name: str
    sender: str
    sender_name: str
    reply_to: str
    subject: str
    body_text: str
    body_html: str
    rfc_message_id: str
    attempts: int
    date: dt.datetime
    copies: tuple[Copy, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    preferences_url: str = ""


class Result(enum.Enum):
    ACCEPTED = "accepted"
    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    # It may have arrived: never to be repeated without a person
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class RefusedCopy:
    """A copy that the server did not take, in its words; the mail itself may have gone all the same."""

    address: str
    detail: str
    address_refused: bool = False


@dataclass(frozen=True, slots=True)
class Transmission:
    """How one transmission ended, with the server's own words.

    `address_refused`: the server says that this address does not exist. `copies_refused`: accepted, but not for these.
    `opted_out`: the reader wants nothing more on this channel, and told the provider so.
    `provider_id`: what the provider calls the delivery from now on, where it does.
    `server_suspect`: the failure may have more to do with the server than with this message;
    several in a row pause the channel.
    """

    result: Result
    detail: str
    address_refused: bool = False
    server_suspect: bool = False
    copies_refused: tuple[RefusedCopy, ...] = ()
    provider_id: str = ""
    opted_out: bool = False


class ServerUnavailableError(Exception):
    """The server does not answer, or does not let us in. Says nothing about any message, and nothing was sent."""


class Channel(Protocol):
    """One connection to one server, used by one thread."""

    @property
    def server(self) -> str:
        """Which server, as a person would name it."""

    @property
    def longest(self) -> dt.timedelta:
        """No transmission takes longer than this."""

    @property
    def ready(self) -> bool:
        """Connected, as far as one can know without asking."""

    def open(self) -> None:
        """Connect and sign in; raises ServerUnavailableError."""

    def transmit(self, message: OutgoingMessage) -> Transmission:
        """Send one message; raises ServerUnavailableError only when nothing of it has been sent."""

    def close(self) -> None:
        """Say goodbye; never raises."""


class ChannelFactory(Protocol):
    def __call__(self) -> Channel:
        """A channel that is not open yet, for the thread that asks."""
