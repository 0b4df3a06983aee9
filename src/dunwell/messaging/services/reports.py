"""What a provider reports after it took a message: delivered, opened, came back, complained about.

The same report may come twice, late, or before an earlier one; each is kept once, and a message's state only moves
forward: on its way, sent, delivered, failed. A report that comes before the sender has stored its own outcome, or about
a message of which nobody knew whether it arrived, says that the provider has it. One about an earlier transmission of a
message that was sent again is kept, and does not move it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection, transaction

from dunwell.ledger.models import ChoiceSource, Said
from dunwell.ledger.services.addresses import keep_choice_of_address, keep_choice_of_number, refuse_address
from dunwell.messaging.models import EventKind, Message, MessageState
from dunwell.rules.channels import Channel

_ARRIVED = (EventKind.DELIVERED, EventKind.OPENED, EventKind.CLICKED, EventKind.COMPLAINED)
_CAME_BACK = (EventKind.BOUNCED, EventKind.UNDELIVERED)
# From which states a report moves a message on. A queued one was tried, and refused as far as we heard
_FORWARD: dict[str, tuple[str, ...]] = {
    MessageState.SENT: (MessageState.QUEUED, MessageState.SENDING, MessageState.UNCERTAIN),
    MessageState.DELIVERED: (
        MessageState.QUEUED,
        MessageState.SENDING,
        MessageState.UNCERTAIN,
        MessageState.SENT,
    ),
    MessageState.FAILED: (
        MessageState.SENDING,
        MessageState.UNCERTAIN,
        MessageState.SENT,
        MessageState.DELIVERED,
    ),
}
_OF_COPY: dict[str, str] = {
    EventKind.BOUNCED: EventKind.COPY_BOUNCED,
    EventKind.COMPLAINED: EventKind.COPY_COMPLAINED,
}
_NO_WORDS = "The provider gave no reason."

_KEEP = """
INSERT INTO messaging_messageevent (organization_id, message_id, kind, at, detail, provider_event)
VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING
RETURNING id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """One report, in our words.

    The message is named by our own number (`message_id`, where the provider hands it back) or by the provider's
    (`provider_id`). `provider_event` is the provider's name of the report; without one a report is known by kind and
    time. `kind` is one of EventKind: SENT only says that the provider has it, BOUNCED that the address does not exist,
    UNDELIVERED that it did not get there for another reason.
    """

    organization_id: int
    channel: str
    kind: str
    at: dt.datetime
    message_id: int | None = None
    provider_id: str = ""
    provider_event: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Reported:
    """What a report changed. `state` is the message's new state, empty where it did not move."""

    message_id: int
    customer_id: int
    is_new: bool
    state: str = ""


@transaction.atomic
def keep_report(report: DeliveryReport, *, now: dt.datetime) -> Reported | None:
    """Keep a report and what follows from it for the message and its address; None: no such message is known.

    Whoever keeps notices repeats the new state in the same transaction (`workflows/reports.py`).
    """
    message = _found(report)
    if message is None:
        return None
    if not _is_new(report, message):
        return Reported(message.pk, message.customer_id, is_new=False)
    is_earlier = _is_of_another_transmission(report, message)
    if report.provider_id and report.provider_id != message.provider_id and not is_earlier:
        Message.objects.filter(pk=message.pk).update(provider_id=report.provider_id)
    _spare(message.recipient, report, message, now)
    state = "" if is_earlier else _move(report, message, now)
    return Reported(message.pk, message.customer_id, is_new=True, state=state)


@transaction.atomic
def keep_report_of_copy(report: DeliveryReport, *, recipient: str, now: dt.datetime) -> bool:
    """What follows from a report about a copy: for its address, never for the mail. False: it is about no copy.

    Told once more it refuses nothing again: a person may have confirmed the address meanwhile.
    """
    message = _found(report)
    if message is None or recipient.casefold() == message.recipient.casefold():
        return False
    if recipient.casefold() not in {str(copy["address"]).casefold() for copy in message.copies}:
        return False
    kind = _OF_COPY.get(report.kind)
    if kind is not None:
        name = report.provider_event or f"{recipient} {report.at.isoformat()}"
        if _keep(message, kind, report.at, f"{recipient}: {report.detail or _NO_WORDS}", name):
            _spare(recipient, report, message, now)
    return True


def _found(report: DeliveryReport) -> Message | None:
    messages = Message.objects.select_for_update().filter(
        organization_id=report.organization_id, channel=report.channel
    )
    if report.message_id is not None:
        return messages.filter(pk=report.message_id).first()
    if not report.provider_id:
        return None
    return messages.filter(provider_id=report.provider_id).order_by("pk").first()


def _is_of_another_transmission(report: DeliveryReport, message: Message) -> bool:
    """Whether the provider names another delivery than the one that the message ended with.

    While a message is on its way again, the name that is stored is of the transmission before.
    """
    is_known = message.state not in _FORWARD[MessageState.SENT]
    return is_known and bool(report.provider_id and message.provider_id) and report.provider_id != message.provider_id


def _is_new(report: DeliveryReport, message: Message) -> bool:
    if report.kind == EventKind.SENT:
        # The sender keeps that itself, unless it never heard the answer. What is on its way again is not sent by a
        # report, told once more, about the transmission before
        is_known = bool(report.provider_id) and report.provider_id == message.provider_id
        return message.state in _FORWARD[MessageState.SENT] and not is_known
    return _keep(message, report.kind, report.at, report.detail, report.provider_event)


def _keep(message: Message, kind: str, at: dt.datetime, detail: str, name: str = "") -> bool:
    """Add it to the message's history; False: it is there already. `name` is what the provider calls its report."""
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [message.organization_id, message.pk, kind, at, detail, name[:200]])
        return cursor.fetchone() is not None


def _move(report: DeliveryReport, message: Message, now: dt.datetime) -> str:
    if report.kind in _ARRIVED:
        state = MessageState.DELIVERED
    else:
        state = MessageState.FAILED if report.kind in _CAME_BACK else MessageState.SENT
    if message.state not in _FORWARD[state]:
        return ""
    if report.kind == EventKind.SENT:
        _keep(message, report.kind, report.at, report.detail)
    Message.objects.filter(pk=message.pk).update(
        state=state,
        finished_at=message.finished_at or now,
        last_error=(report.detail or _NO_WORDS) if state == MessageState.FAILED else "",
        leased_until=None,
        leased_by="",
    )
    return str(state.value)


def _spare(address: str, report: DeliveryReport, message: Message, now: dt.datetime) -> None:
    """An address that does not exist is not used again; whoever complains gets no more messages on this channel."""
    if report.kind == EventKind.BOUNCED:
        refuse_address(
            organization_id=message.organization_id,
            customer_id=message.customer_id,
            channel=message.channel,
            address=address,
            reason=report.detail or _NO_WORDS,
            now=now,
        )
    elif report.kind == EventKind.COMPLAINED:
        _opt_out(address, report, message, now)


def _opt_out(address: str, report: DeliveryReport, message: Message, now: dt.datetime) -> None:
    if message.channel == Channel.EMAIL:
        keep_choice_of_address(
            organization_id=message.organization_id,
            email=address,
            said=Said.OPTED_OUT,
            source=ChoiceSource.COMPLAINT,
            now=now,
            detail=report.detail,
        )
    elif message.channel == Channel.SMS:
        keep_choice_of_number(
            organization_id=message.organization_id,
            number=address,
            said=Said.OPTED_OUT,
            source=ChoiceSource.COMPLAINT,
            now=now,
            detail=report.detail,
        )
