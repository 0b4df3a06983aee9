"""What a person does with many notices or waiting steps at once: set-based, and what has moved on is left as it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models import Q, QuerySet

from dunwell.followup.models import Action, ActionState, Notice, NoticeMessage, NoticeState
from dunwell.followup.services.notices import UNSENT
from dunwell.followup.services.queueing import queue
from dunwell.followup.services.release import call_back
from dunwell.followup.services.texts import Sender
from dunwell.organizations.models import Organization, User
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
