"""The team is told of each fact once: in the app, by e-mail at once or daily, and in its chat."""

from __future__ import annotations

import datetime as dt
import http.server
import json
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.db import connection

from dunwell.alerts.models import Alert, AlertReceipt, AlertSend, AlertWatch, SendState
from dunwell.alerts.services.chat import UnknownServiceError
from dunwell.alerts.services.choices import add_destination, choose_for_oneself, choose_for_role
from dunwell.alerts.services.collect import collect, next_digest
from dunwell.alerts.services.deliver import LEASE, _claimed, _name, deliver
from dunwell.alerts.words import words
from dunwell.followup.models import StandingChange
from dunwell.ledger.models import Contact, Customer
from dunwell.organizations.models import Organization, Role, User
from dunwell.organizations.queries import database_now
from dunwell.rules.alerts import AlertKind, ByMail, Choice
from tests import worlds
from tests.messaging.smtp_server import SmtpServer

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def northlight(db: None) -> Organization:
    """Its facts have been looked at once, so that what happens from now on is news. Its mail server is away."""
    organization = worlds.make_organization(
        settings={"smtp_host": "127.0.0.1", "smtp_port": 9, "smtp_security": "none"}
    )
    assert collect(organization, now=database_now()) == 0
    return organization


@pytest.fixture
def smtp(northlight: Organization) -> Iterator[SmtpServer]:
    """Northlight's mail server, at work."""
    server = SmtpServer()
    server.start()
    northlight.settings.smtp_port = server.port
    northlight.settings.save()
    yield server
    server.stop()


@pytest.fixture
def collector(northlight: Organization) -> User:
    return worlds.make_user("cleo@northlight.example", organization=northlight, role=Role.COLLECTOR)


def became(customer: Customer, name: str = "became_defaulter", after: str = "defaulter") -> None:
    StandingChange.objects.create(
        organization_id=customer.organization_id,
        customer=customer,
        name=name,
        before="late",
        after=after,
        changed_on=worlds.TODAY,
    )


def told(user: User) -> list[str]:
    receipts = AlertReceipt.objects.filter(user=user).select_related("alert__customer").order_by("id")
    return [words(receipt.alert, "en_US").title for receipt in receipts]


def clock() -> dt.datetime:
    return database_now()


def test_each_fact_is_told_once_however_often_one_looks(northlight: Organization, collector: User) -> None:
    customer = worlds.make_customer(northlight, "Harbor & Pine")
    became(customer)
    now = database_now()
    assert collect(northlight, now=now) == 2  # a defaulter, and late for the first time
    assert collect(northlight, now=now + HOUR) == 0
    AlertWatch.objects.update(collected_to=now - 30 * HOUR)  # a restored watch looks back, and tells nothing twice
    assert collect(northlight, now=now + HOUR) == 0
    assert told(collector) == ["Harbor & Pine became a defaulter", "Harbor & Pine is late for the first time"]
    became(customer, "defaulted_again")
    collect(northlight, now=database_now())
    assert told(collector)[2:] == ["Harbor & Pine is a defaulter again"]


def test_what_was_before_the_first_look_is_no_news(db: None) -> None:
    organization = worlds.make_organization()
    user = worlds.make_user(organization=organization, role=Role.COLLECTOR)
    became(worlds.make_customer(organization))
    AlertWatch.objects.filter(organization=organization).delete()
    assert collect(organization, now=database_now() + 2 * HOUR) == 0
    assert told(user) == []


def test_an_account_manager_hears_of_own_customers_only(northlight: Organization) -> None:
    manager = worlds.make_user(organization=northlight, role=Role.ACCOUNT_MANAGER)
    became(worlds.make_customer(northlight, "Ours", owner=manager))
    became(worlds.make_customer(northlight, "Theirs"))
    collect(northlight, now=database_now())
    assert told(manager) == ["Ours became a defaulter", "Ours is late for the first time"]
    assert {send.alert.customer.name for send in AlertSend.objects.filter(user=manager)} == {"Ours"}


def test_another_organization_hears_nothing(northlight: Organization) -> None:
    other = worlds.make_organization("southwind")
    stranger = worlds.make_user(organization=other, role=Role.COLLECTOR)
    became(worlds.make_customer(northlight))
    collect(northlight, now=database_now())
    collect(other, now=database_now())
    collect(other, now=database_now())
    assert told(stranger) == []


