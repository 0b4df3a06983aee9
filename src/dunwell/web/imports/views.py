"""Imports: the list, an upload, what its columns are, what would change, and what came of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from dunwell.insights.brought import names
from dunwell.ledger.imports import queries, services
from dunwell.ledger.imports.errors import ImportRefusedError
from dunwell.ledger.imports.inspection import Inspection, inspect
from dunwell.ledger.imports.mapping import Mapping, from_toml
from dunwell.ledger.imports.report import NAMED_PARTS
from dunwell.ledger.models import FileImport, ImportState
from dunwell.ledger.services.undo import Extent, extent
from dunwell.rules.permissions import Permission
from dunwell.web.access import Desk, access
from dunwell.web.downloads import file_response
from dunwell.web.imports.forms import ColumnsForm, UploadForm
from dunwell.web.lists.paging import listing
from dunwell.web.lists.table import Sort
from dunwell.workflows.undo import why_import_stays

SORTS = {"when": Sort(("id",), starts_down=True)}


def imports(request: HttpRequest, slug: str) -> HttpResponse:
    """All uploads, newest first, below the form for the next one."""
    desk = access(request, slug, Permission.IMPORT_BOOK)
    return _list(desk, UploadForm())


@require_POST
def receive(request: HttpRequest, slug: str) -> HttpResponse:
    """Take an upload; a file that cannot be a table is refused with a sentence and not kept."""
    desk = access(request, slug, Permission.IMPORT_BOOK)
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        chunks: Iterator[bytes] = file.chunks()
        try:
            made = services.receive_upload(
                organization=desk.organization, user=desk.user, name=file.name or "upload", chunks=chunks, now=desk.now
            )
        except ImportRefusedError as error:
            form.add_error("file", str(error))
        else:
            return redirect(desk.url("web:import", made.pk))
    return _list(desk, form, status=422)


def _list(desk: Desk, form: UploadForm, *, status: int = 200) -> HttpResponse:
    rows = listing(queries.imports_of(desk.organization), desk.request.GET, SORTS, "-when")
    shown = [(found, _brought(desk, found)) for found in rows.rows]
    context = {"place": "imports", "form": form, "listing": rows, "imports": shown}
    return desk.render("web/imports/list.html", context, status=status)


def file_import(request: HttpRequest, slug: str, import_id: int) -> HttpResponse:
    """One upload, at whatever stage it is."""
    desk = access(request, slug, Permission.IMPORT_BOOK)
    found = _found(desk, import_id)
    if found.state in services.WORKING:
        return _page(desk, found, "working")
    if found.state in {ImportState.DONE, ImportState.UNDONE}:
        shown = {**_figures(found.report), "brought": _brought(desk, found), **_undoing(desk, found)}
        return _page(desk, found, "done", shown)
    if found.state == ImportState.CHECKED and "columns" not in request.GET:
        return _page(desk, found, "checked", _figures(found.preview))
    return _columns_page(desk, found, None)


@require_POST
def columns(request: HttpRequest, slug: str, import_id: int) -> HttpResponse:
    """Take what a person says about the columns, and have the file checked."""
    desk = access(request, slug, Permission.IMPORT_BOOK)
    found = _found(desk, import_id)
    if found.state in services.WORKING or found.state in {ImportState.DONE, ImportState.UNDONE}:
        return redirect(desk.url("web:import", found.pk))
    return _columns_page(desk, found, request.POST)


@require_POST
def start(request: HttpRequest, slug: str, import_id: int) -> HttpResponse:
    """Import a file that has been checked."""
    desk = access(request, slug, Permission.IMPORT_BOOK)
    found = _found(desk, import_id)
    try:
        services.start_import(file_import=found, now=desk.now)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return redirect(desk.url("web:import", found.pk))


def undo(request: HttpRequest, slug: str, import_id: int) -> HttpResponse:
    """What would go if the import were taken back; and taking it back."""
    desk = access(request, slug, Permission.UNDO_IMPORT)
    found = _found(desk, import_id)
    context_id = found.history_context
    if found.state != ImportState.DONE or context_id is None:
        return redirect(desk.url("web:import", found.pk))
    reason = why_import_stays(found)
    if request.method == "POST" and not reason:
        try:
            services.start_undo(file_import=found, by=desk.user)
        except ValidationError as error:
            messages.error(request, error.messages[0])
        return redirect(desk.url("web:import", found.pk))
    rows = [(row, *_listed(desk, found, row)) for row in extent(organization=desk.organization, context_id=context_id)]
    return _page(desk, found, "undo", {"reason": reason, "extent": rows})


def _listed(desk: Desk, found: FileImport, kind: Extent) -> tuple[bool, str, str, str]:
    """Whether a kind has a list of its own; where those stand that an import brought, that it changed, that were used.

    What has none stands among the changes, for whoever may see these.
    """
    name = {"invoice": "invoices", "customer": "customers", "payment": "payments", "credit note": "credit_notes"}
    if kind.name in name:
        everything = "state=all&" if kind.name == "invoice" else ""
        address = f"{desk.url(f'web:{name[kind.name]}')}?{everything}import={found.pk}"
        return True, address, f"{address}:changed", f"{address}:used"
    if not desk.may(Permission.VIEW_AUDIT):
        return False, "", "", ""
    address = f"{desk.url('web:audit')}?kind={kind.events}&import={found.pk}"
    return False, f"{address}:insert", f"{address}:update", f"{address}:since"


def _undoing(desk: Desk, found: FileImport) -> dict[str, Any]:
    can = found.state == ImportState.DONE and found.history_context is not None and desk.may(Permission.UNDO_IMPORT)
    return {"can_undo": can}


def progress(request: HttpRequest, slug: str, import_id: int) -> HttpResponse:
    """The part of the page that is asked for again while the work goes on; at its end the page is loaded anew."""
    desk = access(request, slug, Permission.IMPORT_BOOK)
    found = _found(desk, import_id)
    response = desk.render("web/imports/progress.html", {"import": found})
    if found.state not in services.WORKING:
        response["HX-Refresh"] = "true"
    return response


def errors(request: HttpRequest, slug: str, import_id: int) -> HttpResponseBase:
    """The refused rows as a CSV file."""
    desk = access(request, slug, Permission.IMPORT_BOOK)
    found = _found(desk, import_id)
    path = services.errors_file_of(found)
    if path is None:
        raise Http404
    return file_response(request, path, name=f"errors-{Path(found.file_name).stem}.csv", kind="text/csv; charset=utf-8")


def file(request: HttpRequest, slug: str, import_id: int) -> HttpResponseBase:
    """The upload as it came: the rows that were read."""
    desk = access(request, slug, Permission.IMPORT_BOOK)
    found = _found(desk, import_id)
    path = services.upload_of(found)
    if path is None:
        raise Http404
    return file_response(request, path, name=found.file_name, kind="application/octet-stream")


def _figures(report: dict[str, Any]) -> dict[str, Any]:
    return {"report": report, "as_of": dt.date.fromisoformat(report["as_of"])}


def _brought(desk: Desk, found: FileImport) -> dict[str, str]:
    """Where the rows are listed that it brought or changed; nowhere for an import from before they were kept."""
    if found.history_context is None or found.state != ImportState.DONE:
        return {}
    invoices = desk.url("web:invoices") + f"?state=all&import={found.pk}"
    customers = desk.url("web:customers") + f"?import={found.pk}"
    payments = desk.url("web:payments") + f"?import={found.pk}"
    return {
        "invoices": invoices,
        "changed_invoices": f"{invoices}:named",
        "left_out": f"{invoices}:absent",
        **{part: f"{invoices}:{part}" for part in NAMED_PARTS if names(found, part)},
        "customers": customers,
        "changed_customers": f"{customers}:changed",
        "payments": payments,
        "changed_payments": f"{payments}:changed",
        "credit_notes": desk.url("web:credit_notes") + f"?import={found.pk}",
    }


def _found(desk: Desk, import_id: int) -> FileImport:
    found = queries.imports_of(desk.organization).filter(pk=import_id).first()
    if found is None:
        raise Http404
    return found


def _page(
    desk: Desk, found: FileImport, stage: str, more: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    has_file = services.upload_of(found) is not None
    context = {"place": "imports", "import": found, "stage": stage, "has_file": has_file, **(more or {})}
    return desk.render(f"web/imports/{stage}.html", context, status=status)


def _columns_page(desk: Desk, found: FileImport, data: Any) -> HttpResponse:
    try:
        inspection = _inspected(desk, found)
    except ImportRefusedError as error:
        return _page(desk, found, "refused", {"sentence": str(error)})
    form = ColumnsForm(data, inspection=inspection, today=desk.today, as_of=found.as_of)
    if data is not None and form.is_valid():
        mapping = form.mapping()
        if form.cleaned_data["save_as"]:
            services.save_mapping(organization=desk.organization, name=form.cleaned_data["save_as"], mapping=mapping)
        try:
            services.set_mapping(file_import=found, mapping=mapping, as_of=form.cleaned_data["as_of"])
        except ValidationError as error:
            messages.error(desk.request, error.messages[0])
        return redirect(desk.url("web:import", found.pk))
    return _page(
        desk,
        found,
        "columns",
        {
            "form": form,
            "inspection": inspection,
            "mappings": queries.mapping_names(desk.organization),
            "mapping_name": desk.request.GET.get("mapping", ""),
        },
        status=422 if form.errors else 200,
    )


def _inspected(desk: Desk, found: FileImport) -> Inspection:
    """The file's columns under the mapping that is chosen, was used last, or none."""
    name = desk.request.GET.get("mapping", "")
    mapping = queries.find_mapping(desk.organization, name) if name else None
    if mapping is None and found.mapping:
        mapping = from_toml(found.mapping, found.file_name)
    facts = services.facts_of(found, mapping or Mapping())
    return inspect(facts, mapping=mapping, base_currency=desk.organization.base_currency, evidence=False)
