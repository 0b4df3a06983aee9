"""The demo organization: a generated book that looks like a real agency's, and its first day of chasing."""
