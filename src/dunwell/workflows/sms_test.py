"""A test SMS through an organization's account, while a person waits for the answer."""

from __future__ import annotations

import dataclasses
import datetime as dt

from django.core.exceptions import ValidationError

from dunwell.ledger.services.phones import sms_number
from dunwell.messaging.channels.sms import send_test_sms, twilio_settings
from dunwell.messaging.services import outbox
from dunwell.organizations.models import Organization
from dunwell.rules.channels import Channel
from dunwell.workflows.wake import wake_dispatch

PATIENCE = 20.0  # seconds: somebody sits in front of the page


def send(organization: Organization, *, to: str, now: dt.datetime) -> tuple[bool, str]:
    """Whether Twilio took one SMS to this number, and its own words. Then SMS are tried again at once.

    Raises ValidationError for a number that takes no SMS, ServerUnavailableError when there is no account.
    """
    number = sms_number(to, organization.country)
    if not number:
        raise ValidationError({"to": f"“{to}” is no number that takes an SMS: write it as +49 171 1234567."})
    settings = twilio_settings(organization.pk)
    quick = dataclasses.replace(settings, answer_timeout=min(settings.answer_timeout, PATIENCE))
    taken, words = send_test_sms(quick, to=number, now=now)
    if taken:
        outbox.resume(organization_id=organization.pk, channel=Channel.SMS)
        if organization.settings.may_send:
            wake_dispatch(organization)
    return taken, words
