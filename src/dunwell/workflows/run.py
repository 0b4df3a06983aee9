"""One pass over an organization: assess, plan, compose, dispatch. Any number may be started at once."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from dunwell.followup.models import Run
from dunwell.followup.queries import pending
from dunwell.followup.services.attachments import remove_unused
from dunwell.followup.services.compose import Composed, compose
from dunwell.followup.services.history import write_history
from dunwell.followup.services.passes import MANY, Pass, begin
from dunwell.followup.services.prepare import Prepared, prepare
from dunwell.followup.services.queueing import queue_ready
from dunwell.followup.services.texts import Sender, Texts
from dunwell.organizations.models import Organization
from dunwell.organizations.queries import local_date
from dunwell.organizations.scope import Scope
from dunwell.rules.windows import local_moment
from dunwell.workflows.dispatch import SendingAlongside
from dunwell.workflows.sender import channels_set_up, sender_of, sends_to_loopback

# Whose facts keep changing while a pass writes is left to the next pass
MOST_ROUNDS = 3


@dataclass
class RunReport:
    """What a pass did, in the words of `dunwell run --json`."""

    as_of: dt.date
    dry_run: bool
    assessed: int = 0
    planned: int = 0
    waiting: dict[str, int] = field(default_factory=dict)
    final: dict[str, int] = field(default_factory=dict)
    notices: int = 0
    awaiting_approval: int = 0
    queued: int = 0
    sent: int = 0
    failed: int = 0
    uncertain: int = 0
    needs_person: list[dict[str, Any]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {**vars(self), "as_of": self.as_of.isoformat()}


def moment_of(organization: Organization, as_of: dt.date, now: dt.datetime) -> dt.datetime:
    """The moment a pass for `as_of` runs at: now when that is today, else the opening of the window on that date."""
    if as_of == local_date(organization, now):
        return now
    return local_moment(as_of, organization.settings.window_opens, organization.zone)


def run_organization(
    organization: Organization,
    *,
    as_of: dt.date,
    now: dt.datetime,
    dry_run: bool = False,
    send: bool = True,
    worker: str = "run",
    should_stop: Callable[[], bool] = lambda: False,
) -> RunReport:
    """One pass as of a date. A date that is not today is a dry run, unless the mail server is on this machine.

    `send=False` leaves the queued messages to the workers.
    """
    organization = Organization.objects.select_related("settings").get(pk=organization.pk)
    report = RunReport(as_of, dry_run)
    if as_of != local_date(organization, now) and not dry_run and not sends_to_loopback(organization):
        report.dry_run = True
        report.remarks.append(f"{as_of} is not today, so this was a dry run: nothing was kept, nothing was sent.")
    this = begin(
        organization,
        as_of=as_of,
        now=moment_of(organization, as_of, now),
        channels_set_up=channels_set_up(organization),
    )
    if report.dry_run:
        with transaction.atomic():
            _prepare_and_compose(this, report)
            report.needs_person = pending.needs_person(Scope(organization))
            transaction.set_rollback(True)
        return report
    sending = None
    if send and organization.settings.may_send:
        sending = SendingAlongside(organization, clock=_clock_of(this), worker=worker, should_stop=should_stop)
    try:
        run = _prepare_and_compose(this, report, sending)
        started = time.perf_counter()
        write_history(organization)
        report.seconds["history"] = time.perf_counter() - started
    except BaseException:
        if sending is not None:
            sending.give_up()
        raise
    if sending is not None:
        _finish_sending(this, sending, report)
    report.needs_person = pending.needs_person(Scope(organization))
    if not organization.settings.may_send:
        report.remarks.append(_why_nothing_is_sent(organization))
    run.finished_at = now + dt.timedelta(seconds=sum(report.seconds.values()))
    run.report = report.as_json()
    run.save()
    return report


def _clock_of(this: Pass) -> Callable[[], dt.datetime]:
    started = time.perf_counter()
    return lambda: this.now + dt.timedelta(seconds=time.perf_counter() - started)


def _prepare_and_compose(this: Pass, report: RunReport, sending: SendingAlongside | None = None) -> Run:
    organization = this.organization
    run = Run.objects.create(organization=organization, as_of=this.as_of, started_at=this.now)
    sender = sender_of(organization)
    texts = Texts(organization, sender)
    for _ in range(MOST_ROUNDS):
        if not _round(this, run, sender, texts, report, sending):
            break
    report.queued += queue_ready(this, sender)
    remove_unused(organization.pk, now=this.now)
    report.waiting = pending.waiting_by_reason(Scope(organization))
    return run


def _round(
    this: Pass, run: Run, sender: Sender, texts: Texts, report: RunReport, sending: SendingAlongside | None
) -> int:
    """Plan and write once. Returns how many customers' facts were changed meanwhile, who are looked at again."""
    prepared: Prepared = prepare(this)
    started = time.perf_counter()

    def send_what_is_there(so_far: Composed) -> None:
        if sending is not None and so_far.queued >= MANY:
            sending.start()

    composed: Composed = compose(this, run, sender, texts, after_batch=send_what_is_there)
    seconds = {**prepared.seconds, "compose": time.perf_counter() - started}
    report.seconds = {phase: report.seconds.get(phase, 0.0) + seconds[phase] for phase in seconds}
    report.assessed += prepared.assessed
    report.planned += prepared.plan.planned
    for reason, count in prepared.plan.final.items():
        report.final[reason] = report.final.get(reason, 0) + count
    report.notices += composed.notices
    report.awaiting_approval += composed.awaiting_approval
    report.queued += composed.queued
    return composed.disturbed


def _finish_sending(this: Pass, sending: SendingAlongside, report: RunReport) -> None:
    """In a large pass most of it went while the rest was written; `dispatch` is the time it takes beyond that."""
    started = time.perf_counter()
    result = sending.finish()
    report.sent, report.failed, report.uncertain = result.sent, result.failed, result.uncertain
    report.remarks += [f"{channel} is paused: {reason}" for channel, reason in result.paused.items()]
    if result.limited_until is not None:
        again = result.limited_until.astimezone(this.organization.zone)
        report.remarks.append(f"The hourly limit is reached: the rest goes from {again:%H:%M} on.")
    report.seconds["dispatch"] = time.perf_counter() - started


def _why_nothing_is_sent(organization: Organization) -> str:
    if organization.settings.chasing_started_at is None:
        return "Chasing has not started: read the first batch and press Start chasing."
    return "All sending is stopped."
