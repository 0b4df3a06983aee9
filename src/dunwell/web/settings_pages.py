"""Every page of settings, in groups: the overview shows them as cards, each page has them beside it."""

from __future__ import annotations

from dataclasses import dataclass

from dunwell.rules.permissions import Permission
from dunwell.web.access import Desk
from dunwell.web.settings_forms import SECTIONS


@dataclass(frozen=True)
class Place:
    """A page of settings; `name` is what the page itself calls its section, `now` what is set, in a few words."""

    name: str
    title: str
    lead: str
    url: str
    symbol: str
    now: str = ""


@dataclass(frozen=True)
class _Page:
    """A page of settings that is more than a form."""

    title: str
    lead: str
    view: str
    symbol: str
    permission: Permission = Permission.VIEW_SETTINGS


_PAGES = {
    "appearance": _Page("Appearance", "Your color and logo, in pages and mails.", "appearance", "palette"),
    "alerts": _Page("Alerts", "Who of the team is told what, and which chats.", "alert_team", "bell"),
    "people": _Page(
        "People", "Who works here, and what each may do.", "people", "users", permission=Permission.VIEW_PEOPLE
    ),
    "audit": _Page(
        "Changes",
        "Who changed what, when, before and after.",
        "audit",
        "list-details",
        permission=Permission.VIEW_AUDIT,
    ),
    "data": _Page("Data", "Take everything with you, or delete the organization.", "settings_data", "database"),
}
GROUPS = {
    "Who we are": ("organization", "appearance", "people", "alerts"),
    "What is sent": ("sender", "sms", "letters", "papers", "payment"),
    "When and to whom": ("calendar", "limits", "standing", "segments"),
    "Records": ("audit", "data"),
}


def places(desk: Desk, *, with_now: bool = False) -> list[tuple[str, list[Place]]]:
    """The groups with those of their pages that a person may see; only the overview says what is set."""
    groups = [
        (title, [_place(desk, name, with_now) for name in names if _may(desk, name)]) for title, names in GROUPS.items()
    ]
    return [(title, found) for title, found in groups if found]


def _may(desk: Desk, name: str) -> bool:
    return name in SECTIONS or desk.may(_PAGES[name].permission)


def _place(desk: Desk, name: str, with_now: bool) -> Place:
    if entry := SECTIONS.get(name):
        now = entry.now(desk.organization) if with_now else ""
        return Place(name, entry.title, entry.lead, desk.url("web:settings_section", name), entry.symbol, now)
    page = _PAGES[name]
    return Place(name, page.title, page.lead, desk.url(f"web:{page.view}"), page.symbol)
