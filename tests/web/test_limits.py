"""The most notices of a day and the most messages of an hour: set by a person, and seen by who wonders why it waits."""

from __future__ import annotations

import datetime as dt

from django.test import Client

from dunwell.followup.models import Notice
from dunwell.messaging.models import Message
from dunwell.organizations.models import OrganizationSettings
from dunwell.organizations.queries import database_now
from tests.web.conftest import Desk, late_customer, run


def settings(desk: Desk) -> OrganizationSettings:
    return OrganizationSettings.objects.get(organization=desk.organization)


def save(desk: Desk, owner: Client, **changes: object) -> int:
    address = desk.url("settings/limits/")
    form = owner.get(address).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    values = {name: "" if value is None or value is False else value for name, value in shown.items()}
    return owner.post(address, {**values, **changes}).status_code


def test_limits_are_set_and_taken_away(desk: Desk, owner: Client) -> None:
    assert save(desk, owner, run_limit="200", hourly_limit="50") == 302
    assert (settings(desk).run_limit, settings(desk).hourly_limit) == (200, 50)
    overview = owner.get(desk.url("settings/")).content
    assert b"200 notices a day, 50 messages an hour" in overview
    assert save(desk, owner, run_limit="", hourly_limit="") == 302
    assert (settings(desk).run_limit, settings(desk).hourly_limit) == (None, None)
    assert b"messages an hour" not in owner.get(desk.url("settings/")).content


def test_a_limit_of_nothing_is_refused(desk: Desk, owner: Client) -> None:
    assert save(desk, owner, run_limit="0") == 422
    assert save(desk, owner, hourly_limit="0") == 422
    assert settings(desk).run_limit is None


def test_follow_up_says_what_waits_for_the_hourly_limit(desk: Desk, owner: Client) -> None:
    owner.post(desk.url("follow-up/start/"), {"read": "1"})
    now = database_now()
    Notice.objects.filter(pk=desk.notice.pk).update(opens_at=now - dt.timedelta(hours=1))
    owner.post(desk.url(f"notices/{desk.notice.pk}/send/"), {"outside_window": "1"})
    waiting = Message.objects.get(state="queued")
    Message.objects.filter(pk=waiting.pk).update(next_attempt_at=now - dt.timedelta(minutes=1))
    assert b"for the hourly limit" not in owner.get(desk.url("follow-up/")).content
    OrganizationSettings.objects.filter(organization=desk.organization).update(hourly_limit=1)
    gone = Message.objects.get(pk=waiting.pk)
    gone.pk, gone.rfc_message_id, gone.state = None, "<another@northlight.example>", "sent"
    gone.sending_at = gone.finished_at = now - dt.timedelta(minutes=20)
    gone.save()
    page = owner.get(desk.url("follow-up/")).content
    assert b"1 message waits for the hourly limit of 1" in page


def test_what_waits_for_the_days_limit_says_so(desk: Desk, owner: Client) -> None:
    late_customer(desk.organization, "Old & Owing", days=30)
    save(desk, owner, run_limit="1")
    run(desk.organization)
    page = owner.get(desk.url("follow-up/waiting/?reason=run_limit"))
    assert b"Harbor &amp; Pine" in page.content
    assert b"older debts went first" in page.content
    assert b"Old &amp; Owing" not in page.content
    assert b"Send all the same" in page.content
