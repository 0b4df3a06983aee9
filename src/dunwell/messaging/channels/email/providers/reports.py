"""What a provider's webhook tells, in our words. Anymail reads and checks it; what follows is decided elsewhere.

A call is believed when it brings the password that stands in the webhook's address and, where the provider signs, a
right signature.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from anymail.exceptions import AnymailAPIError, AnymailConfigurationError, AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.http import HttpRequest

from dunwell.messaging.channels.email.providers.settings import WEBHOOK_PASSWORD, ProviderSettings
from dunwell.messaging.models import EventKind

# Who calls signs in with this name
WEBHOOK_USER = "dunwell"
_KINDS = {
    EventType.QUEUED: EventKind.SENT,
    EventType.SENT: EventKind.SENT,
    EventType.DELIVERED: EventKind.DELIVERED,
    EventType.OPENED: EventKind.OPENED,
    EventType.CLICKED: EventKind.CLICKED,
    EventType.COMPLAINED: EventKind.COMPLAINED,
    # Whoever leaves a list that we do not keep wants no more mail either
    EventType.UNSUBSCRIBED: EventKind.COMPLAINED,
    EventType.FAILED: EventKind.UNDELIVERED,
}
# What providers call a mailbox that is not there, as against one that is full or refuses us
_HARD = {"hardbounce", "hard_bounce", "permanent", "bademailaddress", "invalid_email", "hard"}
_TOLD_BY = (
    "Type",
    "type",
    "event",
    "bounceType",
    "severity",
    "error_related_to",
    "bounce",
    "event-data",
    "data",
    "mail",
)
_ENHANCED = re.compile(r"\b5\.(\d{1,3})\.(\d{1,3})\b")
_NO_SUCH_ADDRESS = {("1", "1"), ("1", "2"), ("1", "3"), ("1", "6"), ("1", "10"), ("2", "1")}
_WORDS = 1000
# What Anymail raises, or lets through, for a body that is not what its provider sends
_UNREADABLE = (AnymailAPIError, AnymailConfigurationError, ValueError, KeyError, TypeError, AttributeError)


class NotBelievedError(Exception):
    """The call is not the provider's, as far as can be told."""


class UnreadableError(Exception):
    """It comes from the provider, and says nothing that is understood."""


@dataclass(frozen=True, slots=True)
class ProviderReport:
    """One report: what happened to the delivery `provider_id` for one `recipient` (empty: for the first)."""

    kind: str
    at: dt.datetime
    provider_id: str
    provider_event: str
    recipient: str
    detail: str


def read_reports(settings: ProviderSettings, request: HttpRequest, *, now: dt.datetime) -> list[ProviderReport]:
    """The reports of one call. NotBelievedError: password or signature is wrong. UnreadableError: it is no report."""
    view = _view(settings)
    try:
        view.run_validators(request)
    except AnymailWebhookValidationFailure as error:
        raise NotBelievedError(str(error)) from error
    except _UNREADABLE as error:
        raise UnreadableError(f"This is no report of {settings.provider.title}: {error}") from error
    try:
        events = view.parse_events(request)
    except _UNREADABLE as error:
        raise UnreadableError(f"This is no report of {settings.provider.title}: {error}") from error
    return [report for event in events if (report := _report(event, now)) is not None]


def _view(settings: ProviderSettings) -> Any:
    provider = settings.provider
    if provider.signs and not settings.secrets.get(provider.signs):
        raise NotBelievedError(f"{provider.title} signs its reports, and its key is not entered.")
    views = import_module(f"anymail.webhooks.{provider.module}")
    password = f"{WEBHOOK_USER}:{settings.secrets[WEBHOOK_PASSWORD]}"
    return getattr(views, provider.reports_view)(**settings.given(for_reports=True), webhook_secret=password)


def _report(event: AnymailTrackingEvent, now: dt.datetime) -> ProviderReport | None:
    kind = _kind(event)
    name = str(event.message_id or "")
    if kind is None or not name:
        return None
    said = event.mta_response or event.description or event.reject_reason or ""
    return ProviderReport(
        kind=kind,
        at=event.timestamp or now,
        provider_id=name,
        provider_event=str(event.event_id or ""),
        recipient=str(event.recipient or ""),
        detail=" ".join(str(said).split())[:_WORDS],
    )


def _kind(event: AnymailTrackingEvent) -> str | None:
    if event.event_type == EventType.BOUNCED:
        return EventKind.BOUNCED if address_is_gone(event) else EventKind.UNDELIVERED
    if event.event_type == EventType.REJECTED:
        gone = event.reject_reason in {RejectReason.BOUNCED, RejectReason.INVALID}
        return EventKind.BOUNCED if gone else EventKind.UNDELIVERED
    return _KINDS.get(event.event_type)


def address_is_gone(event: AnymailTrackingEvent) -> bool:
    """Whether a bounce says that there is no such mailbox: the receiver's code counts more than a provider's word."""
    codes = _ENHANCED.findall(f"{event.mta_response or ''} {event.description or ''}")
    if codes:
        return any(code in _NO_SUCH_ADDRESS for code in codes)
    return bool(_HARD & _told(event.esp_event, depth=3))


def _told(value: Any, depth: int) -> set[str]:
    """The words under the names by which providers tell the kind of a bounce."""
    if not isinstance(value, Mapping) or depth == 0:
        return set()
    found: set[str] = set()
    for name in _TOLD_BY:
        inner = value.get(name)
        if isinstance(inner, str):
            found.add(inner.lower())
        else:
            found |= _told(inner, depth - 1)
    return found