def test_choices_of_a_role_and_of_a_person(northlight: Organization, collector: User) -> None:
    colleague = worlds.make_user(organization=northlight, role=Role.COLLECTOR)
    nothing = dict.fromkeys(AlertKind, Choice(in_app=False, mail=ByMail.NONE))
    choose_for_role(organization=northlight, role=Role.COLLECTOR, choices=nothing, actor="test")
    own = {AlertKind.BECAME_DEFAULTER: Choice(in_app=True, mail=ByMail.NONE)}
    choose_for_oneself(organization=northlight, user_id=collector.pk, choices=own, actor="test")
    became(worlds.make_customer(northlight, "Acme"))
    assert collect(northlight, now=database_now()) == 1  # what nobody is told of is not kept
    assert told(collector) == ["Acme became a defaulter"]
    assert told(colleague) == []
    assert not AlertSend.objects.exists()


def test_refused_addresses_stale_books_and_coming_due_dates(northlight: Organization, collector: User) -> None:
    loud = {kind: Choice(in_app=True, mail=ByMail.NONE) for kind in AlertKind}
    choose_for_role(organization=northlight, role=Role.COLLECTOR, choices=loud, actor="test")
    now = database_now()
    customer = worlds.make_customer(northlight, "Acme", email="gone@acme.example")
    Contact.objects.filter(customer=customer).update(email_refused_at=now)
    worlds.make_invoice(customer, total="120.50", due_on=now.date() + dt.timedelta(days=3))
    worlds.make_invoice(customer, total="79.50", due_on=now.date() + dt.timedelta(days=3))
    from dunwell.ledger.models import DataSource

    DataSource.objects.create(
        organization=northlight, kind="file", name="ledger.csv", fresh_at=now - dt.timedelta(days=8)
    )
    assert collect(northlight, now=now) == 3
    assert collect(northlight, now=now + HOUR) == 0
    heard = told(collector)
    assert "gone@acme.example does not exist any more" in heard
    assert "ledger.csv is out of date" in heard
    assert any(title.startswith("Acme: €200.00 falls due on ") for title in heard)
    # Nobody looked three days before, nor two: it is told all the same, once
    worlds.make_invoice(customer, total=30, due_on=now.date() + dt.timedelta(days=5))
    assert collect(northlight, now=now + dt.timedelta(days=4)) == 1
    assert collect(northlight, now=now + dt.timedelta(days=4) + HOUR) == 0
    assert any(title.startswith("Acme: €30.00 falls due on ") for title in told(collector))


def test_mail_goes_at_once_or_as_one_daily_letter(northlight: Organization, collector: User, smtp: SmtpServer) -> None:
    choices = {
        AlertKind.BECAME_DEFAULTER: Choice(in_app=True, mail=ByMail.AT_ONCE),
        AlertKind.FIRST_MISSED_PAYMENT: Choice(in_app=False, mail=ByMail.DAILY),
    }
    choose_for_oneself(organization=northlight, user_id=collector.pk, choices=choices, actor="test")
    for name in ("Acme", "Bright"):
        became(worlds.make_customer(northlight, name))
    now = database_now()
    collect(northlight, now=now)
    assert deliver(northlight, clock=clock) == {"sent": 2}
    assert deliver(northlight, clock=clock) == {}
    tomorrow = next_digest(northlight, now)
    assert deliver(northlight, clock=lambda: tomorrow) == {"sent": 2}
    mails = [message_from_bytes(taken.content, policy=policy.default) for taken in smtp.taken]
    assert [mail["Subject"] for mail in mails] == [
        "Acme became a defaulter",
        "Bright became a defaulter",
        "Northlight: 2 things happened",
    ]
    assert all(mail["To"] and "cleo@northlight.example" in mail["To"] for mail in mails)
    letter = mails[2].get_content()
    assert "Acme is late for the first time" in letter
    assert "/o/northlight/alerts/choices/" in letter


