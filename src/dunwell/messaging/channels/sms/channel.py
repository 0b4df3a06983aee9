"""The connection to Twilio's Messages resource, kept open and used for many messages.

Twilio gives this resource no idempotency key: what may have arrived is uncertain, and is never sent again by itself.
Its own report settles it, where Twilio can reach us.
"""

from __future__ import annotations

import datetime as dt
from urllib.parse import quote, urlencode

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationParseError,
    NameResolutionError,
    NewConnectionError,
    ProxyError,
)

from dunwell.messaging.channels.handshake import failed_in_handshake
from dunwell.messaging.channels.port import OutgoingMessage, Result, ServerUnavailableError, Transmission
from dunwell.messaging.channels.sms import answers
from dunwell.messaging.channels.sms.settings import TwilioSettings

# Nothing of the request has left us when one of these is raised
_NOT_SENT = (NewConnectionError, ConnectTimeoutError, NameResolutionError, ProxyError, LocationParseError)


class TwilioChannel:
    """Not thread-safe: each thread has its own."""

    def __init__(self, settings: TwilioSettings) -> None:
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
        """Requests open connections themselves, and renew those that Twilio has closed."""
        if self._pool is None:
            self._pool = urllib3.PoolManager(
                num_pools=1,
                maxsize=1,
                retries=False,
                timeout=urllib3.Timeout(connect=self._settings.connect_timeout, read=self._settings.answer_timeout),
                headers=urllib3.make_headers(
                    basic_auth=f"{self._settings.account_sid}:{self._settings.auth_token}", user_agent="Dunwell"
                ),
            )

    def transmit(self, message: OutgoingMessage) -> Transmission:
        self.open()
        assert self._pool is not None
        account = quote(self._settings.account_sid, safe="")
        try:
            answer = self._pool.request(
                "POST",
                f"{self._settings.api}/2010-04-01/Accounts/{account}/Messages.json",
                body=urlencode(self._fields(message)),
                headers={
                    **self._pool.headers,
                    "Content-Type": "application/x-www-form-urlencoded",
                    "Accept": "application/json",
                },
                redirect=False,
            )
        except _NOT_SENT as error:
            self.close()
            raise ServerUnavailableError(f"Twilio cannot be reached: {error}") from error
        except HTTPError as error:
            self.close()
            if failed_in_handshake(error):
                raise ServerUnavailableError(f"Twilio cannot be reached: {error}") from error
            return Transmission(
                Result.UNCERTAIN,
                f"Twilio did not answer after it had the SMS ({type(error).__name__}). It may have gone.",
                server_suspect=True,
            )
        if answer.status >= 300:
            refusal = answers.refusal_in(answer.status, answer.data)
            if answers.is_account(answer.status, refusal):
                raise ServerUnavailableError(refusal.detail)
        return answers.judge(answer.status, answer.data)

    def _fields(self, message: OutgoingMessage) -> dict[str, str]:
        sender = self._settings.sender
        fields = {"To": message.recipient, "Body": message.body_text}
        fields["MessagingServiceSid" if sender.startswith("MG") else "From"] = sender
        if message.id and (address := self._settings.status_address(message.id)):
            fields["StatusCallback"] = address
        return fields

    def close(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.clear()
