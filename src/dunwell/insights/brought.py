"""What a file brought into the book or changed in it, from the history of its rows."""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, Exists, F, Func, OuterRef, QuerySet, Value

from dunwell.ledger.imports.report import NAMED_PARTS
from dunwell.ledger.models import Allocation, FileImport, Invoice
from dunwell.organizations.models import Organization

# What a file said of invoices that it left as they were, or whose date or currency it did not name
UNCHANGED, DUE_ASSUMED, CURRENCY_ASSUMED = NAMED_PARTS
# What happened to rows that were in the book before; NAMED leaves out what a complete list settled by leaving it out
CHANGED, NAMED, ABSENT = "changed", "named", "absent"
USED = "used"  # what it brought or changed, and somebody has changed since


def file_import(organization: Organization, import_id: int) -> FileImport | None:
    """An import whose rows are known; None for one from before Dunwell kept them."""
    return FileImport.objects.filter(organization=organization, pk=import_id, history_context__isnull=False).first()


def brought_by(organization: Organization, rows: QuerySet[Any], import_id: int, part: str = "") -> QuerySet[Any]:
    """Those of `rows` that were new with an import and are still there; with a `part`, what it did to others."""
    if part == ABSENT:
        return rows.filter(pk__in=_left_out(organization, import_id))
    if part in NAMED_PARTS:
        return _named(organization, rows, import_id, part)
    if part == USED:
        return rows.filter(pk__in=_used(organization, rows.model, import_id).values("pgh_obj_id"))
    new = _events(organization, rows.model, import_id).filter(pgh_label="insert").values("pgh_obj_id")
    if not part:
        return rows.filter(pk__in=new)
    touched = _events(organization, rows.model, import_id).values("pgh_obj_id")
    found = rows.filter(pk__in=touched).exclude(pk__in=new)
    if part == NAMED and rows.model is Invoice:
        return found.exclude(pk__in=_left_out(organization, import_id))
    return found


def names(found: FileImport, part: str) -> bool:
    """Whether the import has kept which invoices it said that of: not where they were too scattered, or long ago."""
    return part in found.report.get("named", {})


def _named(organization: Organization, rows: QuerySet[Any], import_id: int, part: str) -> QuerySet[Any]:
    found = file_import(organization, import_id)
    if rows.model is not Invoice or found is None or not names(found, part):
        return rows.none()
    runs = Func(Value(found.report["named"][part]), template="%(expressions)s::int8multirange")
    return rows.filter(
        Func(F("pk"), runs, template="(%(expressions)s)", arg_joiner=" <@ ", output_field=BooleanField())
    )


def _events(organization: Organization, model: Any, import_id: int) -> QuerySet[Any]:
    context = FileImport.objects.filter(organization=organization, pk=import_id).values("history_context")
    events: QuerySet[Any] = model.pgh_event_model.objects.filter(
        organization_id=organization.pk, pgh_context_id__in=context
    )
    return events


def _used(organization: Organization, model: Any, import_id: int) -> QuerySet[Any]:
    """The last word of the import about each row that had a later one."""
    own = _events(organization, model, import_id)
    same = model.pgh_event_model.objects.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__gt=OuterRef("pgh_id"))
    return own.filter(Exists(same.exclude(pgh_context_id=OuterRef("pgh_context_id"))))


def _left_out(organization: Organization, import_id: int) -> QuerySet[Any]:
    """The open invoices that a complete list did not name: paid by what ledger/imports/sql/absent.sql writes."""
    new = _events(organization, Allocation, import_id).filter(pgh_label="insert").values("pgh_obj_id")
    return Allocation.objects.filter(
        organization=organization, pk__in=new, payment__reference__startswith="absent:"
    ).values("invoice_id")
