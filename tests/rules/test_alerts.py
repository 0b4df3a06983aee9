"""Who is told what: a person's own choice, else their role's, else the default."""

from __future__ import annotations

from dunwell.rules.alerts import DEFAULTS, MEANINGS, AlertKind, ByMail, Choice, choice
from dunwell.rules.permissions import ROLES

OFF = Choice(in_app=False, mail=ByMail.NONE)
LOUD = Choice(in_app=True, mail=ByMail.AT_ONCE)


def test_every_kind_has_a_default_for_every_role_and_words() -> None:
    assert set(DEFAULTS) == {(kind, role) for kind in AlertKind for role in ROLES}
    assert set(MEANINGS) == set(AlertKind)


def test_the_nearest_choice_counts() -> None:
    kind = AlertKind.BECAME_DEFAULTER

    def told(role: str = "collector", by_role: bool = False, by_user: bool = False) -> Choice:
        return choice(
            kind,
            role=role,
            user_id=7,
            by_role={(kind, "collector"): LOUD} if by_role else {},
            by_user={(kind, 7): OFF, (kind, 8): LOUD} if by_user else {},
        )

    assert told() == Choice(in_app=True, mail=ByMail.DAILY)
    assert told(by_role=True) == LOUD
    assert told(by_role=True, by_user=True) == OFF
    assert told("viewer", by_role=True) == OFF
    assert not told("nobody").wanted


def test_who_may_not_look_at_the_book_daily_is_not_mailed() -> None:
    assert all(not DEFAULTS[kind, "viewer"].wanted for kind in AlertKind)
