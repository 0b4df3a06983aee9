"""A sample book: an invented organization beside a real one, to look around in before one's own book is there.

It is a tenant of its own, so that nothing invented ever stands between real rows, in a figure or in a history;
its addresses end in `.example`, and chasing can never start in it.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from dunwell.organizations.models import Organization, Role, SampleBook, User
from dunwell.organizations.queries import local_date
from dunwell.organizations.services import change_settings, grant_role
from dunwell.workflows.demo.book import invent_book
from dunwell.workflows.demo.write import write_book
from dunwell.workflows.notices import refresh
from dunwell.workflows.organizations import set_up_organization
from dunwell.workflows.portable.erasing import erase

CUSTOMERS = 96


class NoSampleError(Exception):
    """This organization is none that may be thrown away."""


def make_sample(*, beside: Organization, by: User, now: dt.datetime) -> Organization:
    """The sample book beside an organization, with its first batch written; there is one at most, which is found again.

    Who asks for it owns it.
    """
    with transaction.atomic():
        # Two clicks at once: the second waits here, and finds it
        Organization.objects.select_for_update().get(pk=beside.pk)
        present = SampleBook.objects.filter(beside=beside).select_related("organization__settings").first()
        if present is not None:
            grant_role(user=by, organization=present.organization, role=Role.OWNER)
            return present.organization
        sample = _write(beside, now)
        SampleBook.objects.create(organization=sample, beside=beside)
        grant_role(user=by, organization=sample, role=Role.OWNER)
    refresh(sample, now=now)
    return sample


def remove_sample(sample: Organization, *, by: User, now: dt.datetime) -> Organization:
    """Delete the sample book with all its rows; returns the organization it stood beside. Raises NoSampleError."""
    row = SampleBook.objects.filter(organization=sample).select_related("beside").first()
    if row is None:
        raise NoSampleError(f"{sample.name} is no sample book: it is not removed.")
    beside = row.beside
    erase(organization=sample, typed_name=sample.name, by=by, now=now)
    return beside


def _write(beside: Organization, now: dt.datetime) -> Organization:
    sample = set_up_organization(
        slug=f"{beside.slug[:56]}-sample",
        name=f"Sample book of {beside.name}"[:200],
        base_currency=beside.base_currency,
        time_zone=beside.time_zone,
        country=beside.country,
        region=beside.region,
        locale=beside.locale,
        is_demo=True,
    )
    change_settings(
        organization=sample,
        sender_name="Sample Ltd, Accounts",
        sender_address="accounts@sample.example",
        smtp_host="mail.sample.example",  # RFC 2606: no such server can exist
        payment_url_pattern="https://pay.sample.example/{invoice.number}",
    )
    write_book(organization=sample, book=invent_book(today=local_date(sample, now), customers=CUSTOMERS))
    return sample
