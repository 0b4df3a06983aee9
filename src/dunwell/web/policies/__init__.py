"""Policies and assignment rules: read, written, looked at before they are saved."""
