"""Saved views: what the address says under a name, one's own or everybody's."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from dunwell.organizations.models import Organization, SavedView, User
from tests import worlds
from tests.web.conftest import Desk

ADDRESS = "customers/?standing=late&col=standing&col=owner&sort=-name&per=100"


def _save(client: Client, desk: Desk, name: str, *, shared: bool = False) -> None:
    query = ADDRESS.split("?")[1]
    data = {"name": name, **({"shared": "1"} if shared else {})}
    response = client.post(desk.url(f"lists/customers/views/?{query}&page=3&nonsense=1"), data)
    assert response["Location"] == desk.url(
        ADDRESS.replace(
            "standing=late&col=standing&col=owner&sort=-name&per=100",
            "standing=late&sort=-name&per=100&col=standing&col=owner",
        )
    )


def test_a_view_keeps_filters_columns_order_and_page_size(desk: Desk, owner: Client) -> None:
    _save(owner, desk, "  My   late ones ")
    view = SavedView.objects.get()
    assert view.name == "My late ones"
    assert "nonsense" not in view.query
    assert "page" not in view.query
    response = owner.get(desk.url(f"customers/?{view.query}"))
    assert response.context["current_view"] == view
    assert [column.name for column in response.context["shown"].columns] == ["name", "standing", "owner"]
    assert response.context["listing"].per_page == 100
    _save(owner, desk, "My late ones", shared=True)
    assert SavedView.objects.get().is_shared


def test_own_views_are_private_until_they_are_shared(desk: Desk, browse: Callable[..., Client]) -> None:
    bob, carla = browse("collector"), browse("collector")
    _save(bob, desk, "Bob's")
    assert b"Bob&#x27;s" in bob.get(desk.url("customers/")).content
    assert b"Bob&#x27;s" not in carla.get(desk.url("customers/")).content
    assert b"Bob&#x27;s" not in bob.get(desk.url("defaulters/")).content
    view = SavedView.objects.get()
    assert carla.post(desk.url(f"lists/views/{view.pk}/delete/")).status_code == 404
    bob.post(desk.url(f"lists/views/{view.pk}/change/"), {"name": "Everybody’s", "shared": "1"})
    assert "Everybody’s" in carla.get(desk.url("customers/")).content.decode()


@pytest.mark.parametrize(("role", "status"), [("collector", 403), ("viewer", 403), ("finance_head", 302)])
def test_a_shared_view_is_tidied_by_its_owner_or_a_finance_head(
    desk: Desk, browse: Callable[..., Client], role: str, status: int
) -> None:
    _save(browse("collector"), desk, "Shared", shared=True)
    view = SavedView.objects.get()
    assert browse(role).post(desk.url(f"lists/views/{view.pk}/delete/")).status_code == status
    assert SavedView.objects.exists() is (status == 403)


def test_a_view_needs_a_name_of_its_own(desk: Desk, owner: Client) -> None:
    response = owner.post(desk.url("lists/customers/views/?standing=late"), {"name": " "}, follow=True)
    assert b"Give the view a name." in response.content.split(b'id="view-save-field_error"')[1][:300]
    _save(owner, desk, "One")
    owner.post(desk.url("lists/customers/views/?standing=current"), {"name": "Two"})
    two = SavedView.objects.get(name="Two")
    response = owner.post(desk.url(f"lists/views/{two.pk}/change/"), {"name": "One"}, follow=True)
    page = response.content.decode()
    assert "There is a view of this name already." in page.split('id="view-change-field_error"')[1][:300]
    assert 'name="name" value="One"' in page  # what was entered is still there
    assert "data-refused" in page
    assert "data-refused" not in owner.get(desk.url("customers/?standing=current")).content.decode()


def test_views_stay_in_their_organization(
    desk: Desk, owner: Client, charlie: User, other_organization: Organization, browse: Callable[..., Client]
) -> None:
    _save(owner, desk, "Secret plan", shared=True)
    view = SavedView.objects.get()
    stranger = browse(charlie)
    assert b"Secret plan" not in stranger.get(f"/o/{other_organization.slug}/customers/").content
    for what in ("change", "delete"):
        address = f"/o/{other_organization.slug}/lists/views/{view.pk}/{what}/"
        assert stranger.post(address, {"name": "x"}).status_code == 404
    assert worlds.make_organization("third").pk
    assert SavedView.objects.get().name == "Secret plan"


def test_the_history_names_who_made_renamed_shared_and_deleted_a_view(
    desk: Desk, browse: Callable[..., Client]
) -> None:
    bob = worlds.make_user("bob@northlight.example", organization=desk.organization, role="collector")
    theirs = browse(bob)
    _save(theirs, desk, "Late ones")
    view = SavedView.objects.get()
    theirs.post(desk.url(f"lists/views/{view.pk}/change/"), {"name": "Late, by owner", "shared": "1"})
    browse("finance_head").post(desk.url(f"lists/views/{view.pk}/delete/"))
    page = browse().get(desk.url("changes/?kind=organizations_savedviewevent"))
    deleted, changed, made = page.context["changes"]
    assert (made.verb, made.who, made.about.split(",")[0]) == ("Added", str(bob), "Late ones")
    assert {(field.name, field.before, field.after) for field in changed.fields} == {
        ("Name", "Late ones", "Late, by owner"),
        ("Shared", "no", "yes"),
    }
    assert changed.who == str(bob)
    assert deleted.verb == "Deleted"
    assert deleted.who not in {str(bob), ""}
