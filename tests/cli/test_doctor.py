"""`dunwell doctor`: each thing that is not well is named, with what to do."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.db import connection
from typer.testing import CliRunner

from dunwell.cli.main import app
from dunwell.followup.models import BookTotal, CustomerBalance, Run
from dunwell.messaging.models import Message
from dunwell.organizations.models import Organization
from dunwell.organizations.queries import database_now
from tests.messaging.smtp_server import SmtpServer
from tests.web.conftest import late_customer, prepare, run

pytestmark = pytest.mark.django_db


def examine() -> tuple[int, dict[str, dict[str, str]]]:
    result = CliRunner().invoke(app, ["doctor", "--json"])
    report = json.loads(result.stdout)
    assert report["well"] == (result.exit_code == 0)
    return result.exit_code, {finding["name"]: finding for finding in report["findings"]}


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    server = SmtpServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def living(organization: Organization, smtp: SmtpServer, settings: LazySettings) -> Organization:
    """A reachable installation with a worker, whose organization has had its morning's pass."""
    settings.BASE_URL = "https://dunwell.example.com"
    settings.DNS_SERVER = "127.0.0.1:9"  # nobody answers there: the sender's domain is not judged
    prepare(organization)
    organization.settings.smtp_host, organization.settings.smtp_security = "127.0.0.1", "none"
    organization.settings.smtp_port = smtp.port
    organization.settings.save()
    late_customer(organization)
    run(organization)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    return organization


def test_a_well_installation(living: Organization) -> None:
    code, found = examine()
    assert code == 0, found
    assert [name for name, finding in found.items() if finding["state"] != "good"] == []
    assert {"disk", "clock", "database", "tables", "worker", "sums", "mail of northlight"} <= found.keys()
    shown = CliRunner().invoke(app, ["doctor"])
    assert "0 bad" in shown.stdout


def test_what_is_not_well_is_named(living: Organization, settings: LazySettings) -> None:
    settings.BASE_URL = "http://dunwell.example.com"
    settings.SECRET_KEY = "short"
    now = database_now()
    hour = dt.timedelta(hours=1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '2 hours'")
    Message.objects.update(state="sending", leased_until=now - hour, sending_at=now - hour)
    Run.objects.update(started_at=now - 3 * hour, finished_at=None)
    BookTotal.objects.update(outstanding=1)
    living.settings.smtp_port = 9
    living.settings.save()
    code, found = examine()
    assert code == 1
    for name in ("secret key", "address", "worker", "sending", "sums", "mail of northlight"):
        assert (found[name]["state"], bool(found[name]["advice"])) == ("bad", True), found[name]
    assert found["runs"]["state"] == "warning"


def test_a_customers_sum_that_is_not_that_of_its_invoices(living: Organization) -> None:
    """Both levels wrong by the same amount: only the invoices below tell."""
    CustomerBalance.objects.update(outstanding=1)
    BookTotal.objects.update(outstanding=1)
    assert examine()[1]["sums"]["state"] == "bad"


def test_tables_of_another_version(living: Organization) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('ledger', '9999_later', now())")
    assert "another Dunwell" in examine()[1]["tables"]["text"]
    refused = CliRunner().invoke(app, ["migrate"])
    assert "Nothing has been changed" in str(refused.exception)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'web' OR name = '9999_later' OR app = 'sessions'")
    code, found = examine()
    assert (code, found["tables"]["advice"]) == (1, "Run `dunwell migrate`.")
