"""What can be done with many messages at once: those that failed, and those of which nobody knows.

To send an uncertain one again stays a decision about each: a reminder that comes twice is worse than one that is late.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from dunwell.followup.queries.deliveries import last_deliveries
from dunwell.followup.queries.pending import failed_and_wanted, uncertain
from dunwell.followup.services import many
from dunwell.messaging.models import Message, MessageState
from dunwell.rules.permissions import Permission
from dunwell.web.access import Desk
from dunwell.web.lists.table import Bulk, Effect, Outcome, Rows
from dunwell.workflows.by_hand import follow_up
from dunwell.workflows.wake import wake_dispatch

NO_NOTICE = "they carry no notice"
NOT_WANTED = "nothing waits for them: without a notice, paid, or overtaken by a later step"


def _failed(desk: Desk, rows: Rows) -> Rows:
    return rows.filter(
        state=MessageState.FAILED, pk__in=last_deliveries(failed_and_wanted(desk.scope)).values("message")
    )


def _uncertain(desk: Desk, rows: Rows) -> Rows:
    return rows.filter(state=MessageState.UNCERTAIN, pk__in=last_deliveries(uncertain(desk.scope)).values("message"))


def _again_effects(desk: Desk, rows: Rows) -> Sequence[Effect]:
    failed = _failed(desk, rows)
    closed = failed_and_wanted(desk.scope).filter(Q(opens_at__gt=desk.now) | Q(closes_at__lte=desk.now))
    goes = "" if desk.settings.may_send else ". Nothing goes before sending is on"
    left = rows.filter(state=MessageState.FAILED).exclude(pk__in=failed.values("pk"))
    return (
        Effect(failed.count(), f"failed: tried once more, after a last look at what is owed{goes}", "good"),
        Effect(
            failed.filter(pk__in=last_deliveries(closed).values("message")).count(),
            "of them outside their send window: called back, and written anew for the next one",
            "info",
        ),
        Effect(left.count(), f"failed, too, but {NOT_WANTED}"),
        Effect(rows.exclude(state=MessageState.FAILED).count(), "not failed: left as they are"),
    )


def _again(desk: Desk, ids: list[int], answers: dict[str, Any]) -> Outcome:
    del answers
    rows = desk.scope.rows(Message).filter(pk__in=ids)
    failed, wanted = rows.filter(state=MessageState.FAILED).count(), _failed(desk, rows).count()
    done = many.try_again(organization=desk.organization, message_ids=ids, by=desk.user, now=desk.now)
    follow_up(desk.organization, now=desk.now)
    wake_dispatch(desk.organization)
    return _outcome(done, {NOT_WANTED: failed - wanted, "they had not failed": len(ids) - failed})


def _arrived_effects(desk: Desk, rows: Rows) -> Sequence[Effect]:
    found = _uncertain(desk, rows)
    alone = rows.filter(state=MessageState.UNCERTAIN).exclude(pk__in=found.values("pk"))
    return (
        Effect(found.count(), "uncertain: they count as sent, and their steps as done", "good"),
        Effect(alone.count(), f"uncertain, too, but {NO_NOTICE}: left as they are"),
        Effect(rows.exclude(state=MessageState.UNCERTAIN).count(), "not uncertain: left as they are"),
    )


def _arrived(desk: Desk, ids: list[int], answers: dict[str, Any]) -> Outcome:
    del answers
    rows = desk.scope.rows(Message).filter(pk__in=ids)
    unknown, found = rows.filter(state=MessageState.UNCERTAIN).count(), _uncertain(desk, rows).count()
    done = many.arrived(organization=desk.organization, message_ids=ids, by=desk.user, now=desk.now)
    follow_up(desk.organization, now=desk.now)
    return _outcome(done, {NO_NOTICE: unknown - found, "they were not uncertain": len(ids) - unknown})


def _outcome(done: int, reasons: dict[str, int]) -> Outcome:
    return Outcome(done, {why: count for why, count in reasons.items() if count})


MESSAGE_BULK = (
    Bulk(
        name="again",
        label="Try again",
        icon="send",
        permission=Permission.RESOLVE_UNCERTAIN,
        title="Try again:",
        button="Try them again",
        effects=_again_effects,
        act=_again,
        only_first=True,
    ),
    Bulk(
        name="arrived",
        label="They arrived",
        icon="mail-check",
        permission=Permission.RESOLVE_UNCERTAIN,
        title="Arrived:",
        button="They arrived",
        effects=_arrived_effects,
        act=_arrived,
        only_first=True,
    ),
)
