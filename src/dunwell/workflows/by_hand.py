"""After a person entered something by hand: what follows from it is seen at once where that is quick."""

from __future__ import annotations

import contextlib
import datetime as dt

from django.db import connection, transaction

from dunwell.followup.models import PlanState
from dunwell.followup.queries.policies_in_force import NoPolicyError
from dunwell.followup.services.passes import PASS_LOCK
from dunwell.ledger.models import TouchedCustomer
from dunwell.organizations.models import Organization
from dunwell.organizations.queries import local_date
from dunwell.workflows.notices import refresh
from dunwell.workflows.wake import wake_run

# Up to so many changes are taken up while the person waits; more are a worker's
FEW = 200


def follow_up(organization: Organization, *, now: dt.datetime) -> bool:
    """Bring standings, actions and notices up to the change; whether that is done, else a worker does it soon."""
    today = local_date(organization, now)
    stands_at_today = PlanState.objects.filter(organization=organization, planned_as_of=today).exists()
    few = TouchedCustomer.objects.filter(organization=organization)[: FEW + 1].count() <= FEW
    if stands_at_today and few and _no_pass_under_way(organization):
        with contextlib.suppress(NoPolicyError):
            refresh(organization, now=now)
        return True
    wake_run(organization)
    return False


@transaction.atomic
def _no_pass_under_way(organization: Organization) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [PASS_LOCK, organization.pk % 2**31])
        row = cursor.fetchone()
    return bool(row and row[0])
