"""Addresses of entries in the book, below /o/<slug>/."""

from __future__ import annotations

from django.urls import path

from dunwell.web.ledger_entries import credit_notes, holds, invoices, payments

urlpatterns = [
    path("customers/<int:customer_id>/invoices/new/", invoices.add, name="invoice_add"),
    path("invoices/<int:invoice_id>/edit/", invoices.edit, name="invoice_edit"),
    path("invoices/<int:invoice_id>/issue/", invoices.issue, name="invoice_issue"),
    path("invoices/<int:invoice_id>/delete/", invoices.delete, name="invoice_delete"),
    path("invoices/<int:invoice_id>/void/", invoices.void, name="invoice_void"),
    path("invoices/<int:invoice_id>/write-off/", invoices.write_off, name="invoice_write_off"),
    path("invoices/<int:invoice_id>/extend/", invoices.extend, name="invoice_extend"),
    path("write-offs/<int:write_off_id>/reverse/", invoices.reverse_write_off, name="write_off_reverse"),
    path("customers/<int:customer_id>/payments/new/", payments.record, name="payment_record"),
    path("customers/<int:customer_id>/payments/proposal/", payments.proposal, name="payment_proposal"),
    path("payments/<int:payment_id>/apply/", payments.apply, name="payment_apply"),
    path("payments/<int:payment_id>/arrived/", payments.arrived, name="payment_arrived"),
    path("payments/<int:payment_id>/refund/", payments.end, {"how": "refund"}, name="payment_refund"),
    path("payments/<int:payment_id>/reverse/", payments.end, {"how": "reverse"}, name="payment_reverse"),
    path("allocations/<int:allocation_id>/take-back/", payments.take_back, name="allocation_take_back"),
    path("customers/<int:customer_id>/credit-notes/new/", credit_notes.add, name="credit_note_add"),
    path("credit-notes/<int:credit_note_id>/apply/", credit_notes.apply, name="credit_note_apply"),
    path("credit-notes/<int:credit_note_id>/void/", credit_notes.void, name="credit_note_void"),
    path("customers/<int:customer_id>/hold/", holds.hold_customer, name="customer_hold"),
    path("invoices/<int:invoice_id>/hold/", holds.hold_invoice, name="invoice_hold"),
    path("holds/<int:hold_id>/release/", holds.release, name="hold_release"),
    path("holds/<int:hold_id>/change/", holds.change, name="hold_change"),
]
