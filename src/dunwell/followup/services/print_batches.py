"""Letters that people print and post. Before a pile is printed and again before it is posted, the guard is asked."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import F, QuerySet

from dunwell.followup.models import Action, ActionState, Notice, NoticeMessage, NoticeState
from dunwell.followup.services import delivery
from dunwell.followup.services.letterheads import letterhead_of
from dunwell.followup.sql import statement
from dunwell.messaging.documents.batch import Pile, Sheaf, pile_up
from dunwell.messaging.documents.press import press
from dunwell.messaging.models import BatchLetter, Message, MessageFile, PrintBatch
from dunwell.messaging.rendering import formats
from dunwell.messaging.services import files, outbox, print_batches
from dunwell.organizations.models import Organization, OrganizationSettings, User
from dunwell.organizations.models.settings import LettersBy

MOST_LETTERS = 200
# Later the letter's words are of another time: it is not marked as posted, and a person calls it back
MOST_DAYS = 7
# So long a person may find out that the pile still lies there
UNPOST_WITHIN = dt.timedelta(hours=24)
PDF = "application/pdf"

REASONS = {
    "changed": "Paid, held or otherwise changed since it was printed.",
    "stopped": "All sending is stopped.",
    "not_queued": "It was called back.",
}


class BatchMovedOnError(Exception):
    """This cannot be done with the batch any more; the message says why and what to do."""


@dataclass(frozen=True)
class Made:
    """A new batch, how many letters were called back instead, and how many wait for the next hour's room."""

    batch: PrintBatch | None
    called_back: int
    put_off: int


@dataclass(frozen=True)
class Posted:
    """Letters that went, and those that have to be taken out of the pile first: then nothing was marked."""

    letters: int
    taken_out: list[BatchLetter]


def make_batch(*, organization: Organization, by: User, now: dt.datetime, today: dt.date) -> Made:
    """Print what is due: each letter passes the guard first. Without letters there is no batch.

    The pile is made while nothing is locked: the letters are only leased, and go back to the queue if it fails. Then
    they are begun and stored with it in one transaction; where one may not be begun, the pile is made again without it.

    Raises BatchMovedOnError where Lob posts them, or nobody: what waits is not laid out for people's envelopes. And
    NotPrintableError; nothing is printed then.
    """
    if OrganizationSettings.objects.get(organization=organization).letters_by != LettersBy.PRINT:
        raise BatchMovedOnError("Letters are not printed here (Settings, Letters). Nothing was printed or changed.")
    worker = f"printing {secrets.token_hex(8)}"
    claimed = print_batches.claim(organization_id=organization.pk, worker=worker, most=MOST_LETTERS, now=now)
    left, put_off = list(claimed), 0
    try:
        while left:
            notices = _notices(organization, left)
            pile = _pile(organization, notices, today)
            with transaction.atomic():
                try:
                    batch = _begin(organization, notices, pile, worker=worker, by=by, now=now)
                    return Made(batch, len(claimed) - len(left) - put_off, put_off)
                except _NotAllBegunError as found:
                    put_off += _leave_out(organization, found.turns, worker, now)
                    left = [turn.message_id for turn in found.turns if turn.is_begun]
    except BaseException:
        print_batches.given_back(organization_id=organization.pk, message_ids=left, worker=worker)
        raise
    return Made(None, len(claimed) - put_off, put_off)


@dataclass(frozen=True)
class _Turn:
    """Whether a letter may be printed, or the guard's word against it; neither: somebody has taken it back."""

    message_id: int
    refusal: str | None
    is_begun: bool


class _NotAllBegunError(Exception):
    """Some of the letters of a pile may not be printed now."""

    def __init__(self, turns: list[_Turn]) -> None:
        super().__init__()
        self.turns = turns


