"""Undo: what was done in one request, or by one import, is taken back together with the follow-up that grew from it."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.db import transaction
from django.db.models import Q

from dunwell.followup.models import (
    Action,
    Call,
    Case,
    CaseChange,
    CustomerBalance,
    CustomerProfile,
    CustomerStanding,
    Notice,
    NoticeItem,
    NoticeMessage,
    NoticeState,
    OldDebtRelease,
    PolicyAssignment,
    SegmentChange,
    StandingChange,
    Task,
    TaskState,
)
from dunwell.followup.services.calls import take_back_call
from dunwell.followup.services.passes import lock
from dunwell.followup.services.release import call_back
from dunwell.ledger.models import Customer, FileImport, ImportState, Invoice
from dunwell.ledger.services import undo as ledger
from dunwell.messaging.models import Message, MessageState
from dunwell.organizations.models import Organization, User
from dunwell.workflows.by_hand import follow_up
from dunwell.workflows.invoices import REACHED_THE_CUSTOMER

UNSENT = (NoticeState.COMPOSED, NoticeState.AWAITING_APPROVAL, NoticeState.QUEUED)
REASON = "What it was written about has been undone."
_NOT_SENDABLE = (*REACHED_THE_CUSTOMER, NoticeState.FAILED)


def undo_change(*, organization: Organization, context_id: uuid.UUID, by: User, now: dt.datetime) -> None:
    """Take back what one request did. Raises ValidationError with the reason where that is too late."""
    with transaction.atomic():
        _take_back(organization, context_id, by=by, now=now)
    follow_up(organization, now=now)


def why_import_stays(file_import: FileImport) -> str:
    """Why an import cannot be undone, in a sentence; empty where it can."""
    if file_import.state not in {ImportState.DONE, ImportState.UNDOING}:
        return "This file is not in the book."
    if file_import.history_context is None:
        return "This file came in before Dunwell kept what an import changes, so it cannot be undone."
    organization, context_id = file_import.organization, file_import.history_context
    touched = ledger.touched_by_context(Invoice, organization=organization, context_id=context_id)
    sent = NoticeItem.objects.filter(
        organization=organization,
        invoice_id__in=touched,
        notice__state__in=_NOT_SENDABLE,
        notice__created_at__gte=file_import.started_at or file_import.created_at,
    )
    count = sent.values("invoice").distinct().count()
    if count:
        what = "1 of its invoices was" if count == 1 else f"{count} of its invoices were"
        return f"{what} in a reminder that has been sent."
    used = [found for found in ledger.extent(organization=organization, context_id=context_id) if found.used_since]
    if used:
        what = ", ".join(
            f"{found.used_since:,} {found.name if found.used_since == 1 else found.plural}" for found in used
        )
        return f"What it brought has been used since: {what} were paid, edited, or changed by a later import."
    return ""


def undo_import(file_import: FileImport, *, by: User, now: dt.datetime) -> None:
    """Take an import out of the book, its customers, invoices and payments, as far as nothing of it has been used."""
    organization = file_import.organization
    with transaction.atomic():
        lock(organization)
        file_import = FileImport.objects.select_for_update(of=("self",)).get(pk=file_import.pk)
        reason = why_import_stays(file_import)
        if reason or file_import.history_context is None:
            raise ledger.UsedSinceError(f"{reason} Nothing was changed.")
        _take_back(organization, file_import.history_context, by=by, now=now)
        file_import.state, file_import.undone_by, file_import.finished_at = ImportState.UNDONE, by, now
        file_import.phase = ""
        file_import.save(update_fields=["state", "undone_by", "finished_at", "phase"])
    follow_up(organization, now=now)


def _take_back(organization: Organization, context_id: uuid.UUID, *, by: User, now: dt.datetime) -> None:
    lock(organization)
    invoices = ledger.created_by_context(Invoice, organization=organization, context_id=context_id)
    customers = ledger.created_by_context(Customer, organization=organization, context_id=context_id)
    own = Q(organization=organization)
    gone = own & (Q(invoice_id__in=invoices) | Q(invoice__customer_id__in=customers))
    if NoticeItem.objects.filter(gone, notice__state__in=_NOT_SENDABLE).exists():
        raise ledger.UsedSinceError("It cannot be undone any more: the customer has had a reminder about it.")
    _call_back(organization, Notice.objects.filter(own, items__invoice_id__in=invoices, state__in=UNSENT), now)
    _call_back(organization, Notice.objects.filter(own, customer_id__in=customers, state__in=UNSENT), now)
    NoticeItem.objects.filter(gone, notice__state=NoticeState.CANCELLED).delete()
    Action.objects.filter(own, invoice_id__in=invoices).delete()
    OldDebtRelease.objects.filter(own, invoice_id__in=invoices).delete()
    _forget_customers(organization, customers)
    call = Call.objects.filter(own, history_context=context_id, taken_back_at=None).first()
    if call is not None:
        take_back_call(call=call, by=by, now=now)
    if call is None or ledger.extent(organization=organization, context_id=context_id):
        ledger.undo_context(organization=organization, context_id=context_id, by=by, now=now)


def _call_back(organization: Organization, notices: Any, now: dt.datetime) -> None:
    found = list(notices.order_by("pk").distinct().values_list("pk", flat=True))
    latest = dict(
        NoticeMessage.objects.filter(organization=organization, notice_id__in=found)
        .order_by("pk")
        .values_list("notice_id", "message_id")
    )
    pairs = [(pk, latest.get(pk)) for pk in found]
    if call_back(organization_id=organization.pk, notices_and_messages=pairs, reason=REASON, now=now) < len(pairs):
        raise ledger.UsedSinceError("A worker has just begun to send a reminder about it. Nothing was changed.")


def _forget_customers(organization: Organization, customers: Any) -> None:
    """What was worked out about customers that go; a reminder that never went is no reason to keep them."""
    own = {"organization": organization, "customer_id__in": customers}
    Message.objects.filter(**own, state=MessageState.CANCELLED, attempts=0, sending_at=None).delete()
    Notice.objects.filter(**own, state=NoticeState.CANCELLED, deliveries=None).delete()
    # Tasks that a person closed have his words in them, and keep their customer
    Task.objects.filter(**own, state__in=(TaskState.OPEN, TaskState.RESTING, TaskState.CLOSED), calls=None).delete()
    CaseChange.objects.filter(**own, by=None).delete()
    Case.objects.filter(**own).delete()
    for model in (CustomerStanding, CustomerBalance, StandingChange, CustomerProfile, PolicyAssignment, SegmentChange):
        model.objects.filter(**own).delete()
