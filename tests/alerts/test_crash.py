"""A worker dies while it looks for news: what it had found is told by the next one, once."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from django.db import Error, connection

from dunwell.alerts.models import AlertSend
from dunwell.alerts.services.choices import choose_for_oneself
from dunwell.alerts.services.collect import collect
from dunwell.organizations.models import Role
from dunwell.organizations.queries import database_now
from dunwell.rules.alerts import AlertKind, ByMail, Choice
from tests import worlds
from tests.alerts.test_alerts import became, told
from tests.crashes import crash_at_statement

CRASHES = range(1, 26, 2)


@pytest.mark.django_db(transaction=True)
def test_a_crash_at_any_statement_loses_no_alert_and_tells_none_twice() -> None:
    northlight = worlds.make_organization()
    assert collect(northlight, now=database_now()) == 0
    collector = worlds.make_user(organization=northlight, role=Role.COLLECTOR)
    loud = {AlertKind.BECAME_DEFAULTER: Choice(in_app=True, mail=ByMail.AT_ONCE)}
    choose_for_oneself(organization=northlight, user_id=collector.pk, choices=loud, actor="test")
    died = 0
    for number in CRASHES:
        became(worlds.make_customer(northlight, f"Late {number}"))
        now = database_now()
        with crash_at_statement(number):
            try:
                collect(northlight, now=now)
            except Error:
                connection.close()
                died += 1
        collect(northlight, now=database_now())
        collect(northlight, now=database_now() + dt.timedelta(hours=1))
    assert died > 5
    assert Counter(title for title in told(collector) if "became a defaulter" in title) == Counter(
        f"Late {number} became a defaulter" for number in CRASHES
    )
    mails = AlertSend.objects.filter(user=collector, alert__kind=AlertKind.BECAME_DEFAULTER)
    assert mails.count() == len(CRASHES)
