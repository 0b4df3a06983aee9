"""Customers and the people there, entered by hand."""
