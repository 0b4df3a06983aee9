"""Settings: what is saved, what is refused and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from dunwell.followup.models import Action
from dunwell.followup.services import previews
from dunwell.messaging.models import ChannelPause
from dunwell.organizations.models import ClosingDay, Organization, OrganizationSettings
from dunwell.organizations.queries import database_now
from dunwell.organizations.secrets import decrypt
from dunwell.web.settings_forms import SECTIONS
from tests.messaging.smtp_server import SmtpServer
from tests.web.conftest import Desk

CALENDAR = {
    "window_opens": "08:30",
    "window_closes": "17:00",
    "run_at": "06:45",
    "window_weekdays": ["1", "2", "3", "4"],
    "country": "de",
    "region": "BY",
    "closing_days": "2026-12-24 Christmas Eve\n\n2026-12-31",
}


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    server = SmtpServer()
    server.start()
    yield server
    server.stop()


def _settings(desk: Desk) -> OrganizationSettings:
    return OrganizationSettings.objects.get(organization=desk.organization)


def test_every_section_opens_and_saves_what_it_shows(desk: Desk, owner: Client) -> None:
    for name in SECTIONS:
        page = owner.get(desk.url(f"settings/{name}/"))
        assert page.status_code == 200
        form = page.context["form"]
        shown = {field: form[field].value() for field in form.fields}
        values = {field: "" if value is None else value for field, value in shown.items() if value is not False}
        response = owner.post(desk.url(f"settings/{name}/"), values)
        assert response.status_code == 302, (name, response.context and response.context["form"].errors)


def test_the_calendar_is_saved_as_a_whole(desk: Desk, owner: Client) -> None:
    owner.post(desk.url("settings/calendar/"), CALENDAR)
    settings = _settings(desk)
    assert (settings.window_opens, settings.window_weekdays) == (dt.time(8, 30), [1, 2, 3, 4])
    assert Organization.objects.get(pk=desk.organization.pk).country == "DE"
    days = ClosingDay.objects.filter(organization=desk.organization).values_list("date", "name")
    assert list(days) == [(dt.date(2026, 12, 24), "Christmas Eve"), (dt.date(2026, 12, 31), "")]


def test_a_refused_value_is_named_and_nothing_is_saved(desk: Desk, owner: Client) -> None:
    wrong = {"window_closes": "08:00", "closing_days": "Christmas", "country": "XX"}
    for field, value in wrong.items():
        response = owner.post(desk.url("settings/calendar/"), {**CALENDAR, field: value})
        assert response.status_code == 422, field
        assert response.context["form"].errors, field
    assert _settings(desk).window_opens == dt.time(9, 0)
    assert not ClosingDay.objects.exists()


def test_the_mail_servers_password_is_kept_unreadable_and_only_when_entered(desk: Desk, owner: Client) -> None:
    page = owner.get(desk.url("settings/sender/"))
    values = {name: page.context["form"][name].value() or "" for name in page.context["form"].fields}
    owner.post(desk.url("settings/sender/"), {**values, "smtp_password": " s3cret "})
    stored = _settings(desk).smtp_password_encrypted
    assert "s3cret" not in stored
    assert decrypt(stored) == " s3cret "
    owner.post(desk.url("settings/sender/"), {**values, "smtp_password": ""})
    assert _settings(desk).smtp_password_encrypted == stored
    assert b"s3cret" not in owner.get(desk.url("settings/sender/")).content


def test_who_may_not_change_settings_sees_them_without_a_button(desk: Desk, browse: Callable[..., Client]) -> None:
    page = browse("collector").get(desk.url("settings/limits/"))
    assert page.status_code == 200
    assert b">Save</button>" not in page.content


def _sender_values(desk: Desk, owner: Client, **changes: object) -> dict[str, object]:
    form = owner.get(desk.url("settings/sender/")).context["form"]
    return {**{name: form[name].value() or "" for name in form.fields}, **changes}


def _pause(desk: Desk) -> None:
    now = database_now()
    ChannelPause.objects.create(
        organization=desk.organization,
        channel="email",
        server="127.0.0.1:9",
        reason="Connection refused",
        since=now,
        paused_until=now + dt.timedelta(hours=1),
    )


def test_a_test_mail_arrives_and_the_server_is_quoted(desk: Desk, owner: Client, smtp: SmtpServer) -> None:
    _pause(desk)
    OrganizationSettings.objects.filter(organization=desk.organization).update(smtp_port=smtp.port)
    response = owner.post(desk.url("settings/sender/test/"), follow=True)
    user = response.context["desk"].user
    assert f"The server took a mail to {user.email}. Its words: 250 " in response.content.decode()
    (taken,) = smtp.taken
    assert (taken.recipient, taken.mail["Subject"]) == (user.email, "Test from Dunwell")
    assert not ChannelPause.objects.exists()


def test_a_server_that_refuses_is_quoted_too(desk: Desk, owner: Client, smtp: SmtpServer) -> None:
    OrganizationSettings.objects.filter(organization=desk.organization).update(smtp_port=smtp.port)
    smtp.will(owner.get(desk.url()).context["desk"].user.email, "rcpt-5")
    response = owner.post(desk.url("settings/sender/test/"), follow=True)
    assert b"The test mail did not go." in response.content
    assert b"550 5.7.1 We do not take mail from you" in response.content


def test_a_server_that_is_not_there_or_not_set(desk: Desk, owner: Client) -> None:
    _pause(desk)
    response = owner.post(desk.url("settings/sender/test/"), follow=True)
    assert b"The test mail did not go." in response.content
    assert ChannelPause.objects.exists()
    OrganizationSettings.objects.filter(organization=desk.organization).update(smtp_host="")
    assert b"No mail server is set" in owner.post(desk.url("settings/sender/test/"), follow=True).content
    OrganizationSettings.objects.filter(organization=desk.organization).update(sender_address="")
    assert b"no sender&#x27;s address yet" in owner.post(desk.url("settings/sender/test/"), follow=True).content


def test_only_who_changes_settings_sends_test_mail(desk: Desk, owner: Client, browse: Callable[..., Client]) -> None:
    assert b"Send a test mail to me" in owner.get(desk.url("settings/sender/")).content
    assert b"Send a test mail to me" not in owner.get(desk.url("settings/limits/")).content
    assert owner.get(desk.url("settings/sender/test/")).status_code == 405
    collector = browse("collector")
    assert b"Send a test mail to me" not in collector.get(desk.url("settings/sender/")).content
    assert collector.post(desk.url("settings/sender/test/")).status_code == 403


def test_a_saved_server_is_tried_at_once(desk: Desk, owner: Client) -> None:
    _pause(desk)
    refused = owner.post(desk.url("settings/sender/"), _sender_values(desk, owner, smtp_port="0"))
    assert refused.status_code == 422
    assert ChannelPause.objects.exists()
    assert owner.post(desk.url("settings/sender/"), _sender_values(desk, owner)).status_code == 302


def test_the_usual_sender_has_a_signature_with_an_end(owner: Client, desk: Desk) -> None:
    at = desk.url("settings/sender/")
    owner.post(at, _sender_values(desk, owner, sender_signature="Paula Pen \r\nAccounts\r\n"))
    assert OrganizationSettings.objects.get(organization=desk.organization).sender_signature == "Paula Pen\nAccounts"
    assert "Paula Pen\nAccounts</textarea>" in owner.get(at).content.decode()
    refused = owner.post(at, _sender_values(desk, owner, sender_signature="line\n" * 11))
    assert refused.status_code == 422
    assert "at most 10 lines" in refused.content.decode()
    assert not ChannelPause.objects.exists()


def test_each_way_to_catch_up_is_tried_before_one_is_saved(
    owner: Client, desk: Desk, browse: Callable[..., Client]
) -> None:
    page = owner.get(desk.url("settings/limits/")).content.decode()
    assert "Try all three on today’s book" in page
    before = list(Action.objects.order_by("pk").values())
    tried = owner.get(desk.url("settings/limits/catch-up/"))
    rows = {row["name"]: row for row in tried.context["rows"]}
    assert list(rows) == ["Latest", "Next", "Skip"]
    assert rows["Latest"]["is_set"]
    assert all(row["explained"] in tried.content.decode() for row in rows.values())
    assert list(Action.objects.order_by("pk").values()) == before
    assert browse("collector").get(desk.url("settings/limits/catch-up/")).status_code == 403


def test_a_large_book_is_not_tried_and_that_is_said(owner: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previews, "MOST_TRIED", 1)
    page = owner.get(desk.url("settings/limits/catch-up/")).content.decode()
    assert "more than 1 open invoices" in page
    assert "Nothing was tried" in page