def test_every_attempt_has_the_same_name_and_the_same_content(northlight: Organization, collector: User) -> None:
    """A provider with a key of idempotency that took the first attempt takes no second one."""
    daily = {AlertKind.BECAME_DEFAULTER: Choice(in_app=False, mail=ByMail.DAILY)}
    choose_for_oneself(organization=northlight, user_id=collector.pk, choices=daily, actor="test")
    for name in ("Acme", "Bright"):
        became(worlds.make_customer(northlight, name))
    now = database_now()
    collect(northlight, now=now)
    tomorrow = next_digest(northlight, now)
    assert set(deliver(northlight, clock=lambda: tomorrow)) == {"queued"}
    own = AlertSend.objects.filter(way="digest", user=collector).order_by("pk")
    tried = [row.pk for row in own]
    became(worlds.make_customer(northlight, "Coast"))
    collect(northlight, now=tomorrow)
    own.filter(attempts=0).update(next_attempt_at=tomorrow)
    fresh = [row.pk for row in own.filter(attempts=0)]
    assert len(tried) > 1
    parcels = [parcel for parcel in _claimed(northlight, tomorrow + HOUR) if parcel[0] in own.all()]
    assert sorted(sorted(row.pk for row in parcel) for parcel in parcels) == [tried, fresh]
    assert f"alert-{tried[0]}-{tried[-1]}-{len(tried)}" in {_name(parcel) for parcel in parcels}


def test_a_server_that_is_away_delays_and_a_lost_worker_leaves_no_double(
    northlight: Organization, collector: User
) -> None:
    loud = {AlertKind.BECAME_DEFAULTER: Choice(in_app=True, mail=ByMail.AT_ONCE)}
    choose_for_oneself(organization=northlight, user_id=collector.pk, choices=loud, actor="test")
    became(worlds.make_customer(northlight))
    collect(northlight, now=database_now())
    assert deliver(northlight, clock=clock) == {"queued": 1}
    waiting = AlertSend.objects.get(way="mail")
    assert waiting.attempts == 1
    assert waiting.next_attempt_at > database_now()
    assert waiting.error
    # A worker died after it had said that it was sending
    AlertSend.objects.update(state=SendState.SENDING, leased_until=database_now() + LEASE)
    later = database_now() + 2 * LEASE
    assert deliver(northlight, clock=lambda: later) == {}
    assert AlertSend.objects.get(pk=waiting.pk).state == SendState.UNCERTAIN


class Mattermost(http.server.BaseHTTPRequestHandler):
    """Takes what is posted to a web hook, or refuses it."""

    posted: list[Any] = []
    refuses = False

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(500 if self.refuses else 200)
        self.end_headers()
        if not self.refuses:
            self.posted.append(json.loads(body))

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def mattermost() -> Iterator[str]:
    Mattermost.posted, Mattermost.refuses = [], False
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Mattermost)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"mmost://127.0.0.1:{server.server_port}/{'a' * 24}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_chat_is_told_and_keeps_its_token_secret(northlight: Organization, mattermost: str) -> None:
    place = add_destination(
        organization=northlight, name="Team", address=mattermost, kinds=["became_defaulter"], actor="test"
    )
    assert place.service == "Mattermost"
    assert "a" * 24 not in place.address
    became(worlds.make_customer(northlight, "Acme"))
    collect(northlight, now=database_now())
    Mattermost.refuses = True
    assert deliver(northlight, clock=clock) == {"queued": 1}
    Mattermost.refuses = False
    assert deliver(northlight, clock=lambda: database_now() + HOUR) == {"sent": 1}
    assert len(Mattermost.posted) == 1
    assert "Acme became a defaulter" in Mattermost.posted[0]["text"]


@pytest.mark.parametrize(
    "address", ["", "slack", "https://example.com/hook", "json://localhost/", "syslog://", "dbus://"]
)
def test_only_chat_services_can_be_told(northlight: Organization, address: str) -> None:
    with pytest.raises(UnknownServiceError):
        add_destination(organization=northlight, name="x", address=address, kinds=[], actor="test")


@pytest.mark.django_db(transaction=True)
def test_the_news_is_heard_when_it_is_committed() -> None:
    organization = worlds.make_organization()
    worlds.make_user(organization=organization, role=Role.COLLECTOR)
    collect(organization, now=database_now())
    with connection.cursor() as cursor:
        cursor.execute("LISTEN dunwell_alerts")
        became(worlds.make_customer(organization))
        collect(organization, now=database_now())
        cursor.execute("SELECT 1")
        assert connection.connection is not None
        heard = [note.payload for note in connection.connection.notifies(timeout=5, stop_after=1)]
        cursor.execute("UNLISTEN dunwell_alerts")
    assert heard == [str(organization.pk)]
    assert Alert.objects.count() == 2
