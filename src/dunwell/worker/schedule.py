"""What is due at a moment. Reads only; every answer is the same for any number of workers that ask."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import BigIntegerField, Exists, OuterRef, Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob

from dunwell.alerts.models import AlertSend, SendState
from dunwell.followup.models import PlanState
from dunwell.ledger.imports.services import TASK as IMPORT_TASK
from dunwell.ledger.imports.services import WORKING
from dunwell.ledger.models import FileImport, TouchedCustomer
from dunwell.messaging.models import Message, MessageState
from dunwell.organizations.models import Organization
from dunwell.organizations.queries import local_date, organizations
from dunwell.rules.windows import local_moment

# A run that has failed for good: what is wrong may be mended within the day, and the day's mail is still wanted
TRY_AGAIN_AFTER = dt.timedelta(hours=1)


@dataclass(frozen=True)
class DueRun:
    """The morning's run of one organization on one of its own days."""

    organization_id: int
    day: dt.date
    failures: int = 0  # jobs of this day before it, each of which has used up its retries

    @property
    def key(self) -> str:
        """One job of this name ever: it is what makes a run once a day, and one after each failure."""
        again = f":{self.failures}" if self.failures else ""
        return f"followup.run:{self.organization_id}:{self.day}{again}"


def due_runs(now: dt.datetime) -> list[DueRun]:
    """Organizations whose morning has come on their own clock and whose run of the day has no job yet.

    A job that failed for good is followed by another after an hour, until the day is over or one succeeds.
    A worker that was away in the morning catches up when it comes back. The wall clock's jumps do no harm:
    a time that is skipped has come when the clock is past it, and a day that has it twice has one key.
    """
    started = [
        DueRun(organization.pk, local_date(organization, now))
        for organization in organizations()
        if now >= _morning(organization, now)
    ]
    due = []
    while started:
        jobs = _jobs(run.key for run in started)
        due += [run for run in started if run.key not in jobs]
        started = [
            dataclasses.replace(run, failures=run.failures + 1)
            for run in started
            if run.key in jobs and _failed_before(jobs[run.key], now - TRY_AGAIN_AFTER)
        ]
    return due


def organizations_with_due_messages(now: dt.datetime) -> list[int]:
    """Organizations that may send and have something that may go now. Letters that people print wait for people."""
    by_hand = Q(channel="letter", organization__settings__letters_by="print", not_after__gt=now)
    return list(
        Message.objects.filter(
            ~by_hand,
            state=MessageState.QUEUED,
            next_attempt_at__lte=now,
            organization__settings__chasing_started_at__isnull=False,
            organization__settings__sending_stopped_at__isnull=True,
        )
        .order_by("organization_id")
        .values_list("organization_id", flat=True)
        .distinct()
    )


def organizations_with_due_alerts(now: dt.datetime) -> list[int]:
    """Organizations with an alert that may leave now, or whose sender is gone."""
    due = Q(state=SendState.QUEUED, next_attempt_at__lte=now) | Q(state=SendState.SENDING, leased_until__lt=now)
    return list(AlertSend.objects.filter(due).order_by().values_list("organization_id", flat=True).distinct())


def organizations_with_changed_facts(now: dt.datetime) -> list[int]:
    """Organizations whose book changed since today's run: what was called back is written anew, what is paid ends."""
    changed = organizations().filter(pk__in=TouchedCustomer.objects.values("organization_id").distinct())
    planned = dict(PlanState.objects.filter(organization__in=changed).values_list("organization_id", "planned_as_of"))
    return [found.pk for found in changed if planned.get(found.pk) == local_date(found, now)]


def organizations_with_stale_history() -> list[int]:
    """Organizations in whose book an assessment found something new that the rows of each day do not have yet."""
    stale = PlanState.objects.filter(history_stale=True, assessed_as_of__isnull=False)
    return list(stale.order_by("pk").values_list("pk", flat=True))


def organizations_with_lost_transmissions(now: dt.datetime) -> list[int]:
    """Organizations with a message that a worker was sending when its lease ran out."""
    return list(
        Message.objects.filter(state=MessageState.SENDING, leased_until__lt=now)
        .order_by("organization_id")
        .values_list("organization_id", flat=True)
        .distinct()
    )


def abandoned_imports() -> list[int]:
    """Uploads that say they are worked on while no job of theirs waits or runs: its last attempt failed."""
    jobs = ProcrastinateJob.objects.filter(task_name=IMPORT_TASK, status__in=("todo", "doing"))
    of_this = jobs.annotate(upload=Cast(KeyTextTransform("import_id", "args"), BigIntegerField()))
    abandoned = FileImport.objects.filter(state__in=WORKING).exclude(Exists(of_this.filter(upload=OuterRef("pk"))))
    return list(abandoned.order_by("pk").values_list("pk", flat=True))


def _morning(organization: Organization, now: dt.datetime) -> dt.datetime:
    return local_moment(local_date(organization, now), organization.settings.run_at, organization.zone)


def _jobs(keys: Iterable[str]) -> dict[str | None, ProcrastinateJob]:
    """Those that have a job, in whatever state: while it has retries of its own, the clock does not repeat it."""
    jobs = ProcrastinateJob.objects.filter(queueing_lock__in=list(keys))
    return {job.queueing_lock: job for job in jobs.only("queueing_lock", "status")}


def _failed_before(job: ProcrastinateJob, moment: dt.datetime) -> bool:
    return (
        job.status == "failed" and not ProcrastinateEvent.objects.filter(job=job, type="failed", at__gt=moment).exists()
    )
