"""Start chasing, and stop all sending."""

from __future__ import annotations

import datetime as dt

from django.db import connection, transaction

from dunwell.followup.models import Notice, NoticeState
from dunwell.followup.services.release import call_back
from dunwell.followup.sql import statement
from dunwell.organizations.models import Organization, OrganizationSettings, SampleBook, User
from dunwell.organizations.recording import recorded

# A first batch is made of these
READABLE = (NoticeState.COMPOSED, NoticeState.AWAITING_APPROVAL)


class CannotStartError(Exception):
    """Chasing cannot start; the message says what is missing."""


def missing_before_start(settings: OrganizationSettings, *, can_send: bool) -> list[str]:
    """What an organization lacks before it can start chasing, in plain words."""
    missing = []
    if not settings.payment_url_pattern and not settings.bank_details:
        missing.append("A way to pay: a payment page or bank details.")
    if not can_send:
        missing.append("A mail server and a sender address.")
    return missing


@transaction.atomic
def start_chasing(
    *, organization: Organization, by: User | None, now: dt.datetime, can_send: bool, approve_each: bool = False
) -> None:
    """From now on the organization's notices are sent. Raises CannotStartError.

    Nothing leaves unread: where no notice is written yet that a person could have read, chasing starts only with
    `approve_each`, which has a person approve every notice before it goes.
    """
    settings = OrganizationSettings.objects.select_for_update().get(organization=organization)
    if settings.chasing_started_at is None and SampleBook.objects.filter(organization=organization).exists():
        raise CannotStartError("This is a sample book: its customers are invented, and nothing is ever sent to them.")
    missing = missing_before_start(settings, can_send=can_send)
    approve_each = approve_each or settings.approval_required
    if not missing and not approve_each and not ready_notices(organization):
        missing = ["A first batch to read: no notice is written yet."]
    if missing:
        raise CannotStartError(" ".join(missing))
    settings.approval_required = approve_each
    with recorded(user=by.pk if by else None, action="start chasing"):
        settings.chasing_started_at = settings.chasing_started_at or now
        settings.chasing_started_by = settings.chasing_started_by or by
        settings.sending_stopped_at = settings.sending_stopped_by = None
        settings.save()


@transaction.atomic
def stop_sending(*, organization: Organization, by: User | None, now: dt.datetime) -> int:
    """Nothing more goes out; what waits in the queue is called back. Returns how many notices that were."""
    settings = OrganizationSettings.objects.select_for_update().get(organization=organization)
    with recorded(user=by.pk if by else None, action="stop all sending"):
        settings.sending_stopped_at = settings.sending_stopped_at or now
        settings.sending_stopped_by = settings.sending_stopped_by or by
        settings.save()
    with connection.cursor() as cursor:
        cursor.execute(statement("queued_notices"), {"organization": organization.pk})
        rows = cursor.fetchall()
    return call_back(organization_id=organization.pk, notices_and_messages=rows, reason="Sending was stopped.", now=now)


@transaction.atomic
def resume_sending(*, organization: Organization, by: User | None) -> None:
    """Sending goes on; the next pass composes what is due by then."""
    settings = OrganizationSettings.objects.select_for_update().get(organization=organization)
    with recorded(user=by.pk if by else None, action="resume sending"):
        settings.sending_stopped_at = settings.sending_stopped_by = None
        settings.save()


def ready_notices(organization: Organization) -> int:
    """How many notices are written and can be read: they wait for sending to be on, or for approval."""
    return Notice.objects.filter(organization=organization, state__in=READABLE).count()
