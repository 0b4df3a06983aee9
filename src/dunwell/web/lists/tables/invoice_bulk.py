"""What can be done with many invoices at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dunwell.insights import invoices as insights
from dunwell.ledger.models import Hold, HoldReason
from dunwell.ledger.services import holds
from dunwell.rules.permissions import Permission
from dunwell.web.access import Desk
from dunwell.web.lists.table import Bulk, Effect, Outcome, Rows
from dunwell.web.lists.tables import notice_counts
from dunwell.web.lists.tables.customer_bulk import HoldForm, left_out
from dunwell.workflows.by_hand import follow_up


def _hold_effects(desk: Desk, rows: Rows) -> Sequence[Effect]:
    return (
        Effect(insights.held(rows, desk.today).count(), "on hold already: this hold comes on top", "warn"),
        Effect(
            notice_counts.unsent_with(desk, rows), "in a notice not yet sent: it is written anew without them", "warn"
        ),
        Effect(rows.exclude(balance__gt=0).count(), "settled or void: left out"),
    )


def _hold(desk: Desk, ids: list[int], answers: dict[str, Any]) -> Outcome:
    placed = holds.hold_invoices(
        organization=desk.organization,
        invoice_ids=ids,
        reason=answers["reason"],
        starts_on=desk.today,
        ends_on=answers["ends_on"],
        note=answers["note"],
        by=desk.user,
        as_of=desk.today,
    )
    follow_up(desk.organization, now=desk.now)
    return left_out(len(placed), len(ids), "nothing is open of them")


def _release_effects(desk: Desk, rows: Rows) -> Sequence[Effect]:
    held = insights.held(rows, desk.today, own_only=True)
    return (
        Effect(held.count(), "with holds of their own, which end; chasing goes on", "warn"),
        Effect(
            insights.held(rows, desk.today, reason=HoldReason.DISPUTE, own_only=True).count(),
            "with a dispute among them",
            "bad",
        ),
        Effect(rows.exclude(pk__in=held.values("pk")).count(), "without a hold of their own: nothing changes for them"),
    )


def _release(desk: Desk, ids: list[int], answers: dict[str, Any]) -> Outcome:
    del answers
    standing = list(desk.scope.rows(Hold).filter(invoice__in=ids, released_on=None).values_list("pk", "invoice"))
    holds.release_holds(
        organization=desk.organization,
        hold_ids=[pk for pk, _ in standing],
        by=desk.user,
        as_of=desk.today,
        now=desk.now,
    )
    follow_up(desk.organization, now=desk.now)
    return left_out(len({invoice for _, invoice in standing}), len(ids), "they had no hold of their own")


INVOICE_BULK = (
    Bulk(
        name="hold",
        label="Put on hold",
        icon="player-pause",
        permission=Permission.HOLD,
        title="Stop chasing",
        button="Put on hold",
        effects=_hold_effects,
        act=_hold,
        form=lambda _desk, data: HoldForm(data),
        undo=True,
    ),
    Bulk(
        name="release",
        label="Release",
        icon="player-play",
        permission=Permission.HOLD,
        title="Chase again",
        button="End their holds",
        effects=_release_effects,
        act=_release,
        undo=True,
    ),
)
