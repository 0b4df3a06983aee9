"""Settings: the overview; everything out, everything away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from dunwell.organizations.models import Organization
from dunwell.workflows.archives import Archive
from dunwell.workflows.portable.taking_out import KIND, VERSION
from tests.web.conftest import Desk


@pytest.mark.django_db
def test_the_overview_says_what_is_set(desk: Desk, owner: Client) -> None:
    page = owner.get(desk.url("settings/")).content.decode()
    assert "3 days apart, at most 3 a week" in page
    assert "Mon–Fri 09:00–18:00" in page
    assert f'href="{desk.url("settings/data/")}"' in page


@pytest.mark.django_db(transaction=True)
def test_an_owner_takes_everything_out(desk: Desk, owner: Client, tmp_path: Path) -> None:
    response = owner.get(desk.url("settings/data/export/"))
    path = tmp_path / "all.zip"
    path.write_bytes(b"".join(response))
    assert 'filename="northlight-' in response["Content-Disposition"]
    with Archive(path, kind=KIND, version=VERSION) as archive:
        assert archive.manifest["rows"]["ledger_invoice"] == 2


@pytest.mark.django_db
def test_only_an_owner_does(desk: Desk, browse: Callable[..., Client]) -> None:
    for role in ("finance_head", "collector", "viewer"):
        client = browse(role)
        page = client.get(desk.url("settings/data/")).content.decode()
        assert "Delete for good" not in page
        assert "Export everything</a>" not in page
        assert client.get(desk.url("settings/data/export/")).status_code == 403
        assert client.post(desk.url("settings/data/delete/"), {"name": desk.organization.name}).status_code == 403


@pytest.mark.django_db
def test_deleting_asks_for_the_name(desk: Desk, owner: Client) -> None:
    wrong = owner.post(desk.url("settings/data/delete/"), {"name": "nothing"})
    assert wrong.status_code == 422
    assert b"Nothing has been deleted" in wrong.content
    assert b'value="nothing"' in wrong.content
    gone = owner.post(desk.url("settings/data/delete/"), {"name": desk.organization.name}, follow=True)
    assert b"and all of its book are deleted" in gone.content
    assert not Organization.objects.filter(pk=desk.organization.pk).exists()
    assert owner.get(desk.url()).status_code == 404
