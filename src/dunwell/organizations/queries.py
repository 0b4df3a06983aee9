"""Reads of tenants and people, and the one clock that all edges share."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.db.models import QuerySet

from dunwell.organizations.models import ClosingDay, Organization


class NoSuchOrganizationError(LookupError):
    """There is no organization of that slug; the text names those there are."""


def database_now() -> dt.datetime:
    """This moment by the database server's clock: hosts may disagree with each other, rows must not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row = cursor.fetchone()
    assert row is not None
    moment: dt.datetime = row[0]
    return moment


def local_date(organization: Organization, now: dt.datetime) -> dt.date:
    """The date that it is for this organization at that moment."""
    return now.astimezone(organization.zone).date()


def organizations() -> QuerySet[Organization]:
    """All of them, with their settings at hand."""
    return Organization.objects.select_related("settings").order_by("slug")


def organization_by_slug(slug: str) -> Organization:
    """Raises NoSuchOrganizationError with a sentence for a person."""
    found = organizations().filter(slug=slug).first()
    if found is not None:
        return found
    known = list(organizations().values_list("slug", flat=True)[:11])
    if not known:
        raise NoSuchOrganizationError(
            f"There is no organization {slug!r}, nor any other yet. Make one with `dunwell organization create`."
        )
    names = ", ".join(known[:10]) + (", …" if len(known) > 10 else "")
    raise NoSuchOrganizationError(f"There is no organization {slug!r}. There are: {names}.")


def closing_days(organization: Organization) -> list[ClosingDay]:
    """The organization's own closing days, earliest first."""
    return list(ClosingDay.objects.filter(organization=organization).order_by("date"))
