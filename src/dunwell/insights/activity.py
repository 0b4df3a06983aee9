"""What happened on a day, and what needs a person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Sum

from dunwell.followup.models import Notice, NoticeState, PlanState, Run, StandingChange
from dunwell.followup.queries.pending import needs_person_queries
from dunwell.ledger.models import Payment
from dunwell.messaging.models import ChannelPause
from dunwell.organizations.counts import by_value, counts
from dunwell.organizations.models import Organization
from dunwell.organizations.queries import local_date
from dunwell.organizations.scope import Scope
from dunwell.rules.standing import CHANGE_NAMES
from dunwell.rules.windows import local_moment

# How long after the morning a worker may take before somebody is told
PATIENCE = dt.timedelta(hours=1)
TO_APPROVE = NoticeState.AWAITING_APPROVAL.value


@dataclass(frozen=True)
class Received:
    """Money of one currency that came in on one day."""

    currency: str
    amount: Decimal
    payments: int


@dataclass(frozen=True)
class Day:
    """One day in figures. `notices` counts those of the day by state, `changes` the changes of standing by name."""

    day: dt.date
    received: Sequence[Received]
    notices: dict[str, int]
    changes: dict[str, int]
    last_run: Run | None


def last_run(organization: Organization) -> Run | None:
    return Run.objects.filter(organization=organization).order_by("-started_at").defer("report").first()


def latest_day(scope: Scope, today: dt.date, *, with_payments: bool = True) -> Day:
    """Today; before today's pass has run, the day of the last one."""
    run = last_run(scope.organization)
    return _day(scope, run.as_of if run else today, run, with_payments)


def _day(scope: Scope, day: dt.date, run: Run | None, with_payments: bool) -> Day:
    payments = scope.rows(Payment).filter(succeeded_on=day, is_opening=False)
    received = payments.values("currency").annotate(amount=Sum("amount"), n=Count("pk")).order_by("-amount")
    notices = scope.rows(Notice).filter(as_of=day)
    changes = scope.rows(StandingChange).filter(changed_on=day)
    counted = counts(
        scope.organization,
        {
            **{("notice", state): rows for state, rows in by_value(notices, "state", NoticeState.values).items()},
            **{("change", name): rows for name, rows in by_value(changes, "name", CHANGE_NAMES).items()},
        },
    )
    return Day(
        day=day,
        received=[Received(row["currency"], row["amount"], row["n"]) for row in received] if with_payments else [],
        notices={name: number for (kind, name), number in sorted(counted.items()) if kind == "notice"},
        changes={name: number for (kind, name), number in sorted(counted.items()) if kind == "change"},
        last_run=run,
    )


@dataclass(frozen=True)
class NeedsPerson:
    """What does not go on by itself: notices to approve, cases by kind as the passes report them, servers that fail.

    `pass_missing`: the morning has been over for an hour, and today's pass has not run.
    """

    to_approve: int
    cases: dict[str, int]
    pauses: Sequence[ChannelPause]
    pass_missing: bool

    @property
    def nothing(self) -> bool:
        return not (self.to_approve or self.cases or self.pauses or self.pass_missing)


def needs_person(scope: Scope, now: dt.datetime) -> NeedsPerson:
    to_approve = scope.rows(Notice).filter(state=NoticeState.AWAITING_APPROVAL)
    counted = counts(scope.organization, {TO_APPROVE: to_approve, **needs_person_queries(scope)})
    return NeedsPerson(
        to_approve=counted.pop(TO_APPROVE, 0),
        cases=counted,
        pauses=list(ChannelPause.objects.filter(organization=scope.organization)),
        pass_missing=_pass_missing(scope.organization, now),
    )


def _pass_missing(organization: Organization, now: dt.datetime) -> bool:
    today = local_date(organization, now)
    if now < local_moment(today, organization.settings.run_at, organization.zone) + PATIENCE:
        return False
    return PlanState.objects.filter(organization=organization, planned_as_of__lt=today).exists()
