"""Entering and changing further senders."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction

from dunwell.messaging.channels.email.addresses import InvalidAddressError, wire_address
from dunwell.messaging.models import MailSender
from dunwell.organizations.models import Organization, User
from dunwell.organizations.recording import recorded

MOST_LINES, MOST_CHARACTERS = 10, 1000


@transaction.atomic
def save_sender(
    *,
    organization: Organization,
    name: str,
    address: str,
    reply_to: str = "",
    signature: str = "",
    by: User | None,
    sender_id: int | None = None,
) -> MailSender:
    """Enter a sender, or change one: what is not sent yet is written anew with the next pass. ValidationError by field.

    What was sent keeps the name, address and closing lines it was sent with.
    """
    row = (
        MailSender.objects.select_for_update().get(organization=organization, pk=sender_id)
        if sender_id
        else MailSender(organization=organization)
    )
    row.name, row.address, row.reply_to = " ".join(name.split()), address.strip(), reply_to.strip()
    errors = {}
    if not row.name:
        errors["name"] = "A sender needs a name: it stands beside the address."
    for field, value in (("address", row.address), ("reply_to", row.reply_to)):
        if (value or field == "address") and (said := _wrong_address(value)):
            errors[field] = said
    try:
        row.signature = clean_signature(signature)
    except ValidationError as error:
        errors["signature"] = str(error.message)
    others = MailSender.objects.filter(organization=organization, address__iexact=row.address).exclude(pk=row.pk)
    if other := others.first():
        where = "an archived sender: restore it" if other.archived_at else f"the sender “{other.name}”: change that one"
        errors["address"] = f"This is the address of {where}. Files of policies name a sender by its address."
    if errors:
        raise ValidationError(errors)
    with recorded(user=by.pk if by else None, action="change a sender" if sender_id else "add a sender"):
        row.save()
    return row


def clean_signature(lines: str) -> str:
    """The lines that close a mail, without blanks around them. ValidationError where they are too many."""
    signature = "\n".join(line.strip() for line in lines.strip().splitlines())
    if signature.count("\n") >= MOST_LINES or len(signature) > MOST_CHARACTERS:
        raise ValidationError(f"A signature has at most {MOST_LINES} lines and {MOST_CHARACTERS} characters.")
    return signature


def _wrong_address(value: str) -> str:
    try:
        wire_address(value)
    except InvalidAddressError as error:
        return str(error)
    return ""
