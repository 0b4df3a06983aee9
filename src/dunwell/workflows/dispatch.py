"""Dispatch with its guard: messaging sends, follow-up checks each message in its turn and keeps the score."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db import transaction

from dunwell.followup.services import delivery
from dunwell.messaging.channels import channels_of
from dunwell.messaging.services import outbox
from dunwell.messaging.services.dispatch import DispatchReport, dispatch
from dunwell.organizations.models import Organization


def dispatch_organization(
    organization: Organization,
    *,
    clock: Callable[[], dt.datetime],
    worker: str,
    limit: int | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> DispatchReport:
    """Send what is queued and due. First settles what can no longer go: lost transmissions, closed windows."""
    settle_stuck(organization, now=clock())
    return dispatch(
        organization_id=organization.pk,
        clock=clock,
        worker=worker,
        channels=channels_of(organization.pk),
        guard=delivery.guard,
        record=delivery.record,
        limit=limit,
        should_stop=should_stop,
    )


@transaction.atomic
def settle_stuck(organization: Organization, *, now: dt.datetime) -> tuple[int, int]:
    """Mark lost transmissions as uncertain, and call back what missed its window. Returns both counts."""
    swept = outbox.sweep(organization_id=organization.pk, now=now)
    delivery.record_these(message_ids=swept, state="uncertain", detail=outbox.WORKER_LOST, at=now)
    failed = outbox.fail_lapsed(organization_id=organization.pk, now=now)
    delivery.record_these(message_ids=failed, state="failed", detail=outbox.NEVER_ACCEPTED, at=now)
    lapsed = outbox.cancel_lapsed(organization_id=organization.pk, now=now)
    delivery.record_these(message_ids=lapsed, state="cancelled", detail=outbox.WINDOW_CLOSED, at=now)
    delivery.catch_up(organization_id=organization.pk, at=now)
    return len(swept), len(lapsed)
