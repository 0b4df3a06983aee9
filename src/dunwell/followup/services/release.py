"""Calling back what has not begun to go, so that it is written anew from the facts of the day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.db import connection

from dunwell.followup.models import Notice
from dunwell.followup.services.passes import Pass, execute
from dunwell.followup.sql import statement
from dunwell.ledger.models import TouchedCustomer
from dunwell.messaging.services import outbox

NEW_FACTS = "The facts or the date changed: it is written anew."
DAY_PASSED = "Its day has passed: it is written anew."


def release_unsent(this: Pass, parameters: dict[str, Any]) -> int:
    """Call back the unsent notices of the customers in the plan's scope, and those of another day."""
    return _release(this, "plan_releasable", parameters)


def release_torn(this: Pass, parameters: dict[str, Any]) -> int:
    """Call back the unsent notices that the new plan has taken a step from."""
    return _release(this, "plan_torn", parameters)


def _release(this: Pass, chosen_by: str, parameters: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement(chosen_by), parameters)
        rows = cursor.fetchall()
    return call_back(organization_id=this.organization.pk, notices_and_messages=rows, reason=NEW_FACTS, now=this.now)


def call_back_what_is_late(*, organization_id: int, notices: Mapping[int, Notice], now: dt.datetime) -> None:
    """Of these queued notices, by message, call back those whose own window is not open: the next pass writes them."""
    late = {message: notice for message, notice in notices.items() if not notice.opens_at <= now < notice.closes_at}
    call_back(
        organization_id=organization_id,
        notices_and_messages=[(notice.pk, message) for message, notice in late.items()],
        reason=DAY_PASSED,
        now=now,
    )
    TouchedCustomer.objects.bulk_create(
        TouchedCustomer(organization_id=organization_id, customer_id=customer)
        for customer in {notice.customer_id for notice in late.values()}
    )


def call_back(
    *, organization_id: int, notices_and_messages: Collection[tuple[int, int | None]], reason: str, now: dt.datetime
) -> int:
    """Cancel these notices, unless their message has begun to go; their actions are free to be composed again.

    The cancellation of the message decides: whoever changes it from `queued` first, this or a worker, wins.
    """
    if not notices_and_messages:
        return 0
    message_ids = [message for _, message in notices_and_messages if message is not None]
    cancelled = set(
        outbox.cancel(organization_id=organization_id, message_ids=message_ids, reason=reason, now=now)
        if message_ids
        else ()
    )
    notices = [notice for notice, message in notices_and_messages if message is None or message in cancelled]
    if notices:
        parameters = {"notices": notices, "reason": reason, "now": now}
        execute("release_notices", parameters)
        execute("discard_notices", parameters)
    return len(notices)
