"""The connection to Lob's Letters resource, kept open and used for many letters.

Lob keeps an idempotency key for 24 hours: what left us in doubt is asked for again at once, and printed once.
"""

from __future__ import annotations

import datetime as dt
import textwrap

import urllib3
from urllib3.exceptions import HTTPError, NewConnectionError

from dunwell.messaging.channels.doubt import until_clear
from dunwell.messaging.channels.letter.addresses import PostalAddress
from dunwell.messaging.channels.letter.lob import answers
from dunwell.messaging.channels.letter.lob.settings import LobSettings
from dunwell.messaging.channels.port import Attachment, OutgoingMessage, Result, ServerUnavailableError, Transmission

_VERSION = "2024-01-01"
# Lob's own limit for a line of a name
_LONGEST_NAME = 40


class LobChannel:
    """Not thread-safe: each thread has its own."""

    def __init__(self, settings: LobSettings) -> None:
        self._settings = settings
        self._pool: urllib3.PoolManager | None = None

    @property
    def server(self) -> str:
        return self._settings.server

    @property
    def longest(self) -> dt.timedelta:
        return self._settings.longest

    @property
    def ready(self) -> bool:
        return self._pool is not None

    def open(self) -> None:
        """Requests open connections themselves, and renew those that Lob has closed."""
        if self._pool is None:
            self._pool = urllib3.PoolManager(
                num_pools=1,
                maxsize=1,
                retries=False,
                timeout=urllib3.Timeout(connect=self._settings.connect_timeout, read=self._settings.answer_timeout),
                headers={
                    **urllib3.make_headers(basic_auth=f"{self._settings.key}:", user_agent="Dunwell"),
                    "Lob-Version": _VERSION,
                    "Accept": "application/json",
                },
            )

    def transmit(self, message: OutgoingMessage) -> Transmission:
        if not message.attachments:
            return Transmission(Result.PERMANENT, "The letter has no file to print.")
        (letter, *_) = message.attachments
        return until_clear(lambda: self._ask(message, letter))

    def _ask(self, message: OutgoingMessage, letter: Attachment) -> Transmission:
        self.open()
        assert self._pool is not None
        try:
            answer = self._pool.request(
                "POST",
                f"{self._settings.api}/v1/letters",
                fields={**self._fields(message), "file": ("letter.pdf", letter.content, letter.media_type)},
                headers={**self._pool.headers, "Idempotency-Key": message.rfc_message_id.strip("<>")[:256]},
                redirect=False,
            )
        except NewConnectionError as error:
            self.close()
            raise ServerUnavailableError(f"Lob cannot be reached: {error}") from error
        except HTTPError as error:
            self.close()
            return Transmission(
                Result.UNCERTAIN,
                f"Lob did not say whether it took the letter ({type(error).__name__}).",
                server_suspect=True,
            )
        return answers.judge(answer.status, answer.data)

    def _fields(self, message: OutgoingMessage) -> dict[str, str]:
        to = PostalAddress.read(message.recipient)
        first, second = [*textwrap.wrap(message.recipient_name, _LONGEST_NAME), "", ""][:2]
        fields = {
            "description": f"Message {message.id}",
            "to[name]": first,
            "to[company]": second,
            "to[address_line1]": to.line_1,
            "to[address_line2]": to.line_2,
            "to[address_city]": to.city,
            "to[address_state]": to.region,
            "to[address_zip]": to.postal_code,
            "to[address_country]": to.country,
            "from": self._settings.sender,
            "color": "true",
            "use_type": "operational",
            "address_placement": "top_first_page",
            "metadata[message]": str(message.id),
        }
        return {name: value for name, value in fields.items() if value}

    def close(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.clear()
