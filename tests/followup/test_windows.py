"""The window that each channel's notices are given: by day only, by the business day, or as the settings say."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from dunwell.followup.models import Notice, PolicyStep, PolicyVersion
from dunwell.followup.services import notices, passes
from dunwell.followup.services.compose import compose
from dunwell.followup.services.prepare import prepare
from dunwell.followup.services.texts import Texts
from dunwell.organizations.models import Organization, OrganizationSettings
from dunwell.workflows.sender import sender_of
from tests import worlds
from tests.worlds import TODAY

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
CHANNELS = ("email", "sms", "letter")


@pytest.fixture
def by_all_channels(organization: Organization, policy: PolicyVersion) -> Organization:
    """On the due date an e-mail, an SMS and a letter; the settings would send from six to half past eleven at night."""
    first = PolicyStep.objects.get(version=policy, offset_days=0)
    for lineage, channel in ((101, "sms"), (102, "letter")):
        PolicyStep.objects.create(
            organization=organization, version=policy, lineage=lineage, offset_days=0, name=channel, tone=first.tone,
            channel=channel, template=first.template,
        )  # fmt: skip
    OrganizationSettings.objects.update(window_opens=dt.time(6), window_closes=dt.time(23, 30))
    return Organization.objects.select_related("settings").get(pk=organization.pk)


def write(organization: Organization, now: dt.datetime) -> dict[str, Notice]:
    this = passes.begin(organization, as_of=now.date(), now=now, channels_set_up=CHANNELS)
    prepare(this)
    sender = sender_of(organization)
    compose(this, None, sender, Texts(organization, sender))
    return {notice.channel: notice for notice in Notice.objects.all()}


def at(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), tzinfo=dt.UTC)


def test_each_channel_has_its_own_window(by_all_channels: Organization) -> None:
    worlds.make_invoice(worlds.reach_everywhere(worlds.make_customer(by_all_channels)), due_on=TODAY)
    written = write(by_all_channels, at(TODAY, 5))
    windows = {channel: (notice.opens_at, notice.closes_at) for channel, notice in written.items()}
    assert windows == {
        "email": (at(TODAY, 6), at(TODAY, 23, 30)),
        "sms": (at(TODAY, 8), at(TODAY, 21)),
        "letter": (at(TODAY, 0), at(TODAY + DAY, 0)),
    }


def test_late_in_the_evening_an_sms_waits_for_the_next_morning(by_all_channels: Organization) -> None:
    worlds.make_invoice(worlds.reach_everywhere(worlds.make_customer(by_all_channels)), due_on=TODAY)
    written = write(by_all_channels, at(TODAY, 22))
    assert {channel: notice.as_of for channel, notice in written.items()} == {
        "email": TODAY,
        "sms": TODAY + DAY,
        "letter": TODAY,
    }
    assert written["sms"].opens_at == at(TODAY + DAY, 8)


def test_the_clock_is_the_recipients_but_for_letters(by_all_channels: Organization) -> None:
    customer = worlds.make_customer(by_all_channels, time_zone="America/New_York")
    worlds.make_invoice(worlds.reach_everywhere(customer), due_on=TODAY)
    written = write(by_all_channels, at(TODAY, 9))
    assert written["sms"].opens_at == at(TODAY, 12)  # eight o'clock in New York, on summer time
    assert written["sms"].closes_at == at(TODAY + DAY, 1)
    assert written["letter"].opens_at == at(TODAY, 0)


def test_no_person_sends_an_sms_at_night(by_all_channels: Organization) -> None:
    worlds.make_invoice(worlds.reach_everywhere(worlds.make_customer(by_all_channels)), due_on=TODAY)
    notice = write(by_all_channels, at(TODAY, 5))["sms"]
    person = worlds.make_user(organization=by_all_channels)
    sender = sender_of(by_all_channels)

    def send_now(now: dt.datetime) -> Notice:
        return notices.send_now(
            organization=by_all_channels, notice_id=notice.pk, by=person, sender=sender, now=now, confirmed=True
        )

    with pytest.raises(notices.AtNightError, match="between 08:00 and 21:00"):
        send_now(at(TODAY, 7))
    OrganizationSettings.objects.update(window_opens=dt.time(10), window_closes=dt.time(12))
    Notice.objects.filter(pk=notice.pk).update(opens_at=at(TODAY, 10), closes_at=at(TODAY, 12))
    sent = send_now(at(TODAY, 20, 30))
    assert (sent.window_overridden_by, sent.closes_at) == (person, at(TODAY, 21))


def test_a_window_by_night_only_is_refused(organization: Organization) -> None:
    with pytest.raises(IntegrityError, match="settings_window_has_daytime"), transaction.atomic():
        OrganizationSettings.objects.update(window_opens=dt.time(21), window_closes=dt.time(23))
    with pytest.raises(IntegrityError, match="settings_window_has_daytime"), transaction.atomic():
        OrganizationSettings.objects.update(window_opens=dt.time(5), window_closes=dt.time(8))
