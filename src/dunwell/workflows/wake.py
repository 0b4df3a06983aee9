"""Asking the workers for what cannot wait for their next look, by the task's name alone."""

from __future__ import annotations

import contextlib

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from dunwell.organizations.models import Organization


def wake_run(organization: Organization) -> None:
    """Have a worker do a pass now: what decides has changed, and a person waits to see what follows."""
    key, lock = f"followup.refresh:{organization.pk}", f"followup.run:{organization.pk}"
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task("followup.run", queueing_lock=key, lock=lock).defer(organization_id=organization.pk)


def wake_dispatch(organization: Organization) -> None:
    """Have a worker send what is queued and due; once asked is enough."""
    key = f"followup.dispatch:{organization.pk}"
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task("followup.dispatch", queueing_lock=key, lock=key).defer(organization_id=organization.pk)
