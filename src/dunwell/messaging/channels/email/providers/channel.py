"""Sending through a provider: one request a mail, and what its answer means.

A request that was not sent says nothing about a mail. One that was answered with a refusal did not send it. One without
an answer, or with an error of the provider's own making, may have: it is asked for again, at once, only where the
provider has a key that lets it take the same mail only once; else a person settles it.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Mapping
from typing import Any

import requests
from anymail.exceptions import (
    AnymailAPIError,
    AnymailConfigurationError,
    AnymailError,
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
)
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMultiAlternatives
from django.utils.module_loading import import_string
from urllib3.exceptions import MaxRetryError, NewConnectionError

from dunwell.messaging.channels.doubt import TRIES, until_clear
from dunwell.messaging.channels.email.addresses import InvalidAddressError, wire_address
from dunwell.messaging.channels.email.mime import one_line, unsubscribe
from dunwell.messaging.channels.email.providers.settings import ProviderSettings
from dunwell.messaging.channels.handshake import failed_in_handshake
from dunwell.messaging.channels.port import (
    OutgoingMessage,
    RefusedCopy,
    Result,
    ServerUnavailableError,
    Transmission,
)

# A connection kept longer is closed by servers at about the moment of the next request
_IDLE = 20.0
# Not let in, or the account may not send: nothing about this mail
_NOT_LET_IN = {401, 402, 403}
_TOO_MANY = 429
# It did not look at the mail. With any other 5xx it may have taken it before it failed
_BUSY = 503
# The key is known: of a request that is still being worked on, or of one that had something else in it
_KEY_TAKEN = 409
_WORDS = 1000
# Anymail's words for a recipient who gets nothing; with the first two it is the address that is refused
_ADDRESS_REFUSED = {"invalid", "rejected"}
_NOT_TAKEN = {*_ADDRESS_REFUSED, "failed"}
# By their names: Amazon's library is installed only by whoever sends through it
_NEVER_LEFT = {"EndpointConnectionError", "ConnectTimeoutError", "NoCredentialsError", "PartialCredentialsError"}


class ProviderChannel:
    """One session with a provider. Not thread-safe: each thread has its own."""

    def __init__(self, settings: ProviderSettings) -> None:
        self._settings = settings
        self._backend: Any = None
        self._last_used = 0.0

    @property
    def server(self) -> str:
        return self._settings.server

    @property
    def longest(self) -> dt.timedelta:
        tries = TRIES if self._settings.provider.idempotency_header else 1
        return tries * dt.timedelta(seconds=4 * self._settings.timeout)

    @property
    def ready(self) -> bool:
        return self._backend is not None and time.monotonic() - self._last_used < _IDLE

    def open(self) -> None:
        """A session of its own; the provider hears of us with the first mail."""
        self.close()
        provider = self._settings.provider
        try:
            backend = import_string(provider.backend)(**for_anymail(self._settings))
            backend.open()
        except (ImproperlyConfigured, AnymailError, ImportError) as error:
            raise ServerUnavailableError(f"{provider.title} cannot be used: {error}") from error
        self._backend = backend
        self._last_used = time.monotonic()

    def transmit(self, message: OutgoingMessage) -> Transmission:
        """One mail; raises ServerUnavailableError only when nothing of it has been taken."""
        try:
            mail = _mail(message)
        except InvalidAddressError as error:
            return Transmission(
                Result.PERMANENT, str(error), address_refused=str(error).startswith(f"“{message.recipient}”")
            )
        if self._settings.provider.idempotency_header:
            return until_clear(lambda: self._ask(message, mail))
        return self._ask(message, mail)

    def _ask(self, message: OutgoingMessage, mail: EmailMultiAlternatives) -> Transmission:
        """One request, and what its answer means."""
        if not self.ready:
            self.open()
        if header := self._settings.provider.idempotency_header:
            self._backend.session.headers[header] = message.rfc_message_id.strip("<>")
        try:
            self._backend.send_messages([mail])
        except AnymailRecipientsRefused as error:
            return _all_refused(message, mail, error)
        except AnymailConfigurationError as error:
            raise ServerUnavailableError(f"{self.server} cannot be used: {_plain(error)}") from error
        except AnymailInvalidAddress as error:
            return Transmission(Result.PERMANENT, _plain(error))
        except AnymailError as error:
            return self._judged(error)
        except requests.RequestException as error:
            return self._unanswered(error)
        finally:
            self._last_used = time.monotonic()
        return _taken(message, mail)

    def close(self) -> None:
        backend, self._backend = self._backend, None
        if backend is not None:
            backend.close()

    # What failed

    def _judged(self, error: AnymailError) -> Transmission:
        if isinstance(error, AnymailAPIError) and error.response is None:
            return self._unanswered(error)
        status, said = _status(error), _said(error)
        if status is None:
            # Not accepted by Anymail itself, before any request
            return Transmission(Result.PERMANENT, _plain(error))
        if status in _NOT_LET_IN:
            raise ServerUnavailableError(f"{self.server} does not let us send: {said}")
        if status == _TOO_MANY:
            raise ServerUnavailableError(f"{self.server} has had enough for now: {said}")
        if status == _BUSY:
            return Transmission(Result.TEMPORARY, said, server_suspect=True)
        key_taken = status == _KEY_TAKEN and self._settings.provider.idempotency_header
        if 200 <= status < 300 or status >= 500 or key_taken:
            return _unknown(said)
        if status == 404:
            raise ServerUnavailableError(f"{self.server} does not know that address or domain: {said}")
        return Transmission(Result.PERMANENT, said)

    def _unanswered(self, error: Exception) -> Transmission:
        self.close()
        cause = error.__cause__ or error
        if _never_left(cause):
            raise ServerUnavailableError(f"{self.server} does not answer: {_plain(cause)}") from error
        return _unknown(_plain(cause))


def _unknown(said: str) -> Transmission:
    return Transmission(
        Result.UNCERTAIN, f"The provider did not say whether it took the mail: {said}", server_suspect=True
    )


def for_anymail(settings: ProviderSettings) -> dict[str, Any]:
    """A provider's settings as Anymail's class wants them."""
    values: dict[str, Any] = settings.given(for_reports=False)
    if settings.provider.name != "amazon_ses":
        return {**values, "timeout": (settings.timeout, settings.timeout)}
    client = {name: values.pop(name) for name in ("aws_access_key_id", "aws_secret_access_key", "region_name")}
    if address := values.pop("api_url", ""):
        client["endpoint_url"] = address
    client["config"] = {
        "connect_timeout": settings.timeout,
        "read_timeout": settings.timeout,
        # The library's own repetition would send a mail twice
        "retries": {"total_max_attempts": 1},
    }
    return {**values, "client_params": client}


def _mail(message: OutgoingMessage) -> EmailMultiAlternatives:
    for address in (message.sender, message.recipient):
        wire_address(address)
    usable = [copy for copy in message.copies if _is_address(copy.address)]
    headers = {"Message-ID": one_line(message.rfc_message_id), "Auto-Submitted": "auto-generated"}
    if message.preferences_url:
        headers["List-Unsubscribe"] = unsubscribe(message.preferences_url)
    mail = EmailMultiAlternatives(
        subject=one_line(message.subject),
        body=message.body_text,
        from_email=_named(message.sender_name, message.sender),
        to=[_named(message.recipient_name, message.recipient)],
        cc=[_named(copy.name, copy.address) for copy in usable if not copy.hidden],
        bcc=[copy.address for copy in usable if copy.hidden],
        reply_to=[message.reply_to] if message.reply_to else None,
        headers=headers,
    )
    if message.body_html:
        mail.attach_alternative(message.body_html, "text/html")
    for attachment in message.attachments:
        mail.attach(one_line(attachment.name), attachment.content, one_line(attachment.media_type))
    return mail


def _is_address(address: str) -> bool:
    try:
        wire_address(address)
    except InvalidAddressError:
        return False
    return True


def _named(name: str, address: str) -> str:
    name = one_line(name).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{name}" <{address}>' if name else address


def _taken(message: OutgoingMessage, mail: Any) -> Transmission:
    status = mail.anymail_status
    answer = getattr(status.esp_response, "status_code", 200)
    if answer >= 400:
        # Anymail reads some refusals as a status of each recipient, and knows not all of their words
        return Transmission(Result.PERMANENT, _words_of(status.esp_response, answer))
    own = status.recipients.get(message.recipient)
    invalid = [
        RefusedCopy(copy.address, f"“{copy.address}” is not an e-mail address.", address_refused=True)
        for copy in message.copies
        if not _is_address(copy.address)
    ]
    refused = [
        RefusedCopy(copy.address, f"{found.status}, says the provider", address_refused=found.status == "invalid")
        for copy in message.copies
        if (found := status.recipients.get(copy.address)) is not None and found.status in _NOT_TAKEN
    ]
    if own is not None and own.status in _NOT_TAKEN:
        return Transmission(
            Result.PERMANENT,
            f"{own.status}, says the provider",
            address_refused=own.status in _ADDRESS_REFUSED,
            copies_refused=tuple(refused),
        )
    name = (own.message_id if own else None) or (status.message_id if isinstance(status.message_id, str) else "") or ""
    said = f"{(own.status if own else None) or 'accepted'} {name}".strip()
    return Transmission(Result.ACCEPTED, said, copies_refused=(*invalid, *refused), provider_id=name)


def _all_refused(message: OutgoingMessage, mail: Any, error: AnymailError) -> Transmission:
    """Nobody gets it. A recipient that the provider will not write to is one that came back before."""
    own = mail.anymail_status.recipients.get(message.recipient)
    refused = own is not None and own.status in _ADDRESS_REFUSED
    return Transmission(Result.PERMANENT, _said(error), address_refused=refused)


def _never_left(cause: BaseException) -> bool:
    """Whether the request certainly did not reach the provider."""
    if isinstance(cause, requests.ConnectTimeout | requests.exceptions.ProxyError) or failed_in_handshake(cause):
        return True
    if isinstance(cause, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
        return True
    if type(cause).__name__ in _NEVER_LEFT:
        return True
    inner = cause.args[0] if cause.args else None
    return isinstance(inner, MaxRetryError) and isinstance(inner.reason, NewConnectionError)


def _status(error: AnymailError) -> int | None:
    """The provider's answer as a status of HTTP. Amazon's library answers with a dictionary."""
    if isinstance(error.response, Mapping):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        return int(status) if status else None
    return int(error.status_code) if error.status_code else None


def _said(error: AnymailError) -> str:
    """The provider's own words, on one line."""
    response, status = error.response, _status(error)
    if isinstance(response, Mapping):
        return f"{status} {_message_in(response)}"[:_WORDS]
    if response is None or not hasattr(response, "text"):
        return _plain(error)
    return _words_of(response, status)


def _words_of(response: Any, status: int | None) -> str:
    try:
        found = response.json()
    except ValueError:
        found = response.text
    words = _message_in(found) or (found if isinstance(found, str) else json.dumps(found, ensure_ascii=False))
    return " ".join(f"{status} {words}".split())[:_WORDS]


def _message_in(found: Any) -> str:
    """The sentence in an answer, by the names that providers give it."""
    if isinstance(found, list):
        return "; ".join(filter(None, map(_message_in, found)))
    if not isinstance(found, Mapping):
        return ""
    for name in ("Message", "message", "ErrorMessage", "error", "detail", "description"):
        if isinstance(found.get(name), str):
            return str(found[name])
    for name in ("errors", "Errors", "error", "Error", "Messages"):
        if found.get(name):
            return _message_in(found[name])
    return ""


def _plain(error: BaseException) -> str:
    return " ".join(str(error).split())[:_WORDS]
