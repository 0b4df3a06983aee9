"""A worker at work on a real queue."""

from __future__ import annotations

import contextlib
import datetime as dt

import pytest
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

from dunwell.followup.models import Run
from dunwell.organizations.queries import database_now, local_date
from dunwell.workflows.organizations import set_up_organization

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def empty_queue(transactional_db: None) -> None:
    """Nothing is to be done: pytest-django empties our tables after a test, but not those of the queue."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")


def work() -> None:
    """Do what is in the queue, then stop."""
    connector = app.connector
    assert isinstance(connector, DjangoConnector)
    with app.replace_connector(connector.get_worker_connector()) as worker_app:
        worker_app.run_worker(wait=False, install_signal_handlers=False, listen_notify=False, concurrency=2)


def test_the_morning_run_happens_once_a_day() -> None:
    organization = set_up_organization(slug="northlight", name="Northlight", base_currency="EUR", time_zone="UTC")
    organization.settings.run_at = dt.time(0, 0)
    organization.settings.save()
    today = local_date(organization, database_now())
    for _ in range(3):
        # A worker that starts on the minute also puts the due tick in the queue, and may leave it there
        with contextlib.suppress(AlreadyEnqueued):
            app.configure_task("followup.schedule").defer(timestamp=0)
        work()
    jobs = ProcrastinateJob.objects.filter(task_name="followup.run")
    assert {job.status for job in jobs} == {"succeeded"}
    days = {local_date(organization, database_now()), today}  # two, when midnight came in between
    assert 1 <= jobs.count() <= len(days)
    assert set(Run.objects.values_list("as_of", flat=True)) <= days


def test_every_periodic_task_can_be_run_by_hand() -> None:
    for name in ("followup.schedule", "worker.rescue", "worker.tidy"):
        with contextlib.suppress(AlreadyEnqueued):
            app.configure_task(name).defer(timestamp=0)
    work()
    assert not ProcrastinateJob.objects.exclude(status="succeeded").exclude(status="todo").exists()