@transaction.atomic
def _begin(
    organization: Organization,
    notices: list[tuple[int, Notice]],
    pile: Pile,
    *,
    worker: str,
    by: User,
    now: dt.datetime,
) -> PrintBatch:
    """All letters of the pile are begun, and are a batch with it. Raises _NotAllBegunError; nothing is changed then."""
    messages = [message_id for message_id, _ in notices]
    parameters: dict[str, Any] = {"messages": messages, "worker": worker, "now": now, "lease": print_batches.LEASE}
    with connection.cursor() as cursor:
        cursor.execute(statement("begin_printing"), parameters)
        turns = [_Turn(*row) for row in cursor.fetchall()]
    if not all(turn.is_begun for turn in turns):
        raise _NotAllBegunError(turns)
    stored = files.keep(organization_id=organization.pk, files=[(PDF, pile.pdf)], now=now)
    batch = PrintBatch.objects.create(
        organization=organization,
        file_id=stored[files.digest_of(pile.pdf)],
        pages=pile.pages,
        made_at=now,
        made_by=by,
    )
    BatchLetter.objects.bulk_create(
        BatchLetter(organization=organization, batch=batch, message_id=message_id, position=position, pages=pages)
        for position, (message_id, pages) in enumerate(zip(messages, pile.pages_of, strict=True), start=1)
    )
    Message.objects.filter(organization=organization, pk__in=messages).update(
        leased_by=print_batches.worker_of(batch.pk), leased_until=now + print_batches.LEASE
    )
    return batch


def _leave_out(organization: Organization, turns: list[_Turn], worker: str, now: dt.datetime) -> int:
    """What the guard refuses is called back, to be written anew; how many the most messages of an hour have no room
    for: they wait as before.
    """
    full = [turn.message_id for turn in turns if turn.refusal == "hourly_limit"]
    print_batches.given_back(organization_id=organization.pk, message_ids=full, worker=worker)
    for refusal in sorted({turn.refusal for turn in turns if turn.refusal} - {"hourly_limit"}):
        reason = delivery.REFUSALS[refusal]
        back = outbox.cancel(
            organization_id=organization.pk,
            message_ids=[turn.message_id for turn in turns if turn.refusal == refusal],
            reason=reason,
            now=now,
        )
        delivery.record_these(message_ids=back, state="cancelled", detail=reason, at=now)
    return len(full)


def _notices(organization: Organization, message_ids: list[int]) -> list[tuple[int, Notice]]:
    """The notices of these messages by the customer's name, as the pile is ordered."""
    links = NoticeMessage.objects.filter(organization=organization, message__in=message_ids)
    found = links.select_related("notice__customer").order_by("notice__customer__name_key", "pk")
    return [(link.message_id, link.notice) for link in found]


def _pile(organization: Organization, notices: list[tuple[int, Notice]], today: dt.date) -> Pile:
    contents = {
        entry.message_id: bytes(entry.file.content)
        for entry in MessageFile.objects.filter(
            organization=organization, message__in=[message_id for message_id, _ in notices], position=0
        ).select_related("file")
    }
    locale = formats.known_locale(organization.locale)
    letters = [
        Sheaf(
            customer=notice.customer.name,
            number=notice.customer.number,
            subject=notice.subject,
            amount=formats.money(locale, notice.currency)(notice.amount),
            pdf=contents[message_id],
        )
        for message_id, notice in notices
    ]
    head = letterhead_of(organization, email="", locale=organization.locale)
    title = f"Letters to post, {formats.date(today, locale, 'long')}"
    return pile_up(press(), head, letters, title=title, day=today)


def is_too_old(batch: PrintBatch, organization: Organization, posted_on: dt.date) -> bool:
    """Whether the words of its letters are of another time on that day."""
    return (posted_on - batch.made_at.astimezone(organization.zone).date()).days > MOST_DAYS


def changed_letters(batch: PrintBatch, *, today: dt.date) -> dict[int, str]:
    """The letters of an unposted batch that may not go as they are, by their message, with the reason."""
    if batch.posted_at is not None:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT message_id, followup_still_true(message_id, %s) FROM messaging_batchletter "
            "WHERE batch_id = %s AND called_back_at IS NULL",
            [today, batch.pk],
        )
        return {message_id: REASONS[reason] for message_id, reason in cursor.fetchall() if reason is not None}


