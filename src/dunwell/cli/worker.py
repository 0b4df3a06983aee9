"""`dunwell worker`"""

from __future__ import annotations

from typing import Annotated

import typer
from django.conf import settings
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

# A worker that is asked to stop ends after the message in hand; what else it was doing is done by another
_GRACE_SECONDS = 10


def worker(
    *,
    concurrency: Annotated[
        int | None, typer.Option(min=1, help="Tasks done at the same time; DUNWELL_WORKER_CONCURRENCY if left out.")
    ] = None,
) -> None:
    """Do the work in the background: morning runs, sending, imports. Any number may run, on any number of hosts."""
    connector = app.connector
    assert isinstance(connector, DjangoConnector)
    with app.replace_connector(connector.get_worker_connector()) as worker_app:
        worker_app.run_worker(
            concurrency=concurrency or settings.WORKER_CONCURRENCY,
            shutdown_graceful_timeout=_GRACE_SECONDS,
        )
