"""What a person does with one notice: read it, change it, take an invoice out, let it go."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from dunwell.followup.models import Action, ActionState, Notice, NoticeItem, NoticeMessage, NoticeState
from dunwell.followup.services import delivery
from dunwell.followup.services.letters import print_again
from dunwell.followup.services.queueing import queue
from dunwell.followup.services.release import call_back, call_back_what_is_late
from dunwell.followup.services.texts import Sender
from dunwell.followup.sql import statement
from dunwell.ledger.models import Invoice, TouchedCustomer
from dunwell.messaging.documents import NotPrintableError
from dunwell.messaging.models import Message, MessageState
from dunwell.messaging.services import outbox
from dunwell.organizations.models import Organization, User
from dunwell.rules.channels import Channel
from dunwell.rules.sms import gist, plain
from dunwell.rules.waiting import Final, Waiting
from dunwell.rules.windows import Window, utmost_hours_of, window_on, zone_of

UNSENT = (NoticeState.COMPOSED, NoticeState.AWAITING_APPROVAL, NoticeState.QUEUED)
SENT_ANYWAY = (Waiting.CONTACT_INTERVAL, Waiting.WEEKLY_LIMIT, Waiting.RUN_LIMIT)


class NoticeMovedOnError(Exception):
    """The notice is not in a state in which this can be done any more; the message says what it is now."""


class OutsideWindowError(Exception):
    """It is outside the send window and the person has not confirmed that it goes all the same."""


class AtNightError(OutsideWindowError):
    """Through this channel nobody is reached at this hour, whoever confirms it."""


def _locked(organization: Organization, notice_id: int, *states: str) -> Notice:
    notice = Notice.objects.select_for_update().get(organization=organization, pk=notice_id)
    if notice.state not in states:
        raise NoticeMovedOnError(f"This notice is {notice.get_state_display().lower()} by now. Nothing was changed.")
    return notice


def _last_message(notice: Notice) -> Message | None:
    link = NoticeMessage.objects.filter(notice=notice).select_related("message").order_by("-id").first()
    return link.message if link else None


def _take_from_queue(notice: Notice, *, by: User, now: dt.datetime, reason: str) -> None:
    """Take the notice's message back before a worker has begun it. Raises NoticeMovedOnError when one has."""
    if notice.state != NoticeState.QUEUED:
        return
    message = _last_message(notice)
    assert message is not None
    taken = outbox.cancel(
        organization_id=notice.organization_id, message_ids=[message.pk], reason=reason, now=now, user_id=by.pk
    )
    if not taken:
        raise NoticeMovedOnError("A worker has just begun to send it. Nothing was changed.")


@transaction.atomic
def approve(*, organization: Organization, notice_id: int, by: User, sender: Sender, now: dt.datetime) -> Notice:
    """A person has read it and lets it go: queued for its window, or ready where sending is off."""
    notice = _locked(organization, notice_id, NoticeState.AWAITING_APPROVAL)
    notice.approved_by, notice.approved_at, notice.needs_approval = by, now, False
    notice.state = NoticeState.COMPOSED
    notice.save()
    if organization.settings.may_send:
        queue([notice], sender)
        notice.refresh_from_db()
    return notice


@transaction.atomic
def edit(
    *,
    organization: Organization,
    notice_id: int,
    by: User,
    subject: str,
    body_text: str,
    body_html: str,
    now: dt.datetime,
) -> Notice:
    """Keep a person's words. What was queued comes back and waits for approval; the rest stays where it is."""
    notice = _locked(organization, notice_id, *UNSENT)
    if notice.channel == Channel.SMS:
        body_text = plain(body_text).strip()
        subject = gist(body_text)
    if not subject.strip() or not (body_text.strip() or body_html.strip()):
        raise ValueError("A notice needs a subject and a text.")
    _take_from_queue(notice, by=by, now=now, reason="A person changed the text.")
    if notice.state == NoticeState.QUEUED:
        notice.state, notice.needs_approval = NoticeState.AWAITING_APPROVAL, True
    notice.subject, notice.body_text, notice.body_html = subject.strip(), body_text, body_html
    notice.edited_by, notice.edited_at = by, now
    notice.save()
    if notice.channel == Channel.LETTER:
        try:
            print_again(organization, notice, now=now)
        except NotPrintableError as error:
            raise NoticeMovedOnError(f"{error} Nothing was changed.") from error
    return notice


@transaction.atomic
def drop_invoice(*, organization: Organization, notice_id: int, invoice_id: int, by: User, now: dt.datetime) -> None:
    """Take one invoice out: its step ends as dropped, and the notice is called back to be written without it."""
    notice = _locked(organization, notice_id, *UNSENT)
    NoticeItem.objects.get(notice=notice, invoice_id=invoice_id)
    message = _last_message(notice) if notice.state == NoticeState.QUEUED else None
    back = call_back(
        organization_id=organization.pk,
        notices_and_messages=[(notice.pk, message.pk if message else None)],
        reason=f"{by} took an invoice out: it is written anew.",
        now=now,
    )
    if not back:
        raise NoticeMovedOnError("A worker has just begun to send it. Nothing was changed.")
    Action.objects.filter(
        organization=organization, invoice_id=invoice_id, state=ActionState.PLANNED, notice=None
    ).update(
        state=ActionState.FINAL,
        reason=Final.DROPPED.value,
        recheck_on=None,
        needs_approval=False,
        dropped_by=by,
        changed_at=now,
    )


