"""The guide is whole, reachable from where its words are met, and cannot run anything."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from dunwell.organizations.models import User
from dunwell.web import guide, terms
from tests.web.conftest import Desk

LINK = re.compile(r"!?\[[^\]]*\]\(([^)]+)\)")
LARGEST_PICTURES = 1_500_000


@pytest.fixture
def reader(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


def test_every_page_opens_and_leads_on(reader: Client) -> None:
    for name in (*guide.PAGES, "words"):
        response = reader.get(f"/guide/{name}/")
        assert response.status_code == 200, name
        assert 'aria-current="page"' in response.content.decode()
    assert reader.get("/guide/")["Location"] == f"/guide/{guide.PAGES[0]}/"
    assert reader.get("/guide/passwords/").status_code == 404


def test_who_is_not_signed_in_reads_nothing(client: Client) -> None:
    assert client.get("/guide/roles/").status_code == 302


def test_links_and_pictures_are_there(reader: Client) -> None:
    """As files, where people read them in the repository, and as pages."""
    for name in guide.PAGES:
        text = (guide.FOLDER / f"{name}.md").read_text()
        for target in LINK.findall(text):
            assert target.startswith("https://") or (guide.FOLDER / target).is_file(), f"{name}: {target}"
        for address in re.findall(r'(?:src|href)="(/guide/[^"#]+)"', guide.pages()[guide.PAGES.index(name)].html):
            assert reader.get(address).status_code == 200, f"{name}: {address}"
    used = {target for name in guide.PAGES for target in LINK.findall((guide.FOLDER / f"{name}.md").read_text())}
    pictures = list((guide.FOLDER / "pictures").iterdir())
    assert {f"pictures/{path.name}" for path in pictures} <= used  # none lies there for nothing
    assert sum(path.stat().st_size for path in pictures) < LARGEST_PICTURES


def test_pictures_outside_the_folder_are_not_served(reader: Client) -> None:
    for name in ("..%2F..%2FREADME.md", "first-hour.md", "nothing.webp"):
        assert reader.get(f"/guide/pictures/{name}").status_code == 404, name


def test_markup_in_a_page_is_only_text(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guide, "FOLDER", tmp_path)
    (guide.FOLDER / "x.md").write_text("# X\n\n<script>alert(1)</script>\n\n[go](javascript:alert(1))\n")
    html = guide._read("x").html
    assert "<script" not in html
    assert "href" not in html


def test_every_explained_word_has_its_page() -> None:
    assert terms.TERMS
    for term in terms.TERMS.values():
        assert term.guide in guide.PAGES, term.word
        assert term.means.endswith("."), term.word
    assert {*terms.OF_COLUMNS.values(), *terms.OF_FIELDS.values()} <= terms.TERMS.keys()


def test_words_are_explained_where_they_are_met(desk: Desk, owner: Client) -> None:
    for path, word in (
        ("settings/limits/", "freshness"),
        ("settings/standing/", "grace"),
        (f"customers/{desk.customer.pk}/", "standing"),
        ("customers/", "standing"),
        (f"notices/{desk.notice.pk}/", "tone"),
        ("follow-up/", "notice"),
        ("", "rehearsal"),
    ):
        page = owner.get(desk.url(path)).content.decode()
        assert f"What “{word}” means" in page, path
        ids = re.findall(r' id="([^"]+)"', page)
        assert len(ids) == len(set(ids)), path
        for opens in re.findall(r'popovertarget="([^"]+)"', page):
            assert opens in ids, path
    assert "/guide/" in owner.get(desk.url()).content.decode()
