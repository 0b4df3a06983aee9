"""What a file brought into the book, from the history of its rows."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from dunwell.ledger.models import FileImport
from dunwell.organizations.models import Organization


def file_import(organization: Organization, import_id: int) -> FileImport | None:
    """An import whose rows are known; None for one from before Dunwell kept them."""
    return FileImport.objects.filter(organization=organization, pk=import_id, history_context__isnull=False).first()


def brought_by(organization: Organization, rows: QuerySet[Any], import_id: int) -> QuerySet[Any]:
    """Those of `rows` that were new with an import, and are still there."""
    events: Any = rows.model.pgh_event_model
    context = FileImport.objects.filter(organization=organization, pk=import_id).values("history_context")
    new = events.objects.filter(organization_id=organization.pk, pgh_context_id__in=context, pgh_label="insert")
    return rows.filter(pk__in=new.values("pgh_obj_id"))
