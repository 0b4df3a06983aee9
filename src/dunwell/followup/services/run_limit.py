"""The most notices that the passes of one day write: the most urgent are written, the rest waits for the next day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from dunwell.followup.models import Notice, NoticeState
from dunwell.followup.services.passes import Pass, lock
from dunwell.followup.sql import statement
from dunwell.rules.calendars import ONE_DAY
from dunwell.rules.windows import local_moment


@transaction.atomic
def choose_most_urgent(this: Pass) -> int:
    """Plan the most urgent of what could be written now, as many as there is room for, and let the rest wait.

    How many steps that waited before may go now; without a limit none ever waits for it. What could not be written
    after all has left its place to the next in order when this is asked again.
    """
    limit = this.settings.run_limit
    if limit is None:
        return 0
    lock(this.organization, is_scratch=this.is_scratch)
    parameters: dict[str, Any] = {
        "organization": this.organization.pk,
        "room": max(0, limit - _written(this)),
        "tomorrow": this.as_of + ONE_DAY,
        "now": this.now,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement("compose_run_limit"), parameters)
        (freed,) = cursor.fetchone()
    return int(freed)


@dataclass
class Chosen:
    """What was chosen last, for a writer of many batches: to choose sorts everything that could be written.

    What is planned stays within the limit while it is written, and what cannot be written only makes room; a pass that
    plans in between takes no heed of the limit. So it is chosen anew after each plan.
    """

    this: Pass
    plan: str = ""

    def within_limit(self) -> int:
        """Where the pass holds the organization's turn; how many steps that waited before may go now."""
        if self.this.settings.run_limit is None:
            return 0
        with connection.cursor() as cursor:
            # Each plan writes the row anew
            cursor.execute(
                "SELECT xmin::text FROM followup_planstate WHERE organization_id = %s", [self.this.organization.pk]
            )
            found = cursor.fetchone()
        plan = str(found[0]) if found else ""
        if plan and plan == self.plan:
            return 0
        self.plan = plan
        return choose_most_urgent(self.this)


def _written(this: Pass) -> int:
    """The notices that the day's passes have written, without those that were called back."""
    begins = local_moment(this.as_of, dt.time(0), this.organization.zone)
    ends = local_moment(this.as_of + ONE_DAY, dt.time(0), this.organization.zone)
    notices = Notice.objects.filter(
        organization=this.organization, as_of__gte=this.as_of, created_at__gte=begins, created_at__lt=ends
    )
    return notices.exclude(state=NoticeState.CANCELLED).count()
