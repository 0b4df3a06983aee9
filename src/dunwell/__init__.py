"""Dunwell: dunning, done well."""

__version__ = "0.1.0"
