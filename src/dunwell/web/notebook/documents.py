"""Documents: keep a file, hand it out to members, remove it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_POST

from dunwell.ledger.models import Document
from dunwell.ledger.services import documents as services
from dunwell.rules.permissions import Permission
from dunwell.web import entries
from dunwell.web.access import Desk, access
from dunwell.web.found import customer_or_404, invoice_or_404, row_or_404
from dunwell.web.notebook.notes import home_of


class DocumentForm(entries.EntryForm):
    file = forms.FileField(
        label="File",
        help_text=f"PDF, picture, office document, mail or text, up to {services.LARGEST_DOCUMENT // 1024**2} MB.",
        widget=forms.FileInput(attrs={"accept": ",".join(f".{kind}" for kind in services.KINDS)}),
        error_messages={"required": "Choose a file first.", "empty": "The file is empty."},
    )


def _add(desk: Desk, customer: Any, invoice: Any, back: str, back_name: str) -> HttpResponse:
    request = desk.request
    posted = request.method == "POST"
    form = DocumentForm(request.POST if posted else None, request.FILES if posted else None)
    page = entries.Page("Add a document", "Keep it", back, back_name, upload=True)
    if posted:

        def act(values: dict[str, Any]) -> Any:
            file = values["file"]
            return services.add_document(
                organization=desk.organization,
                customer_id=customer.pk,
                invoice_id=invoice.pk if invoice else None,
                name=file.name or "",
                chunks=file.chunks(),
                by=desk.user,
                now=desk.now,
            )

        made = entries.saved(form, act)
        if made is not None:
            return entries.done(desk, f"“{made.name}” is kept here.", then=back)
    return entries.show(desk, page, form)


def add_to_customer(request: HttpRequest, slug: str, customer_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.ADD_NOTES)
    customer = customer_or_404(desk, customer_id)
    return _add(desk, customer, None, desk.url("web:customer", customer.pk), customer.name)


def add_to_invoice(request: HttpRequest, slug: str, invoice_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.ADD_NOTES)
    invoice = invoice_or_404(desk, invoice_id)
    back = desk.url("web:invoice", invoice.pk)
    return _add(desk, invoice.customer, invoice, back, f"Invoice {invoice.number}")


def download(request: HttpRequest, slug: str, document_id: int) -> HttpResponseBase:
    """The file, as a download: never shown inside this site, whatever it contains."""
    desk = access(request, slug, Permission.VIEW_BOOK)
    document = row_or_404(desk, Document, document_id)
    path = services.file_of(document)
    if path is None:
        raise Http404
    response = FileResponse(
        path.open("rb"), as_attachment=True, filename=document.name, content_type=document.media_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox"
    return response


@require_POST
def remove(request: HttpRequest, slug: str, document_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.ADD_NOTES)
    document = row_or_404(desk, Document, document_id)
    return entries.attempt(
        desk,
        lambda: services.remove_document(organization=desk.organization, document_id=document.pk, by=desk.user),
        f"“{document.name}” is removed.",
        undo_with=None,
        then=home_of(desk, document),
    )
