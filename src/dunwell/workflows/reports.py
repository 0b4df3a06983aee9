"""A provider's report and what follows from it: the message, its notice and steps, and a look at the customer again."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from dunwell.followup.services import delivery
from dunwell.messaging.services.reports import DeliveryReport, Reported, keep_report, keep_report_of_copy


@transaction.atomic
def take_report(report: DeliveryReport, *, now: dt.datetime) -> Reported | None:
    """Keep a report; None: it is about no message of this organization. Any number of times, in any order: no harm."""
    reported = keep_report(report, now=now)
    if reported is not None and reported.state:
        delivery.follow_report(message_id=reported.message_id, state=reported.state, detail=report.detail[:200], at=now)
    return reported


@transaction.atomic
def take_report_of(report: DeliveryReport, *, recipient: str, now: dt.datetime) -> bool:
    """The same where the provider says whose delivery it was, of a mail with copies. Whether it was one of ours."""
    if recipient and keep_report_of_copy(report, recipient=recipient, now=now):
        return True
    return take_report(report, now=now) is not None
