"""Keeping what customers answer, and doing at once what an answer of one word asks for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from dunwell.ledger.models import ChoiceSource, Contact, Said
from dunwell.ledger.services.addresses import keep_choice_of_number
from dunwell.messaging.models import Reply
from dunwell.organizations.models import Organization
from dunwell.rules.channels import Channel
from dunwell.rules.sms import Answer, answer_in

_SAID = {Answer.STOP: Said.OPTED_OUT, Answer.START: Said.AGREED}


@dataclass(frozen=True, slots=True)
class Kept:
    reply: Reply
    is_new: bool


@transaction.atomic
def keep_sms(
    *, organization: Organization, provider_id: str, sender: str, recipient: str, body: str, now: dt.datetime
) -> Kept:
    """An SMS that came in. STOP and START count at once for every contact with the number; the rest a person reads.

    The same SMS again, however late, changes nothing: a START from last year does not undo the STOP of today.
    """
    meaning = answer_in(body)
    contact = _contact(organization, sender)
    reply, is_new = Reply.objects.get_or_create(
        organization=organization,
        channel=Channel.SMS.value,
        provider_id=provider_id,
        defaults={
            "sender": sender,
            "recipient": recipient,
            "body": body,
            "meaning": meaning.value if meaning else "",
            "contact": contact,
            "customer_id": contact.customer_id if contact else None,
            "received_at": now,
        },
    )
    if is_new and meaning is not None:
        keep_choice_of_number(
            organization_id=organization.pk,
            number=sender,
            said=_SAID[meaning],
            source=ChoiceSource.REPLY,
            now=now,
            detail=body,
        )
    return Kept(reply, is_new)


def _contact(organization: Organization, number: str) -> Contact | None:
    """Who has the number; of several the one who gets reminders, else the one known longest."""
    found = Contact.objects.filter(organization=organization, sms_number=number)
    return found.order_by("-is_primary", "pk").first() if number else None
