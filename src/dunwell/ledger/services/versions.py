"""Nobody overwrites a colleague: a form names the version of the row it was filled from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models

from dunwell.organizations.models import Organization, User

Row = TypeVar("Row", bound=models.Model)


class GoneError(ValidationError):
    """The row is not in this organization's book, or not any more."""


@dataclass(frozen=True)
class Change:
    """One field that somebody changed; `by` is a person's name, or what did it."""

    field: str
    before: Any
    after: Any
    by: str
    at: dt.datetime


class ChangedMeanwhileError(ValidationError):
    """Somebody has changed the same fields since the form was filled; nothing was saved."""

    def __init__(self, changes: list[Change]) -> None:
        self.changes = changes
        parts = [
            f"{change.by or 'somebody'} changed {change.field.replace('_', ' ')} "
            f"from {_shown(change.before)} to {_shown(change.after)}"
            for change in changes
        ]
        super().__init__(
            f"While you were writing, {'; '.join(parts)}. Nothing of yours was saved. "
            "Look at what stands there now, and save again if it should be as you wrote."
        )


def _shown(value: Any) -> str:
    if value is None or value in ("", []):
        return "nothing"
    if isinstance(value, list):
        return "“" + ", ".join(map(str, value)) + "”"
    return f"“{value:f}”" if hasattr(value, "as_tuple") else f"“{value}”"


def version_of(row: models.Model) -> int:
    """What a form keeps to name what it was filled from: the row's latest entry in the history."""
    events: Any = type(row).pgh_event_model  # type: ignore[attr-defined]
    latest = events.objects.filter(pgh_obj_id=row.pk).aggregate(latest=models.Max("pgh_id"))["latest"]
    return int(latest or 0)


def locked(model: type[Row], organization: Organization, pk: int) -> Row:
    """The row of this organization, which nobody else changes until the end of the transaction."""
    manager: Any = model._default_manager  # noqa: SLF001
    try:
        row: Row = manager.select_for_update(of=("self",)).get(organization=organization, pk=pk)
    except ObjectDoesNotExist as error:
        raise GoneError("It is not in the book any more. Nothing was changed.") from error
    return row


def refuse_if_changed(row: models.Model, version: int | None, fields: Iterable[str]) -> None:
    """Raise ChangedMeanwhileError when somebody has changed one of these fields since `version`."""
    if version is None or version == version_of(row):
        return
    events: Any = type(row).pgh_event_model  # type: ignore[attr-defined]
    before = events.objects.filter(pgh_obj_id=row.pk, pgh_id=version).first()
    if before is None:
        return
    later = list(
        events.objects.filter(pgh_obj_id=row.pk, pgh_id__gt=version).select_related("pgh_context").order_by("pgh_id")
    )
    changes = []
    for field in fields:
        was, now = getattr(before, field), getattr(row, field)
        if was == now:
            continue
        # Who brought the present value
        event = next((entry for entry in later if getattr(entry, field) == now), later[-1])
        changes.append(Change(field.removesuffix("_id"), was, now, actor_of(event), event.pgh_created_at))
    if changes:
        raise ChangedMeanwhileError(changes)


def actor_of(event: Any) -> str:
    """Who made an entry in the history, by name; empty where the history does not say."""
    metadata = event.pgh_context.metadata if event.pgh_context_id else {}
    user = metadata.get("user")
    if isinstance(user, int) or (isinstance(user, str) and user.isdigit()):
        found = User.objects.filter(pk=int(user)).first()
        return str(found) if found else ""
    return "an import" if metadata.get("source") == "import" else str(user or "")
