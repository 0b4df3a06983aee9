"""What Lob tells us about letters.

Lob signs the moment and the body of each call with the secret of its webhook. Its events have numbers: one that comes
twice, late or before an earlier one is kept once, and a letter's state only moves forward.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.http import HttpRequest, HttpResponse

from dunwell.api.intake import RefusedError, body_of, hook
from dunwell.messaging.channels.letter.lob.settings import secret_of
from dunwell.messaging.channels.letter.lob.signature import is_signed
from dunwell.messaging.channels.port import ServerUnavailableError
from dunwell.messaging.models import EventKind
from dunwell.messaging.services.reports import DeliveryReport
from dunwell.organizations.models import Organization
from dunwell.rules.channels import Channel
from dunwell.workflows.reports import take_report

_PROVIDER = "lob"
_KINDS = {
    "letter.created": EventKind.SENT,
    "letter.mailed": EventKind.MAILED,
    "letter.in_transit": EventKind.IN_TRANSIT,
    "letter.in_local_area": EventKind.IN_TRANSIT,
    "letter.processed_for_delivery": EventKind.IN_TRANSIT,
    "letter.re-routed": EventKind.IN_TRANSIT,
    "letter.international_exit": EventKind.IN_TRANSIT,
    "letter.delivered": EventKind.DELIVERED,
    "letter.returned_to_sender": EventKind.BOUNCED,
    "letter.failed": EventKind.UNDELIVERED,
    "letter.rejected": EventKind.UNDELIVERED,
    "letter.deleted": EventKind.UNDELIVERED,
}
_WORDS = {
    "letter.mailed": "Lob: in the post.",
    "letter.in_transit": "Lob: on its way.",
    "letter.in_local_area": "Lob: in the addressee's area.",
    "letter.processed_for_delivery": "Lob: out for delivery.",
    "letter.re-routed": "Lob: sent on to another address.",
    "letter.international_exit": "Lob: left the country.",
    "letter.delivered": "Lob: delivered.",
    "letter.returned_to_sender": "The letter came back to the sender.",
    "letter.failed": "Lob could not print or post the letter.",
    "letter.rejected": "Lob did not take the letter.",
    "letter.deleted": "The letter was cancelled at Lob.",
}


@hook(_PROVIDER)
def events(request: HttpRequest, organization: Organization, now: dt.datetime) -> HttpResponse:
    """One event. What we do not follow, and letters we do not know, are answered with 204: Lob need not repeat them."""
    told = _checked(request, organization, now)
    name = _text(told.get("event_type"), "id")
    kind = _KINDS.get(name)
    number = str(told.get("reference_id") or _text(told.get("body"), "id"))
    if kind is None or not number:
        return HttpResponse(status=204)
    report = DeliveryReport(
        organization_id=organization.pk,
        channel=Channel.LETTER.value,
        kind=kind,
        at=_moment(told.get("date_created")) or now,
        message_id=_ours(told),
        provider_id=number,
        provider_event=str(told.get("id", "")),
        detail=_WORDS.get(name, ""),
    )
    take_report(report, now=now)
    return HttpResponse(status=204)


def _checked(request: HttpRequest, organization: Organization, now: dt.datetime) -> dict[str, Any]:
    """The event, once the signature is right. Raises RefusedError."""
    stored = organization.settings.lob_webhook_secret_encrypted
    if not stored:
        raise RefusedError("There is nothing here.", 404)
    try:
        secret = secret_of(stored, "webhook's secret")
    except ServerUnavailableError as error:
        raise RefusedError("The secret that would check this cannot be read.", 503) from error
    body = body_of(request)
    stamp = request.headers.get("Lob-Signature-Timestamp", "")
    if not is_signed(secret, stamp, body, request.headers.get("Lob-Signature", ""), now=now):
        raise RefusedError("The signature is not Lob's for this webhook, or the call is minutes old.")
    try:
        told = json.loads(body)
    except ValueError as error:
        raise RefusedError("This is no event.", 400) from error
    if not isinstance(told, dict):
        raise RefusedError("This is no event.", 400)
    return told


def _text(value: object, key: str) -> str:
    return str(value.get(key, "")) if isinstance(value, dict) else ""


def _ours(told: dict[str, Any]) -> int | None:
    """Our own number of the letter, which Lob hands back in its metadata."""
    body = told.get("body")
    number = _text(body.get("metadata"), "message") if isinstance(body, dict) else ""
    return int(number) if number.isascii() and number.isdigit() and len(number) < 18 else None


def _moment(value: object) -> dt.datetime | None:
    try:
        found = dt.datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found if found.tzinfo else None
