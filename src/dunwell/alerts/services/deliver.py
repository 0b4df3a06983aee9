"""Bringing alerts to people's mailboxes and chats: claimed under a lease, sent outside any transaction, once."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.conf import settings as installation
from django.db import transaction

from dunwell.alerts.models import AlertSend, SendState, SendWay
from dunwell.alerts.services.chat import tell
from dunwell.alerts.words import words
from dunwell.messaging.channels.email import connect_by, mail_settings
from dunwell.messaging.channels.port import OutgoingMessage, Result, ServerUnavailableError
from dunwell.organizations.models import Organization
from dunwell.organizations.secrets import SecretUnreadableError, decrypt

# Longer than any one transmission
LEASE = dt.timedelta(minutes=10)
MOST_AT_ONCE = 50
MOST_ATTEMPTS = 6
LOST = "The worker that was sending it is gone; it may have arrived."


@dataclass(frozen=True)
class Outcome:
    """How one transmission ended."""

    state: SendState
    error: str = ""


def deliver(organization: Organization, *, clock: Callable[[], dt.datetime]) -> dict[str, int]:
    """Send what is due; how many rows ended in which state. Any number of workers may do this at once."""
    _settle_lost(organization, clock())
    ended: dict[str, int] = defaultdict(int)
    while parcels := _claimed(organization, clock()):
        for number, parcel in enumerate(parcels):
            if not _still_ours(parcels[number:], clock()):
                break
            outcome = _send(organization, parcel, clock())
            _record(parcel, outcome, clock())
            ended[outcome.state.value] += len(parcel)
    return dict(ended)


def _claimed(organization: Organization, now: dt.datetime) -> list[list[AlertSend]]:
    """Rows that are due, marked as being sent; a person's daily ones make one parcel, all others are alone."""
    with transaction.atomic():
        rows = list(
            AlertSend.objects.filter(organization=organization, state=SendState.QUEUED, next_attempt_at__lte=now)
            .order_by("next_attempt_at", "id")
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("alert__customer", "user", "destination")[:MOST_AT_ONCE]
        )
        ids = [row.pk for row in rows]
        AlertSend.objects.filter(pk__in=ids).update(state=SendState.SENDING, leased_until=now + LEASE)
    parcels: dict[tuple[object, ...], list[AlertSend]] = defaultdict(list)
    for row in rows:
        parcels[_together(row)].append(row)
    return list(parcels.values())


def _still_ours(parcels: list[list[AlertSend]], now: dt.datetime) -> bool:
    """The lease of what is still to be sent begins anew with each parcel: a slow server costs no parcel behind it.

    False: it had run out, and others have called these lost.
    """
    waiting = [row.pk for parcel in parcels for row in parcel]
    rows = AlertSend.objects.filter(pk__in=waiting, state=SendState.SENDING)
    return rows.update(leased_until=now + LEASE) > 0


def _together(row: AlertSend) -> tuple[object, ...]:
    """What makes one parcel. One that was tried stays what it was, so that a person who gets it late knows it again."""
    if row.way != SendWay.DIGEST:
        return row.way, row.pk
    return row.way, row.user_id, row.next_attempt_at if row.attempts else None


def _name(parcel: list[AlertSend]) -> str:
    """The same for all requests of an attempt: a provider with a key takes it once (channels/doubt.py).

    Another attempt comes only after a clear no, so nothing hangs on the name of the one before.
    """
    first, *others = sorted(row.pk for row in parcel)
    return f"alert-{first}" + (f"-{others[-1]}-{len(parcel)}" if others else "")


def _settle_lost(organization: Organization, now: dt.datetime) -> None:
    lost = AlertSend.objects.filter(organization=organization, state=SendState.SENDING, leased_until__lt=now)
    lost.update(state=SendState.UNCERTAIN, finished_at=now, leased_until=None, error=LOST)


def _record(parcel: list[AlertSend], outcome: Outcome, now: dt.datetime) -> None:
    rows = AlertSend.objects.filter(pk__in=[row.pk for row in parcel], state=SendState.SENDING)
    attempts = max(row.attempts for row in parcel) + 1
    if outcome.state is SendState.QUEUED and attempts < MOST_ATTEMPTS:
        again = now + dt.timedelta(minutes=2**attempts)
        rows.update(
            state=SendState.QUEUED, attempts=attempts, next_attempt_at=again, leased_until=None, error=outcome.error
        )
        return
    state = SendState.FAILED if outcome.state is SendState.QUEUED else outcome.state
    rows.update(state=state, attempts=attempts, finished_at=now, leased_until=None, error=outcome.error)


def _send(organization: Organization, parcel: list[AlertSend], now: dt.datetime) -> Outcome:
    first = parcel[0]
    if first.destination is not None:
        found = words(first.alert, organization.locale)
        try:
            refused = tell(
                decrypt(first.destination.address), found.title, _with_link(organization, found.more, found.path)
            )
        except SecretUnreadableError as error:
            return Outcome(SendState.FAILED, str(error))
        return Outcome(SendState.QUEUED, refused) if refused else Outcome(SendState.SENT)
    return _mail(organization, parcel, now)


def _mail(organization: Organization, parcel: list[AlertSend], now: dt.datetime) -> Outcome:
    user = parcel[0].user
    assert user is not None
    if not user.is_active:
        return Outcome(SendState.FAILED, "The account is not active any more.")
    address = organization.settings.sender_address or installation.SENDER
    if not address:
        return Outcome(SendState.QUEUED, "No sender's address is set.")
    subject, body = _text(organization, parcel)
    message = OutgoingMessage(
        id=0,
        organization_id=organization.pk,
        customer_id=0,
        recipient=user.email,
        recipient_name=user.name,
        sender=address,
        sender_name="Dunwell",
        reply_to="",
        subject=subject,
        body_text=body,
        body_html="",
        rfc_message_id=f"<{_name(parcel)}@{address.rpartition('@')[2]}>",
        attempts=parcel[0].attempts,
        date=now,
    )
    try:
        channel = connect_by(mail_settings(organization.pk))
        try:
            channel.open()
            answer = channel.transmit(message)
        finally:
            channel.close()
    except ServerUnavailableError as error:
        return Outcome(SendState.QUEUED, str(error))
    return Outcome(_STATES[answer.result], "" if answer.result is Result.ACCEPTED else answer.detail)


_STATES = {
    Result.ACCEPTED: SendState.SENT,
    Result.TEMPORARY: SendState.QUEUED,
    Result.PERMANENT: SendState.FAILED,
    Result.UNCERTAIN: SendState.UNCERTAIN,
}


def _text(organization: Organization, parcel: Iterable[AlertSend]) -> tuple[str, str]:
    told = [words(row.alert, organization.locale) for row in parcel]
    pieces = [
        "\n".join(part for part in (one.title, _with_link(organization, one.more, one.path)) if part) for one in told
    ]
    subject = told[0].title if len(told) == 1 else f"{organization.name}: {len(told)} things happened"
    choose = f"You choose what you are told, and how: {_link(organization, 'alerts/choices/')}"
    return subject, "\n\n".join([*pieces, "-- \n" + choose]) + "\n"


def _with_link(organization: Organization, more: str, path: str) -> str:
    return "\n".join(part for part in (more, _link(organization, path) if path else "") if part)


def _link(organization: Organization, path: str) -> str:
    return f"{installation.BASE_URL.rstrip('/')}/o/{organization.slug}/{path}"
