"""A color and a logo of one's own: kept when they are safe, seen in pages and mails."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from dunwell.followup.services.texts import organization_facts
from dunwell.organizations.models import OrganizationLogo, OrganizationSettings
from tests.web.conftest import Desk

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def change(client: Client, desk: Desk, **values: object) -> int:
    return client.post(desk.url("settings/appearance/"), values).status_code


def test_a_color_and_a_logo_are_seen(owner: Client, desk: Desk, settings: object) -> None:
    logo = SimpleUploadedFile("logo.png", PNG, "image/png")
    assert change(owner, desk, own_color="on", brand_color="#FFE066", logo=logo) == 302
    kept = OrganizationSettings.objects.get(organization=desk.organization)
    assert kept.brand_color == "#ffe066"
    page = owner.get(desk.url()).content.decode()
    assert f"/logo/{kept.logo_digest}/" in page
    assert "/brand/ffe066.css" in page
    stranger = Client()
    picture = stranger.get(f"/logo/{kept.logo_digest}/")
    assert picture.content == PNG
    assert picture.headers["Content-Type"] == "image/png"
    assert picture.headers["X-Content-Type-Options"] == "nosniff"
    assert b"--brand: #ffe066; --brand-text: #14171c" in stranger.get("/brand/ffe066.css").content
    settings.BASE_URL = "https://dunwell.example"  # type: ignore[attr-defined]
    desk.organization.refresh_from_db()
    assert organization_facts(desk.organization).logo_url == f"https://dunwell.example/logo/{kept.logo_digest}/"
    settings.BASE_URL = "http://localhost:8000"  # type: ignore[attr-defined]
    assert organization_facts(desk.organization).logo_url == ""  # no reader could load it
    assert change(owner, desk, remove_logo="on") == 302
    assert not OrganizationLogo.objects.exists()
    assert stranger.get(f"/logo/{kept.logo_digest}/").status_code == 404


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"<svg onload='x()'/>", "no PNG"), (PNG + b"\0" * 200_000, "at most 200"), (b"", "no PNG")],
)
def test_what_is_no_small_picture_is_refused(owner: Client, desk: Desk, content: bytes, why: str) -> None:
    answer = owner.post(desk.url("settings/appearance/"), {"logo": SimpleUploadedFile("logo.png", content)})
    assert answer.status_code == 422
    assert why in answer.content.decode()
    assert not OrganizationLogo.objects.exists()


def test_only_colors_are_stylesheets(owner: Client, desk: Desk, browse: Callable[..., Client]) -> None:
    assert change(owner, desk, own_color="on", brand_color="red;}") == 422
    for path in ("/brand/red.css", "/brand/12345.css", "/brand/FFFFFF.css"):
        assert Client().get(path).status_code == 404
    assert change(browse("viewer"), desk, own_color="on", brand_color="#000000") == 403
