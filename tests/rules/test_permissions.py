"""The table of permissions."""

from __future__ import annotations

from dunwell.organizations.models import Role
from dunwell.rules.permissions import PERMISSIONS, ROLE_NOTES, ROLES, Permission, may


def test_the_table_has_every_role_and_every_permission() -> None:
    assert set(PERMISSIONS) == set(ROLES) == set(Role.values)
    assert PERMISSIONS["owner"] == set(Permission)
    assert set(ROLE_NOTES) == set(ROLES)


def test_everyone_sees_and_a_viewer_only_sees() -> None:
    assert {name for name in Permission if may("viewer", name)} == {
        Permission.VIEW_BOOK,
        Permission.SEE_EVERY_CUSTOMER,
        Permission.READ_NOTICES,
        Permission.VIEW_SETTINGS,
        Permission.VIEW_PEOPLE,
    }


def test_anyone_who_works_here_can_stop_and_only_few_can_start() -> None:
    stops = {role for role in ROLES if may(role, Permission.STOP_SENDING)}
    starts = {role for role in ROLES if may(role, Permission.START_CHASING)}
    assert starts == {"owner", "finance_head"} < stops


def test_who_sends_reminders_decides_about_old_debts() -> None:
    decide = {role for role in ROLES if may(role, Permission.CHASE_OLD_DEBT)}
    assert decide == {role for role in ROLES if may(role, Permission.SEND_NOW)}


def test_an_unknown_role_may_nothing() -> None:
    assert not any(may("intruder", name) for name in Permission)
