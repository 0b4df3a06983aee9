"""Reads of the ledger that more than one app asks."""
