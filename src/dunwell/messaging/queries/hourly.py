"""What waits because the hourly limit leaves no room."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

from dunwell.messaging.models import Message, MessageState
from dunwell.messaging.services import statements
from dunwell.organizations.scope import Scope


@dataclass(frozen=True)
class WaitingForRoom:
    """So many messages could go now but for the limit of `most` in 60 minutes; the next goes at `opens_at`."""

    messages: int
    most: int
    opens_at: dt.datetime


def waiting_for_room(scope: Scope, now: dt.datetime) -> WaitingForRoom | None:
    """None: there is no limit, or it leaves room, or nothing waits."""
    most = scope.organization.settings.hourly_limit
    if most is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(statements.ROOM, (scope.organization.pk, now))
        left, opens_at = cursor.fetchone()
    if left:
        return None
    ready = scope.rows(Message).filter(state=MessageState.QUEUED, next_attempt_at__lte=now)
    waiting = ready.filter(Q(not_after=None) | Q(not_after__gt=now)).count()
    return WaitingForRoom(waiting, most, opens_at) if waiting else None
