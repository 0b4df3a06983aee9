# ruff: noqa: S608, SLF001 - names of tables and columns come from the models, never from a request
"""Two customers that are one: everything of the second moves to the first, and unsent notices are written anew."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.db.models import Q

from dunwell.followup.models import (
    CustomerBalance,
    CustomerPolicy,
    CustomerProfile,
    CustomerStanding,
    Notice,
    NoticeMessage,
    NoticeState,
    PolicyAssignment,
)
from dunwell.followup.services.passes import lock
from dunwell.followup.services.release import call_back
from dunwell.followup.services.worklist import leave_the_worklist
from dunwell.ledger.models import (
    ChannelChoice,
    Contact,
    CreditNote,
    Customer,
    Document,
    Hold,
    Invoice,
    MergedContact,
    Note,
    Payment,
    Said,
    TouchedCustomer,
)
from dunwell.ledger.services.customers import ADDRESS, clean_tags
from dunwell.ledger.services.versions import locked
from dunwell.organizations.models import Organization, User
from dunwell.organizations.queries import local_date
from dunwell.organizations.recording import recorded
from dunwell.workflows.by_hand import follow_up

UNSENT = (NoticeState.COMPOSED, NoticeState.AWAITING_APPROVAL, NoticeState.QUEUED)
REASON = "The customer was merged with another: it is written anew."
_BEING_SENT = (
    "A reminder is being sent to one of them right now. Try again in a minute; a printed letter is settled under "
    "Follow-up, Letters."
)
# Worked out anew for the customer that stays
_DERIVED = (CustomerStanding, CustomerBalance, CustomerProfile, PolicyAssignment)
_FILLED = ("country", "language", "time_zone", "terms_days", "owner_id", "preferred_channel")


@dataclass(frozen=True)
class Preview:
    """What a merge would move from `source` to `target`."""

    source: Customer
    target: Customer
    moves: list[tuple[str, int]]
    open_invoices: int
    discarded: int
    doubled_contacts: int
    holds_everything: bool


def why_not_merged(source: Customer, target: Customer) -> str:
    """What stands against it, in a sentence; empty where nothing does."""
    if source.pk == target.pk:
        return "Choose another customer: this is the same one."
    for customer in (source, target):
        if customer.merged_into_id is not None:
            return f"{customer.name} has been merged already."
    if target.archived_at is not None:
        return f"{target.name} is archived. Bring it back first, or merge the other way round."
    sending = Notice.objects.filter(
        organization=source.organization_id, customer__in=(source, target), state=NoticeState.SENDING
    )
    return _BEING_SENT if sending.exists() else ""


def preview(source: Customer, target: Customer) -> Preview:
    """What would move, what would be discarded, and what else a person should know before."""
    own = Q(organization=source.organization_id, customer=source)
    kinds: tuple[tuple[str, type[models.Model]], ...] = (
        ("invoices", Invoice),
        ("payments", Payment),
        ("credit notes", CreditNote),
        ("contacts", Contact),
        ("holds", Hold),
        ("notes and calls", Note),
        ("documents", Document),
    )
    moves = [(name, model._default_manager.filter(own).count()) for name, model in kinds]
    sent = Notice.objects.filter(own).exclude(state__in=(*UNSENT, NoticeState.CANCELLED)).count()
    both = Q(organization=source.organization_id, customer__in=(source, target))
    return Preview(
        source=source,
        target=target,
        moves=[(name, count) for name, count in (*moves, ("reminders sent", sent)) if count],
        open_invoices=Invoice.objects.filter(own, settled_on=None, is_draft=False, balance__gt=0).count(),
        discarded=Notice.objects.filter(both, state__in=UNSENT).count(),
        doubled_contacts=len(_doubled(source, target)),
        holds_everything=Hold.objects.filter(own, invoice=None, released_on=None).exists(),
    )


def merge(*, organization: Organization, source_id: int, target_id: int, by: User, now: dt.datetime) -> Customer:
    """Everything of `source` is `target`'s from now on; the source is archived and leads there.

    A later import that names the source means the target. Raises ValidationError; nothing is changed then.
    """
    with transaction.atomic(), recorded(user=by.pk, action="merge customers"):
        lock(organization)  # no pass plans or writes for either of them meanwhile
        first, second = (locked(Customer, organization, pk) for pk in sorted((source_id, target_id)))
        source, target = (first, second) if first.pk == source_id else (second, first)
        reason = why_not_merged(source, target)
        if reason:
            raise ValidationError(reason)
        _discard_unsent(source, target, now)
        _move_contacts(source, target, now)
        leave_the_worklist(
            organization_id=organization.pk, customer_id=source.pk, as_of=local_date(organization, now), now=now
        )
        for model in _DERIVED:
            model.objects.filter(organization=organization, customer=source).delete()
        if CustomerPolicy.objects.filter(organization=organization, customer=target).exists():
            CustomerPolicy.objects.filter(organization=organization, customer=source).delete()
        _move_rows(source, target)
        for name in _FILLED:
            if getattr(target, name) in (None, ""):
                setattr(target, name, getattr(source, name))
        if source.address_line_1 and not target.address_line_1:
            # A street is in its country: one without is in the organization's own
            target.country = source.country or organization.country
            for name in (*ADDRESS, "address_refused_at", "address_refused_reason"):
                setattr(target, name, getattr(source, name))
        target.tags = clean_tags([*target.tags, *source.tags])[:20]
        target.known_from = min(target.known_from, source.known_from)
        target.save()
        source.archived_at, source.merged_into = source.archived_at or now, target
        source.save()
        TouchedCustomer.objects.create(organization=organization, customer_id=target.pk)
    follow_up(organization, now=now)
    return target


def _discard_unsent(source: Customer, target: Customer, now: dt.datetime) -> None:
    notices = Notice.objects.filter(
        organization=source.organization_id, customer__in=(source, target), state__in=UNSENT
    ).values_list("pk", flat=True)
    latest = dict(NoticeMessage.objects.filter(notice__in=notices).order_by("pk").values_list("notice", "message"))
    pairs = [(pk, latest.get(pk)) for pk in notices]
    back = call_back(organization_id=source.organization_id, notices_and_messages=pairs, reason=REASON, now=now)
    if back < len(pairs):
        raise ValidationError("A reminder to one of them has just begun to go. Nothing was changed; try again.")


def _doubled(source: Customer, target: Customer) -> dict[int, int]:
    """Contacts of the source whose address the target has too: id → the target's contact."""
    theirs = {
        email.lower(): pk
        for pk, email in target.contacts.filter(organization=target.organization_id).values_list("pk", "email")
        if email
    }
    own = source.contacts.filter(organization=source.organization_id).values_list("pk", "email")
    return {pk: theirs[email.lower()] for pk, email in own if email.lower() in theirs}


