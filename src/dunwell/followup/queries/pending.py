"""What has not gone, and why; and what needs a person."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, F

from dunwell.followup.models import Action, ActionState, Notice, NoticeState
from dunwell.organizations.models import Organization
from dunwell.rules.waiting import EXPLANATIONS, NEEDS_A_PERSON

MOST_LISTED = 500


def waiting_by_reason(organization: Organization) -> dict[str, int]:
    """How many actions wait for what."""
    rows = (
        Action.objects.filter(organization=organization, state=ActionState.WAITING)
        .values_list("reason")
        .annotate(Count("id"))
    )
    return dict(rows)


def final_by_reason(organization: Organization) -> dict[str, int]:
    """How many actions ended without being sent, by why."""
    rows = (
        Action.objects.filter(organization=organization, state=ActionState.FINAL)
        .values_list("reason")
        .annotate(Count("id"))
    )
    return dict(rows)


def needs_person(organization: Organization) -> list[dict[str, Any]]:
    """What only a person can move on: notices that failed or are uncertain, then actions by customer and reason."""
    notices = (
        Notice.objects.filter(organization=organization, state__in=(NoticeState.UNCERTAIN, NoticeState.FAILED))
        .select_related("customer")
        .order_by("-id")[:MOST_LISTED]
    )
    listed: list[dict[str, Any]] = [
        {
            "reason": notice.state,
            "customer": notice.customer.name,
            "customer_id": notice.customer_id,
            "notice": notice.pk,
        }
        for notice in notices
    ]
    actions = (
        Action.objects.filter(
            organization=organization, state=ActionState.WAITING, reason__in=[reason.value for reason in NEEDS_A_PERSON]
        )
        .values("reason", "customer_id", name=F("customer__name"))
        .annotate(invoices=Count("invoice", distinct=True))
        .order_by("reason", "customer_id")[:MOST_LISTED]
    )
    listed += [
        {
            "reason": row["reason"],
            "why": EXPLANATIONS[row["reason"]],
            "customer": row["name"],
            "customer_id": row["customer_id"],
            "invoices": row["invoices"],
        }
        for row in actions
    ]
    return listed
