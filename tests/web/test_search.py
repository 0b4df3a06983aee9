"""Search by the beginning of a word: what many have and what one has is found alike, whichever way it is looked for."""

from __future__ import annotations

import pytest
from django.test import Client

from dunwell.insights import search
from dunwell.ledger.models import Customer
from dunwell.organizations.scope import Scope
from tests import worlds
from tests.web.conftest import Desk


@pytest.fixture
def many(desk: Desk) -> Desk:
    for number in range(30):
        worlds.make_customer(desk.organization, f"Meadow {number:02}", number=f"M{number}")
    worlds.make_customer(desk.organization, "Zebra Works", number="Z1")
    return desk


def names(desk: Desk, text: str) -> list[str]:
    scope = Scope(desk.organization)
    found = search.customers_matching(scope, text, scope.rows(Customer))
    return list(found.order_by("name_key").values_list("name", flat=True))


@pytest.mark.parametrize(("most_found", "common"), [(500, 11), (2, 10_000), (500, 10_000)])
def test_each_way_finds_the_same(many: Desk, monkeypatch: pytest.MonkeyPatch, most_found: int, common: int) -> None:
    """As a common word, as one that few have, and as one between."""
    monkeypatch.setattr(search, "MOST_FOUND", most_found)
    monkeypatch.setattr(search, "COMMON", common)
    assert names(many, "mead") == [f"Meadow {number:02}" for number in range(30)]
    assert names(many, "zeb") == ["Zebra Works"]
    assert names(many, "M7") == ["Meadow 07"], "by its number"
    assert names(many, "mead 07") == ["Meadow 07"]
    assert names(many, "nobody") == names(many, "~") == []


def test_the_page_shows_the_first_by_name(many: Desk, owner: Client) -> None:
    found = owner.get(many.url("search/?q=mead")).context["customers"]
    assert [row.name for row in found.rows] == [f"Meadow {number:02}" for number in range(10)]
    assert found.more
    assert owner.get(many.url("search/?q=zeb"))["Location"].startswith(many.url("customers/"))
