"""`dunwell organization` and `dunwell user`: made once, refused in a sentence."""

from __future__ import annotations

import getpass
import json

import pytest
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from typer.testing import CliRunner, Result

from dunwell.cli.main import app
from dunwell.followup.models import DunningPolicy
from dunwell.insights.audit import Asked, changes
from dunwell.organizations.models import Organization, User
from dunwell.organizations.queries import NoSuchOrganizationError

pytestmark = pytest.mark.django_db

NORTHLIGHT = ("organization", "create", "northlight", "--name", "Northlight Media", "--currency", "eur")


def dunwell(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, arguments, input=stdin)


def test_an_organization_is_ready_to_plan_but_sends_nothing() -> None:
    result = dunwell(*NORTHLIGHT, "--time-zone", "Europe/Berlin", "--country", "de", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["slug"] == "northlight"
    organization = Organization.objects.get(slug="northlight")
    assert (organization.base_currency, organization.country, organization.locale) == ("EUR", "DE", "en_DE")
    assert not organization.settings.may_send
    assert DunningPolicy.objects.filter(organization=organization, is_default=True).exists()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("--currency", "EURO"), "currency code"),
        (("--time-zone", "Berlin"), "time zone"),
        (("--country", "XX"), "country code"),
        (("--locale", "klingon_XX"), "locale"),
    ],
)
def test_what_is_not_right_is_said_and_nothing_is_made(change: tuple[str, str], complaint: str) -> None:
    result = dunwell(*NORTHLIGHT, *change)
    assert isinstance(result.exception, ValidationError)
    assert complaint in str(result.exception)
    assert not Organization.objects.exists()


def test_what_a_command_makes_is_a_commands_in_the_history() -> None:
    """Also what a service inside it would name after itself: the shipped texts."""
    dunwell(*NORTHLIGHT)
    organization = Organization.objects.get()
    found = changes(organization, Asked(), most=500)
    assert len({change.table for change in found}) > 3
    assert {change.context["user"] for change in found} == {"command"}
    assert {change.context["login"] for change in found} == {getpass.getuser()}
    assert {change.context["action"] for change in found} == {"organization create"}


def test_a_slug_is_taken_once() -> None:
    dunwell(*NORTHLIGHT)
    result = dunwell(*NORTHLIGHT)
    assert isinstance(result.exception, ValidationError)
    assert "already exists" in str(result.exception)


def test_a_person_can_sign_in_with_the_password_from_standard_input() -> None:
    dunwell(*NORTHLIGHT)
    command = ("user", "create", "--email", "Alice@Northlight.example", "--organization", "northlight")
    result = dunwell(*command, "--role", "collector", "--password-stdin", "--json", stdin="a long enough secret\n")
    assert result.exit_code == 0, result.output
    assert "password" not in json.loads(result.stdout)
    user = User.objects.get()
    assert user.memberships.get().role == "collector"
    assert authenticate(username="alice@northlight.example", password="a long enough secret") == user


def test_a_password_is_made_up_where_none_is_given() -> None:
    dunwell(*NORTHLIGHT)
    result = dunwell("user", "create", "--email", "bob@northlight.example", "--organization", "northlight", "--json")
    password = json.loads(result.stdout)["password"]
    assert authenticate(username="bob@northlight.example", password=password) == User.objects.get()


def test_a_weak_password_is_refused() -> None:
    dunwell(*NORTHLIGHT)
    command = ("user", "create", "--email", "bob@northlight.example", "--organization", "northlight")
    result = dunwell(*command, "--password-stdin", stdin="short\n")
    assert isinstance(result.exception, ValidationError)
    assert not User.objects.exists()


def test_an_organization_that_is_not_there_names_those_that_are() -> None:
    dunwell(*NORTHLIGHT)
    result = dunwell("user", "create", "--email", "bob@northlight.example", "--organization", "nortlight")
    assert isinstance(result.exception, NoSuchOrganizationError)
    assert "There are: northlight" in str(result.exception)


def test_history_says_that_a_command_made_it() -> None:
    dunwell(*NORTHLIGHT)
    dunwell("user", "create", "--email", "alice@northlight.example", "--organization", "northlight")
    northlight = Organization.objects.get(slug="northlight")
    (joined,) = changes(northlight, Asked(kinds=["organizations_membershipevent"]), most=9)
    assert joined.context["user"] == "command"
