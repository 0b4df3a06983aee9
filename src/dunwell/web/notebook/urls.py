"""Addresses of notes and documents, below /o/<slug>/."""

from __future__ import annotations

from django.urls import path

from dunwell.web.notebook import documents, notes

urlpatterns = [
    path("customers/<int:customer_id>/notes/new/", notes.add_to_customer, name="customer_note_add"),
    path("invoices/<int:invoice_id>/notes/new/", notes.add_to_invoice, name="invoice_note_add"),
    path("notes/<int:note_id>/edit/", notes.edit, name="note_edit"),
    path("notes/<int:note_id>/remove/", notes.remove, name="note_remove"),
    path("customers/<int:customer_id>/documents/new/", documents.add_to_customer, name="customer_document_add"),
    path("invoices/<int:invoice_id>/documents/new/", documents.add_to_invoice, name="invoice_document_add"),
    path("documents/<int:document_id>/", documents.download, name="document"),
    path("documents/<int:document_id>/remove/", documents.remove, name="document_remove"),
]
