"""What was entered for a view and refused: kept until the list is shown again, with the reason beside the name."""

from __future__ import annotations

from typing import TypedDict

from django.core.exceptions import ValidationError
from django.http import HttpRequest

from dunwell.organizations.models import SavedView

_KEPT = "refused_view"


class Entered(TypedDict):
    name: str
    is_shared: bool
    why: str


def keep(request: HttpRequest, error: ValidationError) -> None:
    """For the dialog of the page that comes next."""
    shared = request.POST.get("shared") == "1"
    request.session[_KEPT] = Entered(name=request.POST.get("name", "")[:300], is_shared=shared, why=error.messages[0])


def entered(request: HttpRequest, current: SavedView | None) -> Entered:
    """What stands in the dialogs of views: what was refused, else the view that is shown."""
    if _KEPT in request.session:
        kept: Entered = request.session.pop(_KEPT)
        return kept
    return (
        Entered(name=current.name, is_shared=current.is_shared, why="")
        if current
        else Entered(name="", is_shared=False, why="")
    )
