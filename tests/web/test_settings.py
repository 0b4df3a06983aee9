"""Settings: what is saved, what is refused and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.test import Client

from dunwell.organizations.models import ClosingDay, Organization, OrganizationSettings
from dunwell.organizations.secrets import decrypt
from dunwell.web.settings_forms import SECTIONS
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
