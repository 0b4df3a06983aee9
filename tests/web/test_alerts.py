"""The alerts' pages: one's own list, one's own choice, the team's table and its chats."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from dunwell.alerts.models import AlertDestination, AlertReceipt, AlertRule
from dunwell.alerts.services.collect import collect
from dunwell.followup.models import StandingChange
from dunwell.organizations.models import Role, User
from dunwell.organizations.queries import database_now
from tests import worlds
from tests.web.conftest import Desk

Browse = Callable[..., Client]


@pytest.fixture
def cleo(desk: Desk) -> User:
    """A collector who has been told that a customer defaulted."""
    user = worlds.make_user(organization=desk.organization, role=Role.COLLECTOR)
    collect(desk.organization, now=database_now())
    tell(desk)
    return user


def tell(desk: Desk, times: int = 1) -> None:
    for _ in range(times):
        StandingChange.objects.create(
            organization=desk.organization,
            customer=desk.customer,
            name="defaulted_again",
            before="late",
            after="defaulter",
            changed_on=desk.today,
        )
    collect(desk.organization, now=database_now())


def test_an_alert_leads_to_its_page_and_counts_as_read(browse: Browse, desk: Desk, cleo: User) -> None:
    client = browse(cleo)
    page = client.get(desk.url("alerts/")).content.decode()
    assert "is a defaulter again" in page
    assert "(unread)" in page
    receipt = AlertReceipt.objects.filter(user=cleo).latest("id")
    assert client.get(desk.url(f"alerts/{receipt.pk}/")).headers["Location"] == desk.url(
        f"customers/{desk.customer.pk}/"
    )
    receipt.refresh_from_db()
    assert receipt.read_at is not None
    client.post(desk.url("alerts/read/"))
    assert "(unread)" not in client.get(desk.url("alerts/")).content.decode()
    # Somebody else's alert is nobody else's
    assert browse("owner").get(desk.url(f"alerts/{receipt.pk}/")).status_code == 404


def test_the_list_takes_the_same_queries_for_any_number(
    browse: Browse, desk: Desk, cleo: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = browse(cleo)
    client.get(desk.url("alerts/"))
    with django_assert_num_queries(5):
        client.get(desk.url("alerts/"))
    tell(desk, 60)
    with django_assert_num_queries(5):
        page = client.get(desk.url("alerts/")).content.decode()
    assert "Older alerts" in page
    older = page.split("?before=")[1].split('"')[0]
    assert "is a defaulter again" in client.get(desk.url(f"alerts/?before={older}")).content.decode()


def test_one_chooses_for_oneself(browse: Browse, desk: Desk, cleo: User) -> None:
    client = browse(cleo)
    at = desk.url("alerts/choices/")
    form = client.get(at).context["form"]
    values = {name: form[name].value() for name in form.fields} | {"became_defaulter": "mail_only"}
    assert client.post(at, values).status_code == 302
    rule = AlertRule.objects.get(organization=desk.organization, user=cleo)  # only what differs is kept
    assert (rule.kind, rule.in_app, rule.mail) == ("became_defaulter", False, "at_once")
    refused = client.post(at, values | {"became_defaulter": "shouted"})
    assert refused.status_code == 422
    assert "id_became_defaulter_error" in refused.content.decode()


def test_the_team_and_its_chats(browse: Browse, desk: Desk) -> None:
    owner = browse("owner")
    at = desk.url("alerts/team/")
    assert owner.post(at, {"data_stale-viewer": "app"}).status_code == 302
    assert AlertRule.objects.get(organization=desk.organization).role == Role.VIEWER
    new = {"what": "destination", "name": "Team", "address": "slack://what", "kinds": ["data_stale"]}
    refused = owner.post(at, new)
    assert refused.status_code == 422
    assert "no address of a chat service" in refused.content.decode()
    assert owner.post(at, {**new, "address": "mmosts://chat.example/" + "a" * 24}).status_code == 302
    page = owner.get(at).content.decode()
    assert "Mattermost" in page
    assert "aaaaaaaa" not in page
    place = AlertDestination.objects.get()
    assert browse("viewer").post(desk.url(f"alerts/team/{place.pk}/remove/")).status_code == 403
    owner.post(desk.url(f"alerts/team/{place.pk}/remove/"))
    assert not AlertDestination.objects.exists()


def test_the_stream_is_for_pages_that_listen(browse: Browse, desk: Desk) -> None:
    assert browse().get(desk.url("alerts/stream/")).status_code == 406
