"""Writes to the ledger: each function checks, saves and records in one transaction."""
