"""`dunwell run` over all organizations."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from dunwell.cli.main import app
from dunwell.workflows.organizations import set_up_organization
from tests import worlds

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_organizations_fault_does_not_lose_the_others_reports() -> None:
    for slug in ("first", "third"):
        set_up_organization(slug=slug, name=slug, base_currency="EUR")
    worlds.make_organization("second")  # has no policy
    result = CliRunner().invoke(app, ("run", "--json"))
    assert result.exit_code == 1
    reports = json.loads(result.stdout)
    assert list(reports) == ["first", "third", "second"]
    assert reports["first"]["sent"] == reports["third"]["sent"] == 0
    assert "no default policy" in reports["second"]["error"]
    assert "second: the pass failed." in result.stderr
    alone = CliRunner().invoke(app, ("run", "--organization", "second"))
    assert alone.exit_code == 1
    assert alone.exception is not None


def test_all_is_well() -> None:
    set_up_organization(slug="first", name="First", base_currency="EUR")
    result = CliRunner().invoke(app, ("run",))
    assert result.exit_code == 0
    assert "first, as of" in result.stdout
