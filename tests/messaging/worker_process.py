"""A worker in a process of its own, for tests that kill it: database name, organization and port are its arguments."""

from __future__ import annotations

import sys

import django

if __name__ == "__main__":
    django.setup()

    import datetime as dt

    from dunwell.messaging.channels.email import SmtpChannel, SmtpSettings
    from dunwell.messaging.channels.port import Channel
    from dunwell.messaging.services.dispatch import dispatch

    settings = SmtpSettings("127.0.0.1", int(sys.argv[2]), security="none", timeout=5.0, reply_timeout=30.0)

    def connect() -> Channel:
        return SmtpChannel(settings)

    at = dt.datetime.fromisoformat(sys.argv[3])
    dispatch(
        organization_id=int(sys.argv[1]),
        clock=lambda: at,
        worker="doomed",
        channels={"email": connect},
        connections=int(sys.argv[4]),
        batch=10,
    )
