"""Processes that run passes when they are told to, so that passes overlap as they do on two hosts, or are killed."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
from typing import IO

from django.conf import settings

from dunwell.organizations.models import Organization
from tests.concurrency.commands import database_url

SHARED = ("SECRET_KEY", "TWILIO_API", "LOB_API", "BASE_URL", "SMTP_TIMEOUT")


class PassElsewhere:
    """One process; started when it is first needed, and again after it was killed."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def begin(self, organization: Organization, *, as_of: dt.date, now: dt.datetime) -> None:
        """Have it run a pass; it does not wait for its end."""
        process = self._running()
        order = {"organization": organization.pk, "as_of": as_of.isoformat(), "now": now.isoformat()}
        _pipe(process.stdin).write(json.dumps(order) + "\n")
        _pipe(process.stdin).flush()

    def end(self) -> None:
        """Wait for the end of the pass that was begun. Whatever it raised is raised here."""
        answer = json.loads(_pipe(self._running().stdout).readline())
        assert not answer["error"], answer["error"]

    def kill(self) -> None:
        """As the kernel does it: nothing is put away first."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None:
            shared = {name: getattr(settings, name) for name in SHARED}
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.scenarios.pass_process", json.dumps(shared)],
                env={
                    **os.environ,
                    "DUNWELL_DATABASE_URL": database_url(),
                    "DUNWELL_DATABASE_POOL": "0",
                    "DJANGO_SETTINGS_MODULE": "dunwell.config.settings",
                },
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        return self._process


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe
