"""What has not gone, and why; and what needs a person."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from dunwell.followup.models import Action, ActionState, Notice, NoticeState
from dunwell.followup.sql import statement
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
    still_wanted = Action.objects.filter(notice=OuterRef("pk"), state=ActionState.PLANNED)
    return scope.rows(Notice).filter(Q(state=NoticeState.UNCERTAIN) | Q(Exists(still_wanted), state=NoticeState.FAILED))


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
    """How much of each kind `needs_person` would list without its limit; kinds with nothing are left out.

    Notices are counted by state (`uncertain`, `failed`), everything else in customers.
    """
    notices = stuck_notices(scope).order_by().values_list("state").annotate(Count("pk"))
    actions = (
        _stuck_actions(scope)
        .order_by()
        .values_list("reason")
        .annotate(n=Count("customer", distinct=True))
        .order_by("-n", "reason")
    )
    in_vain = {LAST_STEP_DONE: len(customers_chased_in_vain(scope))}
    by_state = dict(notices)
    counts = {state.value: by_state.get(state.value, 0) for state in (NoticeState.UNCERTAIN, NoticeState.FAILED)}
    return {kind: count for kind, count in (counts | in_vain | dict(actions)).items() if count}


def chased_in_vain(scope: Scope) -> list[dict[str, Any]]:
    """Customers with an open invoice whose last step is done: nothing chases it any more, a person decides."""
    return [
        {"reason": LAST_STEP_DONE, "why": WHY_LAST_STEP_DONE, "customer": name, "customer_id": customer_id}
        for customer_id, name in _chased_in_vain(scope, MOST_LISTED)
    ]


def customers_chased_in_vain(scope: Scope) -> list[int]:
    """All of `chased_in_vain` by id, however many they are."""
    return [customer_id for customer_id, _ in _chased_in_vain(scope, None)]


def _chased_in_vain(scope: Scope, most: int | None) -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            statement("chased_in_vain"),
            {"organization": scope.organization.pk, "owner": scope.only_owner_id, "most": most},
        )
        return [(customer_id, name) for customer_id, name in cursor.fetchall()]
