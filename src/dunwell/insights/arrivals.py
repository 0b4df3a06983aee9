"""What came in since a day: money, money that went back, mails that failed, files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Sum

from dunwell.insights.activity import Received
from dunwell.ledger.models import FileImport, ImportState, Payment
from dunwell.messaging.models import Message, MessageState
from dunwell.organizations.calendars import calendar_of
from dunwell.organizations.counts import count
from dunwell.organizations.models import Organization
from dunwell.organizations.scope import Scope
from dunwell.rules.calendars import NoBusinessDayError

MOST_PAYMENTS = 5
ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Arrivals:
    """Since the beginning of `since`. `latest` are the newest payments with their customers."""

    since: dt.date
    received: Sequence[Received]
    latest: Sequence[Payment]
    bounced: Sequence[Payment]
    failed_messages: int
    imports: Sequence[FileImport]

    @property
    def nothing(self) -> bool:
        return not (self.received or self.bounced or self.failed_messages or self.imports)


def arrivals(scope: Scope, today: dt.date) -> Arrivals:
    """Since yesterday; after days off, since the last business day."""
    since = _day_before(scope.organization, today)
    start = dt.datetime.combine(since, dt.time.min, scope.organization.zone)
    payments = scope.rows(Payment).filter(succeeded_on__range=(since, today), is_opening=False)
    sums = payments.order_by().values("currency").annotate(amount=Sum("amount"), n=Count("pk")).order_by("-amount")
    received = [Received(row["currency"], row["amount"], row["n"]) for row in sums]
    latest = payments.select_related("customer").order_by("-succeeded_on", "-pk")[:MOST_PAYMENTS] if received else []
    bounced = scope.rows(Payment).filter(failed_on__range=(since, today)).select_related("customer")
    messages = scope.rows(Message).filter(state__in=(MessageState.FAILED, MessageState.UNCERTAIN))
    imports = FileImport.objects.filter(organization=scope.organization, state=ImportState.DONE, finished_at__gte=start)
    return Arrivals(
        since=since,
        received=received,
        latest=list(latest),
        bounced=list(bounced.order_by("-failed_on", "-pk")[:MOST_PAYMENTS]),
        failed_messages=count(messages.filter(finished_at__gte=start)),
        imports=list(imports.order_by("-pk")[:MOST_PAYMENTS]) if scope.whole_book else [],
    )


def _day_before(organization: Organization, today: dt.date) -> dt.date:
    try:
        return calendar_of(organization).on_or_before(today - ONE_DAY)
    except NoBusinessDayError:
        return today - ONE_DAY
