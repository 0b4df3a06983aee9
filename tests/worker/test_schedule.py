"""What is due when: on each organization's own clock, once a day, whatever the clock does."""

from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest
from django.db import connection
from procrastinate.contrib.django import app

from dunwell.ledger.imports.mapping import Mapping
from dunwell.ledger.imports.services import give_up_import, receive_upload, set_mapping
from dunwell.organizations.models import Organization
from dunwell.worker.schedule import DueRun, abandoned_imports, due_runs
from tests import worlds

pytestmark = pytest.mark.django_db


def at(zone: str, text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=zoneinfo.ZoneInfo(zone)).astimezone(dt.UTC)


def in_zone(zone: str, *, run_at: dt.time = dt.time(7, 0)) -> Organization:
    return worlds.make_organization(zone.split("/")[1].lower(), time_zone=zone, settings={"run_at": run_at})


def test_a_run_is_due_from_its_time_on_until_it_has_a_job() -> None:
    berlin = in_zone("Europe/Berlin")
    assert due_runs(at("Europe/Berlin", "2026-03-18T06:59:59")) == []
    due = DueRun(berlin.pk, dt.date(2026, 3, 18))
    assert due_runs(at("Europe/Berlin", "2026-03-18T07:00:00")) == [due]
    assert due_runs(at("Europe/Berlin", "2026-03-18T23:59:00")) == [due]
    app.configure_task("followup.run", queueing_lock=due.key).defer(organization_id=berlin.pk)
    assert due_runs(at("Europe/Berlin", "2026-03-18T07:01:00")) == []
    assert due_runs(at("Europe/Berlin", "2026-03-19T07:00:00")) == [DueRun(berlin.pk, dt.date(2026, 3, 19))]


def test_a_run_that_failed_for_good_is_tried_again_every_hour_of_its_day() -> None:
    berlin = in_zone("Europe/Berlin")
    seven = at("Europe/Berlin", "2026-03-18T07:00:00")

    def end(status: str, failed_at: dt.datetime) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET status = %s WHERE status = 'todo' RETURNING id", [status])
            ids = [row[0] for row in cursor.fetchall()]
            cursor.execute("DELETE FROM procrastinate_events WHERE job_id = ANY (%s)", [ids])
            cursor.execute(
                "INSERT INTO procrastinate_events (job_id, type, at) SELECT id, %s, %s FROM unnest(%s::bigint[]) AS id",
                [status, failed_at, ids],
            )

    for number in range(3):
        moment = seven + number * dt.timedelta(hours=1)
        (due,) = due_runs(moment)
        assert (due.organization_id, due.day, due.failures) == (berlin.pk, dt.date(2026, 3, 18), number)
        app.configure_task("followup.run", queueing_lock=due.key).defer(organization_id=berlin.pk)
        # While it waits or runs, also between its own retries, there is no second one
        assert due_runs(moment + dt.timedelta(hours=9)) == []
        end("failed" if number < 2 else "succeeded", moment)
        assert due_runs(moment + dt.timedelta(minutes=59)) == []
    assert due_runs(at("Europe/Berlin", "2026-03-18T23:00:00")) == []
    assert due_runs(at("Europe/Berlin", "2026-03-19T07:00:00")) == [DueRun(berlin.pk, dt.date(2026, 3, 19))]


def test_every_organization_has_its_own_morning() -> None:
    auckland, berlin, los_angeles = (
        in_zone(zone) for zone in ("Pacific/Auckland", "Europe/Berlin", "America/Los_Angeles")
    )
    moment = at("Europe/Berlin", "2026-03-18T10:00:00")  # 22:00 in Auckland, 02:00 in Los Angeles
    assert {due.organization_id for due in due_runs(moment)} == {auckland.pk, berlin.pk}
    later = at("America/Los_Angeles", "2026-03-18T07:00:00")
    assert DueRun(los_angeles.pk, dt.date(2026, 3, 18)) in due_runs(later)
    assert DueRun(auckland.pk, dt.date(2026, 3, 19)) not in due_runs(later)  # 03:00 there


def test_a_time_that_is_skipped_comes_when_the_clock_is_past_it() -> None:
    """Berlin, 29 March 2026: 02:00 is followed by 03:00."""
    berlin = in_zone("Europe/Berlin", run_at=dt.time(2, 30))
    due = [DueRun(berlin.pk, dt.date(2026, 3, 29))]
    assert due_runs(dt.datetime(2026, 3, 29, 0, 59, tzinfo=dt.UTC)) == []
    assert due_runs(dt.datetime(2026, 3, 29, 1, 30, tzinfo=dt.UTC)) == due  # 03:30 there


def test_a_time_that_comes_twice_counts_once() -> None:
    """Berlin, 25 October 2026: 03:00 is followed by 02:00."""
    berlin = in_zone("Europe/Berlin", run_at=dt.time(2, 30))
    first, second = (dt.datetime(2026, 10, 25, hour, 30, tzinfo=dt.UTC) for hour in (0, 1))  # 02:30 there, both
    assert due_runs(first) == due_runs(second) == [DueRun(berlin.pk, dt.date(2026, 10, 25))]
    app.configure_task("followup.run", queueing_lock=due_runs(first)[0].key).defer(organization_id=berlin.pk)
    assert due_runs(second) == []


def test_an_import_whose_job_is_gone_is_settled(organization: Organization) -> None:
    upload = receive_upload(
        organization=organization, user=None, name="book.csv", chunks=[b"Customer,Invoice\nA,1\n"], now=worlds.NOW
    )
    assert abandoned_imports() == []
    set_mapping(file_import=upload, mapping=Mapping(), as_of=None)
    assert abandoned_imports() == []
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE task_name = 'imports.run'")
    assert abandoned_imports() == [upload.pk]
    give_up_import(upload.pk, worlds.NOW)
    upload.refresh_from_db()
    assert upload.state == "failed"
    assert upload.error.endswith("Nothing has been changed.")
    assert abandoned_imports() == []
