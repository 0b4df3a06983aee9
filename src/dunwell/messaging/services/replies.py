"""Keeping what customers answer, and doing at once what an answer of one word asks for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction

from dunwell.ledger.models import ChoiceSource, Contact, NoteKind, Said
from dunwell.ledger.services.addresses import keep_choice_of_number
from dunwell.ledger.services.holds import hold_customers
from dunwell.ledger.services.notes import add_note
from dunwell.messaging.models import Reply
from dunwell.organizations.models import Organization, User
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
            "dealt_with_at": now if meaning else None,
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


@dataclass(frozen=True, slots=True)
class Dealing:
    """What a person does about an answer, all of it optional: `note` is kept with the customer, `hold_reason` stops
    chasing until `hold_until` (None: until released), `again_on` leaves the answer on the worklist from that day on.
    """

    note: str = ""
    hold_reason: str = ""
    hold_until: dt.date | None = None
    again_on: dt.date | None = None


@transaction.atomic
def deal_with(
    *, organization: Organization, reply_id: int, dealing: Dealing, by: User, as_of: dt.date, now: dt.datetime
) -> Reply:
    """Off the worklist with an answer, or put off, with what follows from it. Raises ValidationError by field; nothing
    is changed then.
    """
    reply = Reply.objects.select_for_update().get(organization=organization, pk=reply_id)
    if reply.dealt_with_at is not None:
        raise ValidationError("Somebody has dealt with it meanwhile. What you wrote was not kept.")
    if dealing.again_on is not None and dealing.again_on <= as_of:
        raise ValidationError({"again_on": "This is not after today."})
    if dealing.hold_until is not None and not dealing.hold_reason:
        raise ValidationError({"hold_reason": "Say why they are not chased until then."})
    if reply.customer_id is None and (dealing.note.strip() or dealing.hold_reason):
        raise ValidationError("Nobody in the book has this number, so there is nobody to note or hold it for.")
    if dealing.note.strip():
        assert reply.customer_id is not None
        add_note(
            organization=organization,
            customer_id=reply.customer_id,
            invoice_id=None,
            kind=NoteKind.NOTE,
            text=dealing.note,
            spoke_with=reply.contact.name if reply.contact else "",
            happened_at=now,
            by=by,
            now=now,
        )
    if dealing.hold_reason:
        assert reply.customer_id is not None
        hold_customers(
            organization=organization,
            customer_ids=[reply.customer_id],
            reason=dealing.hold_reason,
            starts_on=as_of,
            ends_on=dealing.hold_until,
            note=f"They wrote: {reply.body}"[:2000],
            by=by,
            as_of=as_of,
        )
    if dealing.again_on is not None:
        reply.look_again_on = dealing.again_on
    else:
        reply.dealt_with_at, reply.dealt_with_by = now, by
    reply.save(update_fields=["look_again_on", "dealt_with_at", "dealt_with_by"])
    return reply


def dealt_with(*, organization: Organization, reply_ids: Collection[int], by: User, now: dt.datetime) -> int:
    """Off the worklist with these answers, nothing else; how many were on it."""
    still = Reply.objects.filter(organization=organization, pk__in=list(reply_ids), dealt_with_at=None)
    return still.update(dealt_with_at=now, dealt_with_by=by)


def put_off(*, organization: Organization, reply_ids: Collection[int], until: dt.date) -> int:
    """On the worklist again from a day on; how many are put off."""
    still = Reply.objects.filter(organization=organization, pk__in=list(reply_ids), dealt_with_at=None)
    return still.update(look_again_on=until)


@transaction.atomic
def reopen(*, organization: Organization, reply_id: int) -> Reply:
    """Back onto the worklist; notes and holds stay. Raises ValidationError for what counted by itself."""
    reply = Reply.objects.select_for_update().get(organization=organization, pk=reply_id)
    if reply.meaning:
        raise ValidationError("It counted when it came: there is nothing left to do about it.")
    reply.dealt_with_at = reply.dealt_with_by = reply.look_again_on = None
    reply.save(update_fields=["look_again_on", "dealt_with_at", "dealt_with_by"])
    return reply
