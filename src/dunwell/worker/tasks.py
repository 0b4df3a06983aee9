"""Every background task: thin calls into workflows and services.

Others ask for work by name (`app.configure_task("imports.run").defer(...)`), so that nothing imports this module.
Each task may run twice or at the same time as itself: what it calls is idempotent.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import platform
import time
from collections.abc import Callable

import structlog
from django.core.management import call_command
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.tasks import Task

from dunwell.alerts.services.collect import collect
from dunwell.alerts.services.deliver import deliver
from dunwell.followup.services.history import write_history
from dunwell.followup.services.simulations import TASK as SIMULATION_TASK
from dunwell.followup.services.simulations import fail_simulation, tidy_simulations
from dunwell.ledger.imports.services import give_up_import
from dunwell.ledger.imports.tidying import tidy_uploads
from dunwell.organizations import throttles
from dunwell.organizations.models import Organization
from dunwell.organizations.queries import database_now, local_date, organizations
from dunwell.worker import schedule
from dunwell.workflows.dispatch import dispatch_organization, settle_stuck
from dunwell.workflows.imports import run_upload
from dunwell.workflows.run import run_organization
from dunwell.workflows.simulation import run_simulation

log = structlog.get_logger(__name__)

EVERY_MINUTE = "* * * * *"
WORKER = f"{platform.node()}-{os.getpid()}"
KEEP_JOBS_HOURS = 24 * 7  # longer than a day, because a day's run is known by its job

# A database that restarts or a deadlock is over in a minute; what is still wrong after ten is for a person
MOST_ATTEMPTS = 5
_retry = RetryStrategy(max_attempts=MOST_ATTEMPTS, wait=5, exponential_wait=4)


@app.periodic(cron=EVERY_MINUTE)
@app.task(name="followup.schedule", queueing_lock="followup.schedule", queue="schedule")
def look_for_work(timestamp: int) -> None:
    """Ask for the runs and the sending that are due. Several workers may do this at once."""
    del timestamp  # when it was meant to run; what counts is the database's clock
    now = database_now()
    for due in schedule.due_runs(now):
        _ask_for(run, key=due.key, lock=f"followup.run:{due.organization_id}", organization_id=due.organization_id)
    for organization_id in schedule.organizations_with_changed_facts(now):
        _ask_for(
            run,
            key=f"followup.refresh:{organization_id}",
            lock=f"followup.run:{organization_id}",
            organization_id=organization_id,
        )
    for organization_id in schedule.organizations_with_stale_history():
        key = f"followup.history:{organization_id}"
        _ask_for(history, key=key, lock=f"followup.run:{organization_id}", organization_id=organization_id)
    for organization_id in schedule.organizations_with_due_messages(now):
        key = f"followup.dispatch:{organization_id}"
        _ask_for(dispatch, key=key, lock=key, organization_id=organization_id)
    for organization_id in schedule.organizations_with_lost_transmissions(now):
        settle_stuck(Organization.objects.get(pk=organization_id), now=now)
    for import_id in schedule.abandoned_imports():
        give_up_import(import_id, now)


@app.task(name="followup.run", retry=_retry, pass_context=True)
def run(context: JobContext, organization_id: int) -> None:
    """One pass as of the organization's today. What it queues for an open window goes at once."""
    organization = Organization.objects.get(pk=organization_id)
    now = database_now()
    report = run_organization(
        organization,
        as_of=local_date(organization, now),
        now=now,
        worker=WORKER,
        should_stop=context.should_abort,
    )
    counts = {name: getattr(report, name) for name in ("planned", "notices", "queued", "sent", "failed", "uncertain")}
    collect(organization, now=now)
    log.info("run", organization=organization.slug, as_of=str(report.as_of), **counts)


@app.task(name="followup.history", retry=_retry)
def history(organization_id: int) -> None:
    """Bring the book's days up to what an assessment outside a pass has found, such as a person's change."""
    write_history(Organization.objects.select_related("settings").get(pk=organization_id))


