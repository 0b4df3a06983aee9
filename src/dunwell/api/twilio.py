"""What Twilio tells us: what became of an SMS, and what was answered to one.

Twilio signs the address it called, as the installation's base URL names it, and every field. It gives its reports
neither a number nor a time: a status is one report. What is known already is answered with 200, too, so that Twilio
does not ask a person to look at it.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings as installation
from django.http import HttpRequest, HttpResponse

from dunwell.api.intake import RefusedError, hook
from dunwell.ledger.models import ChoiceSource, Said
from dunwell.ledger.services.addresses import keep_choice_of_number
from dunwell.messaging.channels.port import ServerUnavailableError
from dunwell.messaging.channels.sms import answers
from dunwell.messaging.channels.sms.settings import token_of
from dunwell.messaging.channels.sms.signature import is_signed
from dunwell.messaging.models import EventKind
from dunwell.messaging.services.replies import keep_sms
from dunwell.messaging.services.reports import DeliveryReport
from dunwell.organizations.models import Organization
from dunwell.rules.channels import Channel
from dunwell.workflows.reports import take_report

_PROVIDER = "twilio"
_KINDS = {
    "accepted": EventKind.SENT,
    "queued": EventKind.SENT,
    "sending": EventKind.SENT,
    "sent": EventKind.SENT,
    "delivered": EventKind.DELIVERED,
    "read": EventKind.OPENED,
    "undelivered": EventKind.UNDELIVERED,
    "failed": EventKind.UNDELIVERED,
    "canceled": EventKind.UNDELIVERED,
}


def _check(request: HttpRequest, organization: Organization) -> dict[str, str]:
    """The form's fields, once the signature is right. Raises RefusedError."""
    settings = organization.settings
    if not settings.twilio_account_sid or not settings.twilio_auth_token_encrypted:
        raise RefusedError("There is nothing here.", 404)
    try:
        token = token_of(settings)
    except ServerUnavailableError as error:
        raise RefusedError("The token that would check this cannot be read.", 503) from error
    fields = [(name, value) for name, values in request.POST.lists() for value in values]
    address = f"{installation.BASE_URL.rstrip('/')}{request.get_full_path()}"
    if not is_signed(token, address, fields, request.headers.get("X-Twilio-Signature", "")):
        raise RefusedError("The signature is not Twilio's for this account.")
    told = dict(fields)
    if told.get("AccountSid", "") != settings.twilio_account_sid:
        raise RefusedError("It is about another account.")
    return told


@hook(_PROVIDER)
def status(request: HttpRequest, organization: Organization, now: dt.datetime, message_id: int) -> HttpResponse:
    """What became of one SMS."""
    told = _check(request, organization)
    state, sid = told.get("MessageStatus", ""), told.get("MessageSid", "")
    kind = _KINDS.get(state)
    if kind is None or not sid:
        return HttpResponse(status=204)
    code = int(told["ErrorCode"]) if told.get("ErrorCode", "").isdigit() else 0
    if kind == EventKind.UNDELIVERED and answers.names_no_number(code):
        kind = EventKind.BOUNCED
    words = told.get("ErrorMessage") or state
    report = DeliveryReport(
        organization_id=organization.pk,
        channel=Channel.SMS.value,
        kind=kind,
        at=now,
        message_id=message_id,
        provider_id=sid,
        provider_event=f"{sid}:{state}",
        detail=answers.Refusal(code, words).detail if code else f"Twilio: {words}",
    )
    reported = take_report(report, now=now)
    # Told again it is old: since then they may have written START
    if reported is not None and reported.is_new and answers.says_stop(code):
        keep_choice_of_number(
            organization_id=organization.pk,
            number=told.get("To", ""),
            said=Said.OPTED_OUT,
            source=ChoiceSource.PROVIDER,
            now=now,
            detail=report.detail,
        )
    return HttpResponse(status=204)


@hook(_PROVIDER)
def inbound(request: HttpRequest, organization: Organization, now: dt.datetime) -> HttpResponse:
    """An SMS from outside. Twilio itself answers STOP and START, so we say nothing."""
    told = _check(request, organization)
    sid = told.get("MessageSid", "")
    if sid:
        keep_sms(
            organization=organization,
            provider_id=sid,
            sender=told.get("From", ""),
            recipient=told.get("To", ""),
            body=told.get("Body", ""),
            now=now,
        )
    return HttpResponse('<?xml version="1.0" encoding="UTF-8"?><Response></Response>', content_type="text/xml")
