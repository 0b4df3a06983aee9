"""Invoices, payments, credit notes, holds and extensions, entered by hand."""
