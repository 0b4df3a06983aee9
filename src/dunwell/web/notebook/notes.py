"""Notes and calls: write down, change, remove."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from dunwell.ledger.models import Note, NoteKind
from dunwell.ledger.services import notes as services
from dunwell.ledger.services.versions import version_of
from dunwell.rules.permissions import Permission
from dunwell.web import entries
from dunwell.web.access import Desk, access
from dunwell.web.found import customer_or_404, invoice_or_404, row_or_404

_TO_THE_MINUTE = "%Y-%m-%dT%H:%M"


class NoteForm(entries.EntryForm):
    kind = forms.ChoiceField(
        label="What it was",
        choices=NoteKind.choices,
        widget=forms.RadioSelect(attrs={"class": "form-check-input", "wide": True}),
    )
    text = forms.CharField(
        label="What was said",
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 5, "wide": True}),
        error_messages={"required": "Write something first."},
    )
    spoke_with = forms.CharField(label="With whom", required=False, max_length=200)
    happened_at = forms.DateTimeField(
        label="When",
        input_formats=[_TO_THE_MINUTE, "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(format=_TO_THE_MINUTE, attrs={"type": "datetime-local"}),
        error_messages={"invalid": "This is no date and time."},
    )

    def __init__(self, data: Any, *, desk: Desk, note: Note | None = None, kind: str = "") -> None:
        self.zone = desk.organization.zone
        at = (note.happened_at if note else desk.now).astimezone(self.zone)
        initial: dict[str, Any] = {"happened_at": at.strftime(_TO_THE_MINUTE)}
        if note is not None:
            initial |= {"kind": note.kind, "text": note.text, "spoke_with": note.spoke_with}
            initial["version"] = version_of(note)
        else:
            initial["kind"] = kind if kind in NoteKind.values else NoteKind.NOTE
        super().__init__(data, initial=initial)

    def clean_happened_at(self) -> dt.datetime:
        """The clock on the page is the organization's."""
        at: dt.datetime = self.cleaned_data["happened_at"]
        return at.replace(tzinfo=self.zone)


def _add(desk: Desk, customer: Any, invoice: Any, back: str, back_name: str) -> HttpResponse:
    request = desk.request
    form = NoteForm(request.POST or None, desk=desk, kind=request.GET.get("kind", ""))
    about = f"about invoice {invoice.number}" if invoice else f"about {customer.name}"
    page = entries.Page("Write a note", "Keep it", back, back_name, lead=f"A note or a call {about}.")
    if request.method == "POST":

        def act(values: dict[str, Any]) -> Any:
            return services.add_note(
                organization=desk.organization,
                customer_id=customer.pk,
                invoice_id=invoice.pk if invoice else None,
                by=desk.user,
                now=desk.now,
                **values,
            )

        if entries.saved(form, act) is not None:
            return entries.done(desk, "Kept.", undo_with=Permission.ADD_NOTES, then=back)
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


def home_of(desk: Desk, row: Any) -> str:
    """The page of the invoice, else of the customer, that a note or document belongs to."""
    if row.invoice_id:
        return desk.url("web:invoice", row.invoice_id)
    return desk.url("web:customer", row.customer_id)


def edit(request: HttpRequest, slug: str, note_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.ADD_NOTES)
    note = row_or_404(desk, Note, note_id, "customer", "invoice", "author")
    form = NoteForm(request.POST or None, desk=desk, note=note)
    name = f"Invoice {note.invoice.number}" if note.invoice else note.customer.name
    written = f"Written by {note.author}." if note.author else ""
    remove = {"remove_url": desk.url("web:note_remove", note.pk), "remove_name": "Remove this note"}
    page = entries.Page("Edit note", "Save", home_of(desk, note), name, lead=written, context=remove)
    if request.method == "POST":

        def act(values: dict[str, Any]) -> Any:
            return services.edit_note(
                organization=desk.organization,
                note_id=note.pk,
                by=desk.user,
                now=desk.now,
                version=form.seen,
                **values,
            )

        if entries.saved(form, act, note) is not None:
            return entries.done(desk, "Saved.", undo_with=Permission.ADD_NOTES, then=page.back)
    return entries.show(desk, page, form)


@require_POST
def remove(request: HttpRequest, slug: str, note_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.ADD_NOTES)
    note = row_or_404(desk, Note, note_id)
    return entries.attempt(
        desk,
        lambda: services.remove_note(organization=desk.organization, note_id=note.pk, by=desk.user),
        "The note is removed.",
        undo_with=Permission.ADD_NOTES,
        then=home_of(desk, note),
    )
