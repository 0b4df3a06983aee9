"""Who is named beside what changes, and that what goes is kept."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import models
from django.test import Client

from dunwell.insights.audit import Asked, changes, kinds
from dunwell.organizations.models import ClosingDay, Organization, User
from dunwell.organizations.recording import recorded

TRACKED = [model for _, model in kinds()]


@pytest.mark.parametrize("model", TRACKED, ids=lambda model: model.__name__)
def test_what_is_deleted_leaves_a_row(model: type[models.Model]) -> None:
    """Ask history for it with `organizations.keeping.kept`, which `pghistory.track` alone does not."""
    triggers: Any = model._meta.triggers  # type: ignore[attr-defined]
    assert "delete_delete" in {trigger.name for trigger in triggers}


def test_inside_another_the_outer_words_stand(organization: Organization) -> None:
    with recorded(user="command", action="outer"), recorded(user="dunwell", action="inner", file="x.csv"):
        ClosingDay.objects.create(organization=organization, date=dt.date(2026, 12, 24))
    [change] = changes(organization, Asked(kinds=["organizations_closingdayevent"]), most=5)
    assert change.context == {"user": "command", "action": "outer", "file": "x.csv"}


def test_a_name_left_open_is_filled_in(organization: Organization) -> None:
    with recorded(user=None), recorded(user="dunwell"):
        ClosingDay.objects.create(organization=organization, date=dt.date(2026, 12, 24))
    [change] = changes(organization, Asked(kinds=["organizations_closingdayevent"]), most=5)
    assert change.context["user"] == "dunwell"


def test_a_closing_day_that_goes_is_told_with_who_and_what_it_was(organization: Organization, alice: User) -> None:
    ClosingDay.objects.create(organization=organization, date=dt.date(2026, 12, 24), name="Christmas Eve")
    client = Client()
    client.force_login(alice)
    path = f"/o/{organization.slug}/settings/calendar/"
    sent = client.get(path).context["form"].initial | {"closing_days": ""}
    assert client.post(path, {name: "" if value is None else value for name, value in sent.items()}).status_code == 302
    assert not ClosingDay.objects.exists()
    [deletion, _] = changes(organization, Asked(kinds=["organizations_closingdayevent"]), most=5)
    assert (deletion.label, deletion.before["name"], deletion.after["name"]) == ("delete", "Christmas Eve", None)
    page = client.get(f"/o/{organization.slug}/changes/?kind=organizations_closingdayevent").content.decode()
    assert "Deleted closing day" in page
    assert "<del>Christmas Eve</del>" in page
    assert "Alice" in page