@transaction.atomic
def mark_posted(
    *, organization: Organization, batch_id: int, posted_on: dt.date, by: User, now: dt.datetime, today: dt.date
) -> Posted:
    """A person has posted the pile. What could not go on that day is called back, and then nothing is marked yet.

    What changed after `posted_on` found the letters in the post: they are sent, whatever came then.
    """
    batch = _locked(organization, batch_id)
    if batch.posted_at is not None:
        raise BatchMovedOnError("This batch is marked as posted already. Nothing was changed.")
    if not batch.made_at.astimezone(organization.zone).date() <= posted_on <= today:
        raise BatchMovedOnError("A batch is posted between the day it was printed and today. Nothing was changed.")
    if is_too_old(batch, organization, posted_on):
        raise BatchMovedOnError(
            f"These letters were printed more than {MOST_DAYS} days before: their words are of another time. "
            "Nothing was changed: call them back, and they are written anew."
        )
    changed = changed_letters(batch, today=posted_on)
    if changed:
        _take_out(batch, changed, by=None, now=now)
        taken_out = batch.letters.filter(message__in=changed).select_related("message__customer")
        return Posted(0, list(taken_out))
    ids = list(batch.letters.filter(called_back_at=None).values_list("message_id", flat=True))
    # The contact is the day it went to the post: limits and steps count from there
    _of_messages(organization, ids).update(contact_on=posted_on)
    gone = print_batches.posted(
        organization_id=organization.pk,
        message_ids=ids,
        detail=f"Posted on {posted_on:%d %B %Y}, print batch {batch.pk}.",
        user_id=by.pk,
        now=now,
    )
    delivery.record_these(message_ids=gone, state="sent", detail="", at=now)
    batch.posted_on, batch.posted_at, batch.posted_by = posted_on, now, by
    batch.save()
    return Posted(len(gone), [])


@transaction.atomic
def unmark_posted(*, organization: Organization, batch_id: int, by: User, now: dt.datetime) -> int:
    """It was not posted after all: the pile lies there again, and the guard will be asked once more."""
    batch = _locked(organization, batch_id)
    if batch.posted_at is None:
        raise BatchMovedOnError("This batch is not marked as posted. Nothing was changed.")
    if now - batch.posted_at > UNPOST_WITHIN:
        raise BatchMovedOnError(
            "It was marked as posted more than a day ago: other steps may count on it. Nothing was changed."
        )
    ids = list(batch.letters.filter(called_back_at=None).values_list("message_id", flat=True))
    back = print_batches.not_posted(
        organization_id=organization.pk,
        message_ids=ids,
        worker=print_batches.worker_of(batch.pk),
        user_id=by.pk,
        now=now,
    )
    notices = _of_messages(organization, back)
    notices.update(state=NoticeState.SENDING, contact_on=F("as_of"), changed_at=now)
    Action.objects.filter(organization=organization, notice__in=notices.values("pk"), state=ActionState.DONE).update(
        state=ActionState.PLANNED, done_on=None, changed_at=now
    )
    batch.posted_on = batch.posted_at = batch.posted_by = None
    batch.save()
    return len(back)


@transaction.atomic
def take_out(*, organization: Organization, batch_id: int, message_ids: list[int], by: User, now: dt.datetime) -> int:
    """A person takes letters out of the pile: they are not posted, and written anew if they are still due."""
    batch = _locked(organization, batch_id)
    if batch.posted_at is not None:
        raise BatchMovedOnError("This batch is marked as posted. Take that back first. Nothing was changed.")
    waiting = batch.letters.filter(called_back_at=None, message__in=message_ids).values_list("message_id", flat=True)
    chosen = dict.fromkeys(waiting, f"{by} took it out of the pile.")
    _take_out(batch, chosen, by=by, now=now)
    return len(chosen)


def _take_out(batch: PrintBatch, letters: dict[int, str], *, by: User | None, now: dt.datetime) -> None:
    for reason in sorted(set(letters.values())):
        ids = [message_id for message_id, why in letters.items() if why == reason]
        back = print_batches.taken_back(
            organization_id=batch.organization_id,
            message_ids=ids,
            reason=reason,
            user_id=by.pk if by else None,
            now=now,
        )
        delivery.record_these(message_ids=back, state="cancelled", detail=reason, at=now)
        batch.letters.filter(message__in=ids).update(called_back_at=now, called_back_reason=reason[:300])


def _of_messages(organization: Organization, message_ids: list[int]) -> QuerySet[Notice]:
    links = NoticeMessage.objects.filter(organization=organization, message__in=message_ids)
    return Notice.objects.filter(organization=organization, pk__in=links.values("notice"))


def _locked(organization: Organization, batch_id: int) -> PrintBatch:
    return PrintBatch.objects.select_for_update().get(organization=organization, pk=batch_id)
