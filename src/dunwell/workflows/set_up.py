"""What an organization still lacks before it can chase, from the facts themselves: nothing here is a stored step."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from procrastinate.contrib.django.models import ProcrastinateWorker

from dunwell.followup.models import Notice
from dunwell.followup.services.switches import READABLE
from dunwell.ledger.models import Invoice
from dunwell.organizations import beginnings
from dunwell.organizations.models import Organization, Role, User
from dunwell.organizations.services import grant_role
from dunwell.workflows.archives import Archive
from dunwell.workflows.organizations import set_up_organization
from dunwell.workflows.portable.bringing_in import BroughtIn, bring_in
from dunwell.workflows.portable.taking_out import KIND, VERSION
from dunwell.workflows.sender import channels_set_up

# A worker says every ten seconds that it lives; this long after the last word it does not
SILENCE = dt.timedelta(seconds=45)


@dataclass(frozen=True)
class SetUp:
    """What is there: a sender with its server, a way to pay, invoices, a first batch to read, and the start itself."""

    sender: bool
    way_to_pay: bool
    book: bool
    ready: int
    started: bool

    @property
    def complete(self) -> bool:
        return self.sender and self.way_to_pay and self.book and self.started


def what_is_set_up(organization: Organization) -> SetUp:
    settings = organization.settings
    invoices = Invoice.objects.filter(organization=OuterRef("pk"))
    book, ready = Organization.objects.values_list(
        Exists(invoices), _count_of(Notice.objects.filter(organization=OuterRef("pk"), state__in=READABLE))
    ).get(pk=organization.pk)
    return SetUp(
        sender=bool(channels_set_up(organization)),
        way_to_pay=bool(settings.payment_url_pattern or settings.bank_details),
        book=book,
        ready=ready,
        started=settings.chasing_started_at is not None,
    )


def _count_of(rows: QuerySet[Notice]) -> Coalesce:
    """How many rows, as a part of another query."""
    counted = rows.order_by().values("organization").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def worker_is_alive(now: dt.datetime) -> bool:
    """Whether some worker has said so lately: without one no file is read, no pass runs and no mail goes."""
    return ProcrastinateWorker.objects.filter(last_heartbeat__gte=now - SILENCE).exists()


@transaction.atomic
def bring_first_organization(*, owner: User, path: Path) -> BroughtIn:
    """The first organization out of an archive; who brings it is an owner of it. It sends nothing.

    Raises AlreadySetUpError and ArchiveUnusableError.
    """
    beginnings.alone()
    if not beginnings.no_organization_yet():
        raise beginnings.AlreadySetUpError("There is an organization already; ask its owner to add you.")
    with Archive(path, kind=KIND, version=VERSION) as archive:
        result = bring_in(archive)
    grant_role(user=owner, organization=result.organization, role=Role.OWNER)
    return result


@transaction.atomic
def create_first_organization(*, owner: User, **fields: Any) -> Organization:
    """The first organization, and its owner. Raises AlreadySetUpError, and ValidationError by field."""
    beginnings.alone()
    if not beginnings.no_organization_yet():
        raise beginnings.AlreadySetUpError("There is an organization already; ask its owner to add you.")
    organization = set_up_organization(**fields)
    grant_role(user=owner, organization=organization, role=Role.OWNER)
    return organization