@app.task(name="followup.dispatch", retry=_retry, pass_context=True)
def dispatch(context: JobContext, organization_id: int) -> None:
    """Send what is queued and may go now; a worker that is asked to stop ends after the message in hand."""
    organization = Organization.objects.select_related("settings").get(pk=organization_id)
    if not organization.settings.may_send:
        return
    clock = _clock_from(database_now())
    report = dispatch_organization(organization, clock=clock, worker=WORKER, should_stop=context.should_abort)
    if report.sent or report.failed or report.uncertain:
        log.info(
            "dispatch",
            organization=organization.slug,
            sent=report.sent,
            failed=report.failed,
            uncertain=report.uncertain,
        )
        collect(organization, now=database_now())


@app.periodic(cron=EVERY_MINUTE)
@app.task(name="alerts.look", queueing_lock="alerts.look", queue="schedule")
def look_for_alerts(timestamp: int) -> None:
    """Tell the team what has happened in each organization, and have what is due on its way out."""
    del timestamp
    now = database_now()
    for organization in organizations().select_related("settings"):
        collect(organization, now=now)
    for organization_id in schedule.organizations_with_due_alerts(now):
        key = f"alerts.deliver:{organization_id}"
        _ask_for(deliver_alerts, key=key, lock=key, organization_id=organization_id)


@app.task(name="alerts.deliver", retry=_retry)
def deliver_alerts(organization_id: int) -> None:
    """Bring alerts to mailboxes and chats."""
    organization = Organization.objects.select_related("settings").get(pk=organization_id)
    ended = deliver(organization, clock=_clock_from(database_now()))
    if ended:
        log.info("alerts", organization=organization.slug, **ended)


@app.task(name="imports.run", retry=_retry, pass_context=True)
def import_file(context: JobContext, import_id: int) -> None:
    """Check or import one uploaded file. Done before, it is not done again; nor is one that kills every worker."""
    now = database_now()
    if context.job.attempts >= MOST_ATTEMPTS:
        give_up_import(import_id, now)
    run_upload(import_id, now=now)


@app.task(name=SIMULATION_TASK, retry=_retry, pass_context=True)
def simulate(context: JobContext, simulation_id: int) -> None:
    """Live a past period through under other policies. One that kills every worker is given up."""
    if context.job.attempts >= MOST_ATTEMPTS:
        fail_simulation(simulation_id, "The work on it was cut off and did not come to an end.", now=database_now())
    run_simulation(simulation_id, clock=_clock_from(database_now()))


@app.periodic(cron=EVERY_MINUTE)
@app.task(name="worker.rescue", queueing_lock="worker.rescue", queue="schedule", pass_context=True)
async def rescue(context: JobContext, timestamp: int) -> None:
    """Jobs of a worker that died are done again by another."""
    del timestamp
    for job in await context.app.job_manager.get_stalled_jobs():
        await context.app.job_manager.retry_job(job)
        log.warning("rescued", job=job.id, task=job.task_name)


@app.periodic(cron="17 3 * * *")
@app.task(name="worker.tidy", queueing_lock="worker.tidy", queue="schedule", pass_context=True)
async def tidy(context: JobContext, timestamp: int) -> None:
    """Forget finished jobs, sessions that are over, and old uploads."""
    del timestamp
    await context.app.job_manager.delete_old_jobs(
        nb_hours=KEEP_JOBS_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )
    await clear_sessions.defer_async()
    await tidy_files.defer_async()


@app.task(name="worker.clear-sessions", queue="schedule")
def clear_sessions() -> None:
    call_command("clearsessions")
    throttles.forget(now=database_now())


@app.task(name="imports.tidy", queue="schedule")
def tidy_files() -> None:
    """Old uploads go, and old simulations."""
    now = database_now()
    tidy_simulations(now)
    removed = tidy_uploads(now)
    if removed:
        log.info("tidied", files=removed)


def _ask_for(task: Task[..., None, ...], *, key: str, lock: str, **arguments: int) -> None:
    """One job of this key waits at a time, and jobs of one lock follow one another."""
    with contextlib.suppress(AlreadyEnqueued):
        task.configure(queueing_lock=key, lock=lock).defer(**arguments)


def _clock_from(start: dt.datetime) -> Callable[[], dt.datetime]:
    """The database's clock, read once and carried on by this host's stopwatch."""
    began = time.monotonic()
    return lambda: start + dt.timedelta(seconds=time.monotonic() - began)