@transaction.atomic
def send_now(
    *, organization: Organization, notice_id: int, by: User, sender: Sender, now: dt.datetime, confirmed: bool = False
) -> Notice:
    """Let it go at once instead of waiting for its turn. A hold still stops it: the guard looks as always.

    Outside the send window only when the person has confirmed that, which the notice keeps.
    """
    notice = _locked(organization, notice_id, *UNSENT)
    if not organization.settings.may_send:
        raise NoticeMovedOnError("Sending is off: chasing has not started, or all sending is stopped.")
    if not notice.opens_at <= now < notice.closes_at:
        if not confirmed:
            raise OutsideWindowError("It is outside this customer's send window. Confirm that it goes all the same.")
        utmost = _utmost_window(notice, organization, now)
        if now not in utmost:
            raise AtNightError(
                "SMS and calls go between 08:00 and 21:00 where the customer is, whoever asks. Nothing was changed: "
                "it goes in its window."
            )
        notice.window_overridden_by = by
        notice.opens_at = now
        notice.closes_at = min(max(notice.closes_at, now + dt.timedelta(hours=1)), utmost.closes)
    _take_from_queue(notice, by=by, now=now, reason="A person sends it now.")
    if notice.state == NoticeState.AWAITING_APPROVAL:
        notice.approved_by, notice.approved_at = by, now
    notice.needs_approval = False
    notice.save()
    queue([notice], sender)
    notice.refresh_from_db()
    return notice


def _utmost_window(notice: Notice, organization: Organization, now: dt.datetime) -> Window:
    """The hours of today that not even a person's confirmed wish extends."""
    theirs = notice.customer.time_zone
    zone = zone_of(notice.channel, ZoneInfo(theirs) if theirs else organization.zone, organization.zone)
    return window_on(now.astimezone(zone).date(), utmost_hours_of(notice.channel), zone)


@transaction.atomic
def settle_uncertain(
    *, organization: Organization, notice_id: int, by: User, arrived: bool, now: dt.datetime
) -> Notice:
    """A person decides about a notice of which nobody knows whether it arrived: it did, or it is sent again.

    Sent again it is as written only while its own window is open; after that it is called back, to be written anew.
    """
    notice = _locked(organization, notice_id, NoticeState.UNCERTAIN)
    message = _last_message(notice)
    assert message is not None
    if arrived:
        outbox.confirm(organization_id=organization.pk, message_ids=[message.pk], user_id=by.pk, now=now)
        delivery.record_these(message_ids=[message.pk], state="sent", detail="", at=now)
    else:
        # As far as anybody knows these steps never reached the customer
        Action.objects.filter(organization=organization, notice=notice, state=ActionState.DONE).update(
            state=ActionState.PLANNED, done_on=None, changed_at=now
        )
        _send_again(notice, message, by=by, now=now)
    notice.refresh_from_db()
    return notice


@transaction.atomic
def try_again(*, organization: Organization, notice_id: int, by: User, now: dt.datetime) -> Notice:
    """Queue a failed notice once more, or call it back to be written anew when its window has closed.

    When its facts have changed meanwhile the guard has it written anew.
    """
    notice = _locked(organization, notice_id, NoticeState.FAILED)
    message = _last_message(notice)
    assert message is not None
    _send_again(notice, message, by=by, now=now)
    notice.refresh_from_db()
    return notice


def _send_again(notice: Notice, message: Message, *, by: User, now: dt.datetime) -> None:
    released = outbox.release(organization_id=notice.organization_id, message_ids=[message.pk], user_id=by.pk, now=now)
    if not released:
        state = MessageState(Message.objects.get(pk=message.pk).state).label.lower()
        raise NoticeMovedOnError(f"The message is {state} by now. Nothing was changed.")
    notice.state, notice.contact_on = NoticeState.QUEUED, None
    notice.save(update_fields=["state", "contact_on"])
    call_back_what_is_late(organization_id=notice.organization_id, notices={message.pk: notice}, now=now)


@transaction.atomic
def chase_old_debt(*, organization: Organization, invoice_id: int, by: User, now: dt.datetime) -> None:
    """A person decides that a debt from before this book's time is chased like any other."""
    invoice = Invoice.objects.get(organization=organization, pk=invoice_id)
    with connection.cursor() as cursor:
        cursor.execute(
            statement("release_old_debt"),
            {"organization": organization.pk, "invoice": invoice.pk, "user": by.pk, "now": now},
        )
    TouchedCustomer.objects.create(organization=organization, customer_id=invoice.customer_id)


@transaction.atomic
def drop_action(*, organization: Organization, action_id: int, by: User, now: dt.datetime) -> None:
    """End a waiting step by hand: it is not sent, whatever becomes of its reason."""
    action = Action.objects.select_for_update().get(organization=organization, pk=action_id)
    if action.state != ActionState.WAITING:
        raise NoticeMovedOnError(f"This step is {action.get_state_display().lower()} by now. Nothing was changed.")
    action.state, action.reason, action.detail, action.recheck_on, action.changed_at = (
        ActionState.FINAL,
        Final.DROPPED.value,
        "",
        None,
        now,
    )
    action.dropped_by = by
    action.save()


@transaction.atomic
def send_despite_limits(*, organization: Organization, customer_id: int, by: User, now: dt.datetime) -> int:
    """Plan what of one customer waits only for a limit; a person reads it before it goes."""
    waiting = Action.objects.select_for_update().filter(
        organization=organization,
        customer_id=customer_id,
        state=ActionState.WAITING,
        reason__in=[reason.value for reason in SENT_ANYWAY],
    )
    return waiting.update(
        state=ActionState.PLANNED, reason="", notice=None, needs_approval=True, limits_overridden_by=by, changed_at=now
    )
