"""Writes of messaging: `outbox` queues and settles, `dispatch` sends, `templates` keeps texts."""
