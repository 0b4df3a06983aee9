"""What has not gone, and why; and what needs a person."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Exists, F, OuterRef, QuerySet

from dunwell.followup.models import Action, ActionState, CustomerStanding, Notice, NoticeState
from dunwell.organizations.counts import by_value, counts
from dunwell.organizations.scope import Scope
from dunwell.rules.waiting import EXPLANATIONS, NEEDS_A_PERSON

MOST_LISTED = 500
LAST_STEP_DONE = "last_step_done"
WHY_LAST_STEP_DONE = "Every reminder has gone and the invoice is still open: a person decides what comes next."


def waiting_by_reason(scope: Scope) -> dict[str, int]:
    """How many actions wait for what."""
    rows = scope.rows(Action).filter(state=ActionState.WAITING).values_list("reason").annotate(Count("id"))
    return dict(rows)


def stuck_notices(scope: Scope) -> QuerySet[Notice]:
    """Notices that only a person can move on: uncertain ones, and failed ones that are still wanted.

    A notice that failed is among them as long as one of its steps still waits for it: not when the invoice was paid
    or the next step took its place.
    """
    return uncertain(scope) | failed_and_wanted(scope)


def uncertain(scope: Scope) -> QuerySet[Notice]:
    """Those of which nobody knows whether they arrived."""
    return scope.rows(Notice).filter(state=NoticeState.UNCERTAIN)


def failed_and_wanted(scope: Scope) -> QuerySet[Notice]:
    """Of those that failed, the ones that a step still waits for."""
    still_wanted = Action.objects.filter(notice=OuterRef("pk"), state=ActionState.PLANNED)
    return scope.rows(Notice).filter(Exists(still_wanted), state=NoticeState.FAILED)


def _stuck_actions(scope: Scope) -> QuerySet[Action]:
    return scope.rows(Action).filter(state=ActionState.WAITING, reason__in=[reason.value for reason in NEEDS_A_PERSON])


def needs_person(scope: Scope) -> list[dict[str, Any]]:
    """What only a person can move on: unfinished notices, waiting actions by customer and reason, and chased in vain.

    `needs_person_counts` has the same by kind, in figures.
    """
    notices = stuck_notices(scope).select_related("customer").order_by("-id")[:MOST_LISTED]
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
        _stuck_actions(scope)
        .values("reason", "customer_id", "detail", name=F("customer__name"))
        .annotate(invoices=Count("invoice", distinct=True))
        .order_by("reason", "customer_id", "detail")[:MOST_LISTED]
    )
    listed += [
        {
            "reason": row["reason"],
            "why": row["detail"] or EXPLANATIONS[row["reason"]],
            "customer": row["name"],
            "customer_id": row["customer_id"],
            "invoices": row["invoices"],
        }
        for row in actions
    ]
    return listed + chased_in_vain(scope)


def needs_person_counts(scope: Scope) -> dict[str, int]:
    """How much of each kind `needs_person` would list, at most one above 10,000; kinds with nothing are left out.

    Notices are counted by state (`uncertain`, `failed`), everything else in customers.
    """
    return counts(scope.organization, needs_person_queries(scope))


def needs_person_queries(scope: Scope) -> dict[str, QuerySet[Any]]:
    """What `needs_person_counts` counts, to be counted in one statement with more."""
    waiting = scope.rows(Action).filter(state=ActionState.WAITING)
    return {
        NoticeState.UNCERTAIN.value: uncertain(scope),
        NoticeState.FAILED.value: failed_and_wanted(scope),
        LAST_STEP_DONE: in_vain(scope),
        **by_value(waiting, "reason", [reason.value for reason in NEEDS_A_PERSON], of="customer"),
    }


def in_vain(scope: Scope) -> QuerySet[CustomerStanding]:
    """Customers whom every reminder has reached in vain: nothing chases an open invoice any more, a person decides.

    As of the last assessment, like the standing itself.
    """
    return scope.rows(CustomerStanding).filter(chased_in_vain=True)


def chased_in_vain(scope: Scope) -> list[dict[str, Any]]:
    """Those of `in_vain` to be listed, the longest overdue first."""
    found = in_vain(scope).order_by("oldest_due_on", "customer").values_list("customer", "customer__name")
    return [
        {"reason": LAST_STEP_DONE, "why": WHY_LAST_STEP_DONE, "customer": name, "customer_id": customer_id}
        for customer_id, name in found[:MOST_LISTED]
    ]
