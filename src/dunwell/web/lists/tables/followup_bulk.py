"""What can be done with many notices or waiting steps at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dunwell.followup.models import NoticeState
from dunwell.followup.services import many
from dunwell.insights.notices import UNSENT
from dunwell.rules.permissions import Permission
from dunwell.rules.waiting import Waiting
from dunwell.web.access import Desk
from dunwell.web.lists.table import Bulk, Effect, Outcome, Rows
from dunwell.web.lists.tables.customer_bulk import left_out
from dunwell.workflows.by_hand import follow_up
from dunwell.workflows.sender import sender_of
from dunwell.workflows.wake import wake_dispatch


def _approve_effects(desk: Desk, rows: Rows) -> Sequence[Effect]:
    awaiting = rows.filter(state=NoticeState.AWAITING_APPROVAL)
    goes = (
        "approved: each goes in its send window" if desk.settings.may_send else "approved: each goes once sending is on"
    )
    return (
        Effect(awaiting.count(), goes, "good"),
        Effect(awaiting.filter(tone="final").count(), "of them in the final tone", "warn"),
        Effect(rows.exclude(state=NoticeState.AWAITING_APPROVAL).count(), "not awaiting approval: left as they are"),
    )


def _approve(desk: Desk, ids: list[int], answers: dict[str, Any]) -> Outcome:
    del answers
    done = many.approve_notices(
        organization=desk.organization, notice_ids=ids, by=desk.user, sender=sender_of(desk.organization), now=desk.now
    )
    if desk.settings.may_send:
        wake_dispatch(desk.organization)
    return left_out(done, len(ids), "they did not await approval")


def _drop_effects(desk: Desk, rows: Rows) -> Sequence[Effect]:
    del desk
    unsent = rows.filter(state__in=UNSENT)
    return (
        Effect(unsent.count(), "called back; their steps end and are not sent. Later steps come due as always", "bad"),
        Effect(unsent.exclude(edited_by=None).count(), "of them changed by a person, whose words are lost", "warn"),
        Effect(rows.exclude(state__in=UNSENT).count(), "sent, being sent or called back: left as they are"),
    )


def _drop(desk: Desk, ids: list[int], answers: dict[str, Any]) -> Outcome:
    del answers
    done = many.drop_notices(organization=desk.organization, notice_ids=ids, by=desk.user, now=desk.now)
    follow_up(desk.organization, now=desk.now)
    return left_out(done, len(ids), "it was too late, or there was nothing to call back")


def _drop_steps_effects(desk: Desk, rows: Rows) -> Sequence[Effect]:
    del desk
    old = rows.filter(reason=Waiting.OLD_DEBT)
    return (
        Effect(rows.count(), "ended and not sent, even when their reason is gone", "bad"),
        Effect(
            old.values("invoice").distinct().count(),
            "very old debts among them: every step of theirs that waits ends",
            "warn",
        ),
    )


def _drop_steps(desk: Desk, ids: list[int], answers: dict[str, Any]) -> Outcome:
    del answers
    done = many.drop_actions(organization=desk.organization, action_ids=ids, by=desk.user, now=desk.now)
    return left_out(done, len(ids), "they do not wait any more")


NOTICE_BULK = (
    Bulk(
        name="approve",
        label="Approve",
        icon="check",
        permission=Permission.APPROVE_NOTICES,
        title="Approve",
        button="Approve them",
        effects=_approve_effects,
        act=_approve,
        only_first=True,
    ),
    Bulk(
        name="drop",
        label="Drop",
        icon="ban",
        permission=Permission.EDIT_NOTICES,
        title="Drop",
        button="Drop them",
        effects=_drop_effects,
        act=_drop,
        stops=True,
        only_first=True,
    ),
)
WAITING_BULK = (
    Bulk(
        name="drop",
        label="Take out",
        icon="ban",
        permission=Permission.EDIT_NOTICES,
        title="Take out",
        button="Take them out",
        effects=_drop_steps_effects,
        act=_drop_steps,
        stops=True,
    ),
)
