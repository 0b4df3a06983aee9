"""Writes to customers by hand: add, edit, archive and bring back, owner and tags of one or many."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Collection, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Q

from dunwell.ledger.models import Customer, Hold, Invoice, Payment
from dunwell.ledger.services.refusals import in_words
from dunwell.ledger.services.versions import locked, refuse_if_changed
from dunwell.organizations.models import Membership, Organization, User
from dunwell.organizations.recording import recorded
from dunwell.rules.names import name_key

ADDRESS = ("address_line_1", "address_line_2", "postal_code", "city", "region")
FIELDS = (
    *("name", "number", *ADDRESS, "country", "language", "time_zone", "terms_days", "tags", "owner_id"),
    "preferred_channel",
)
MOST_TAGS = 20


def _checked(organization: Organization, values: dict[str, Any]) -> dict[str, Any]:
    """The values as they are kept. Raises ValidationError by field."""
    errors: dict[str, str] = {}
    values = {**values, "name": " ".join(values["name"].split()), "number": values["number"].strip()}
    if not values["name"]:
        errors["name"] = "A customer needs a name."
    values |= {name: " ".join(values[name].split()) for name in ADDRESS if name in values}
    values["country"] = values["country"].strip().upper()
    if values["country"] and (len(values["country"]) != 2 or not values["country"].isalpha()):
        errors["country"] = "A country is two letters, for example DE."
    if values["time_zone"] and values["time_zone"] not in zoneinfo.available_timezones():
        errors["time_zone"] = "There is no such time zone."
    values["tags"] = clean_tags(values["tags"])
    if len(values["tags"]) > MOST_TAGS:
        errors["tags"] = f"A customer can have {MOST_TAGS} tags."
    if values["owner_id"] is not None and not _is_member(organization, values["owner_id"]):
        errors["owner"] = "The owner must be a member of this organization."
    if errors:
        raise ValidationError(errors)
    return {**values, "name_key": name_key(values["name"])}


def clean_tags(tags: Sequence[str]) -> list[str]:
    """Tags without surrounding space, each once whatever its case, in the order given."""
    kept: dict[str, str] = {}
    for tag in tags:
        text = " ".join(tag.split())[:50]
        if text:
            kept.setdefault(text.casefold(), text)
    return list(kept.values())


def _is_member(organization: Organization, user_id: int) -> bool:
    return Membership.objects.filter(organization=organization, user_id=user_id).exists()


@transaction.atomic
def add_customer(*, organization: Organization, by: User, as_of: dt.date, **values: Any) -> Customer:
    """A customer kept by hand, known from today. Takes FIELDS; raises ValidationError by field."""
    checked = _checked(organization, values)
    with recorded(user=by.pk, action="add customer"), in_words():
        return Customer.objects.create(organization=organization, known_from=as_of, **checked)


@transaction.atomic
def edit_customer(
    *, organization: Organization, customer_id: int, by: User, version: int | None = None, **values: Any
) -> Customer:
    """Change what is known of a customer; raises ChangedMeanwhileError when somebody else did since `version`."""
    customer = locked(Customer, organization, customer_id)
    refuse_if_changed(customer, version, FIELDS)
    for name, value in _checked(organization, values).items():
        setattr(customer, name, value)
    with recorded(user=by.pk, action="edit customer"), in_words():
        customer.save()
    return customer


def why_not_archived(customer: Customer) -> str:
    """What stands against archiving, in a sentence; empty where nothing does."""
    own = Q(organization=customer.organization_id, customer=customer)
    open_invoices = Invoice.objects.filter(own, settled_on__isnull=True, balance__gt=0).count()
    if open_invoices:
        what = "1 invoice is" if open_invoices == 1 else f"{open_invoices} invoices are"
        return f"{what} still open or in draft. Settle, void or delete {'it' if open_invoices == 1 else 'them'} first."
    if Payment.objects.filter(own, unapplied__gt=0).exists():
        return "There is credit that has not been used. Apply or refund it first."
    if Payment.objects.filter(own, status="pending").exists():
        return "A payment is still on its way. Say what became of it first."
    if customer.credit_notes.filter(unapplied__gt=0).exists():
        return "There is a credit note that has not been used. Apply or void it first."
    return ""


@transaction.atomic
def archive_customer(
    *, organization: Organization, customer_id: int, by: User, as_of: dt.date, now: dt.datetime
) -> None:
    """Take a customer with nothing open out of the lists; its holds end. Raises ValidationError with why not."""
    customer = locked(Customer, organization, customer_id)
    reason = why_not_archived(customer)
    if reason:
        raise ValidationError(reason)
    with recorded(user=by.pk, action="archive customer"):
        Hold.objects.filter(organization=organization, customer=customer, released_on=None).update(
            released_on=as_of, updated_at=now
        )
        Customer.objects.filter(pk=customer.pk).update(archived_at=now, updated_at=now)


@transaction.atomic
def restore_customer(*, organization: Organization, customer_id: int, by: User, now: dt.datetime) -> None:
    """Bring an archived customer back. One that was merged stays where it is."""
    customer = locked(Customer, organization, customer_id)
    if customer.merged_into_id is not None:
        raise ValidationError(f"It was merged into {customer.merged_into}; what it had is there.")
    with recorded(user=by.pk, action="bring customer back"):
        Customer.objects.filter(pk=customer.pk).update(archived_at=None, updated_at=now)


@transaction.atomic
def assign_owner(
    *, organization: Organization, customer_ids: Collection[int], owner_id: int | None, by: User, now: dt.datetime
) -> int:
    """Give these customers an owner, or none; how many were changed."""
    if owner_id is not None and not _is_member(organization, owner_id):
        raise ValidationError({"owner": "The owner must be a member of this organization."})
    with recorded(user=by.pk, action="assign owner"):
        others = Q(owner_id__isnull=False) if owner_id is None else ~Q(owner_id=owner_id) | Q(owner_id__isnull=True)
        return (
            Customer.objects.filter(others, organization=organization, pk__in=list(customer_ids))
            .update(owner_id=owner_id, updated_at=now)
        )  # fmt: skip


@transaction.atomic
def add_tag(*, organization: Organization, customer_ids: Collection[int], tag: str, by: User, now: dt.datetime) -> int:
    """Put a tag on these customers; those that have it, in whatever case, or are full, stay as they are."""
    cleaned = clean_tags([tag])
    if not cleaned:
        raise ValidationError({"tag": "Write a tag first."})
    return _tag(
        "UPDATE ledger_customer SET tags = tags || %(tag)s::varchar(50), updated_at = %(now)s "
        "WHERE organization_id = %(organization)s AND id = ANY (%(ids)s) AND cardinality(tags) < %(most)s "
        "AND NOT EXISTS (SELECT FROM unnest(tags) AS one WHERE lower(one) = lower(%(tag)s::text))",
        organization, customer_ids, cleaned[0], by, now,
    )  # fmt: skip


@transaction.atomic
def remove_tag(
    *, organization: Organization, customer_ids: Collection[int], tag: str, by: User, now: dt.datetime
) -> int:
    """Take a tag, in whatever case, from these customers; how many had it."""
    return _tag(
        "UPDATE ledger_customer SET updated_at = %(now)s, tags = ARRAY(SELECT one FROM unnest(tags) "
        "WITH ORDINALITY AS kept (one, place) WHERE lower(one) <> lower(%(tag)s::text) ORDER BY place)::varchar(50)[] "
        "WHERE organization_id = %(organization)s AND id = ANY (%(ids)s) "
        "AND EXISTS (SELECT FROM unnest(tags) AS one WHERE lower(one) = lower(%(tag)s::text))",
        organization, customer_ids, " ".join(tag.split()), by, now,
    )  # fmt: skip


def _tag(sql: str, organization: Organization, ids: Collection[int], tag: str, by: User, now: dt.datetime) -> int:
    parameters: dict[str, Any] = {
        "organization": organization.pk,
        "ids": list(ids),
        "tag": tag,
        "now": now,
        "most": MOST_TAGS,
    }
    with recorded(user=by.pk, action="tag customers"), connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return int(cursor.rowcount)