def _move_contacts(source: Customer, target: Customer, now: dt.datetime) -> None:
    """An address is kept once, and the target's primary contact stays the one who gets reminders."""
    for pk, kept in _doubled(source, target).items():
        Notice.objects.filter(organization=source.organization_id, contact_id=pk).update(contact_id=kept)
        _keep_the_stricter(pk, kept, now)
        # Links that either of them was sent lead to the one that stays
        MergedContact.objects.filter(contact_id=pk).update(contact_id=kept)
        MergedContact.objects.create(organization_id=source.organization_id, was=pk, contact_id=kept)
        Contact.objects.filter(pk=pk).delete()
    if target.contacts.filter(is_primary=True).exists():
        source.contacts.filter(is_primary=True).update(is_primary=False, updated_at=now)


def _keep_the_stricter(doubled: int, kept: int, now: dt.datetime) -> None:
    """Who opted out under one of two entries stays so; consent moves where nothing else was said. One address is
    refused under both.
    """
    refused = Contact.objects.get(pk=doubled)
    if refused.email_refused_at is not None:
        Contact.objects.filter(pk=kept, email_refused_at=None).update(
            email_refused_at=refused.email_refused_at,
            email_refused_reason=refused.email_refused_reason,
            updated_at=now,
        )
    there = {choice.channel: choice for choice in ChannelChoice.objects.filter(contact_id=kept)}
    for choice in ChannelChoice.objects.filter(contact_id=doubled):
        known = there.get(choice.channel)
        if known is not None and (known.said == Said.OPTED_OUT or choice.said == Said.AGREED):
            continue
        if known is not None:
            known.delete()
        choice.contact_id = kept
        choice.save()


def _move_rows(source: Customer, target: Customer) -> None:
    """Every table that points to a customer, of whatever app: a table that comes later moves along by itself."""
    with connection.cursor() as cursor:
        for table, column in _pointing_here():
            cursor.execute(
                f"UPDATE {table} SET {column} = %(target)s "
                f"WHERE organization_id = %(organization)s AND {column} = %(source)s",
                {"target": target.pk, "source": source.pk, "organization": source.organization_id},
            )


def _pointing_here() -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for relation in Customer._meta.get_fields(include_hidden=True):
        field: Any = getattr(relation, "field", None)
        if not getattr(relation, "auto_created", False) or field is None or field.model in _DERIVED:
            continue
        # The history stays as it was, and a view has no rows of its own
        if hasattr(field.model, "pgh_tracked_model") or not field.model._meta.managed:
            continue
        found.append((field.model._meta.db_table, field.column))
    return found
