"""What a person does with many notices or waiting steps at once: set-based, and what has moved on is left as it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models import Q, QuerySet

from dunwell.followup.models import Action, ActionState, Notice, NoticeMessage, NoticeState
from dunwell.followup.queries.deliveries import last_deliveries
from dunwell.followup.queries.pending import failed_and_wanted, uncertain
from dunwell.followup.services import delivery
from dunwell.followup.services.notices import UNSENT
from dunwell.followup.services.queueing import queue
from dunwell.followup.services.release import call_back, call_back_what_is_late
from dunwell.followup.services.texts import Sender
from dunwell.messaging.services import outbox
from dunwell.organizations.models import Organization, User
from dunwell.organizations.scope import Scope
from dunwell.rules.waiting import Final, Waiting

BATCH = 500


def approve_notices(
    *, organization: Organization, notice_ids: Sequence[int], by: User, sender: Sender, now: dt.datetime
) -> int:
    """Let these notices go, as `notices.approve` does with one; how many awaited that. Batches commit one by one."""
    done = 0
    for start in range(0, len(notice_ids), BATCH):
        done += _approve(organization, notice_ids[start : start + BATCH], by, sender, now)
    return done


@transaction.atomic
def _approve(organization: Organization, notice_ids: Sequence[int], by: User, sender: Sender, now: dt.datetime) -> int:
    awaiting = Notice.objects.select_for_update().filter(
        organization=organization, pk__in=notice_ids, state=NoticeState.AWAITING_APPROVAL
    )
    notices = list(awaiting.order_by("pk"))
    Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(
        state=NoticeState.COMPOSED, needs_approval=False, approved_by=by, approved_at=now, changed_at=now
    )
    if organization.settings.may_send:
        queue(notices, sender)
    return len(notices)


@transaction.atomic
def drop_notices(*, organization: Organization, notice_ids: Collection[int], by: User, now: dt.datetime) -> int:
    """Call these notices back and end their steps as dropped; how many had not begun to go."""
    unsent = Notice.objects.select_for_update().filter(
        organization=organization, pk__in=list(notice_ids), state__in=UNSENT
    )
    notices = list(unsent.order_by("pk").values_list("pk", flat=True))
    steps = Action.objects.filter(organization=organization, notice__in=notices, state=ActionState.PLANNED)
    step_ids = list(steps.values_list("pk", flat=True))
    messages = dict(
        NoticeMessage.objects.filter(organization=organization, notice__in=notices)
        .order_by("pk")  # the last one of a notice wins
        .values_list("notice", "message")
    )
    queued = set(Notice.objects.filter(pk__in=notices, state=NoticeState.QUEUED).values_list("pk", flat=True))
    back = call_back(
        organization_id=organization.pk,
        notices_and_messages=[(pk, messages.get(pk) if pk in queued else None) for pk in notices],
        reason=f"{by} dropped it.",
        now=now,
    )
    # Where a worker was quicker, the step still has its notice
    _end(Action.objects.filter(pk__in=step_ids, notice=None, state=ActionState.PLANNED), by, now)
    return back


@transaction.atomic
def drop_actions(*, organization: Organization, action_ids: Collection[int], by: User, now: dt.datetime) -> int:
    """End these waiting steps; very old debts among them are left with all their steps. How many steps waited."""
    waiting = Action.objects.filter(organization=organization, state=ActionState.WAITING)
    chosen = waiting.filter(pk__in=list(action_ids))
    left = chosen.filter(reason=Waiting.OLD_DEBT).values("invoice")
    with_them = waiting.filter(reason=Waiting.OLD_DEBT, invoice__in=left)
    ids = list(
        waiting.filter(Q(pk__in=chosen.values("pk")) | Q(pk__in=with_them.values("pk"))).values_list("pk", flat=True)
    )
    return _end(waiting.filter(pk__in=ids), by, now)


def _end(actions: QuerySet[Action], by: User, now: dt.datetime) -> int:
    return actions.update(
        state=ActionState.FINAL,
        reason=Final.DROPPED.value,
        detail="",
        recheck_on=None,
        needs_approval=False,
        dropped_by=by,
        changed_at=now,
    )


@transaction.atomic
def try_again(*, organization: Organization, message_ids: Collection[int], by: User, now: dt.datetime) -> int:
    """Queue these failed messages once more, as `notices.try_again` does with one; how many.

    Those whose window has closed are called back, to be written anew. Left as they are: what carries no notice, and
    what no step waits for any more, as it was paid or a later one took its place.
    """
    failed = _carried(failed_and_wanted(Scope(organization)), message_ids)
    released = outbox.release(organization_id=organization.pk, message_ids=list(failed), user_id=by.pk, now=now)
    going = {message: failed[message] for message in released}
    Notice.objects.filter(organization=organization, pk__in=[notice.pk for notice in going.values()]).update(
        state=NoticeState.QUEUED, contact_on=None, changed_at=now
    )
    call_back_what_is_late(organization_id=organization.pk, notices=going, now=now)
    return len(going)


@transaction.atomic
def arrived(*, organization: Organization, message_ids: Collection[int], by: User, now: dt.datetime) -> int:
    """A person knows that these uncertain messages arrived, as `notices.settle_uncertain` takes it of one; how many.

    What carries no notice is left as it is.
    """
    carried = _carried(uncertain(Scope(organization)), message_ids)
    confirmed = outbox.confirm(organization_id=organization.pk, message_ids=list(carried), user_id=by.pk, now=now)
    delivery.record_these(message_ids=confirmed, state="sent", detail="", at=now)
    return len(confirmed)


def _carried(notices: QuerySet[Notice], message_ids: Collection[int]) -> dict[int, Notice]:
    """By message, those of the notices that it carries; locked, and asked once more when they are."""
    deliveries = last_deliveries(notices).filter(message__in=list(message_ids))
    message_of = dict(deliveries.values_list("notice", "message"))
    locked = notices.select_for_update(of=("self",)).filter(pk__in=message_of)
    return {message_of[notice.pk]: notice for notice in locked.order_by("pk")}
