"""Follow-up in lists: notices by state, steps that wait and why, steps that ended and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet

from dunwell.followup.models import Action, ActionState, Notice, NoticeItem, NoticeMessage, NoticeState
from dunwell.followup.queries.pending import stuck_notices
from dunwell.insights.search import customers_matching
from dunwell.ledger.models import Customer
from dunwell.messaging.models import MessageEvent
from dunwell.organizations.scope import Scope

# The states in which a notice still has something to come, in the order of their life.
UNFINISHED = (
    NoticeState.AWAITING_APPROVAL,
    NoticeState.COMPOSED,
    NoticeState.QUEUED,
    NoticeState.SENDING,
    NoticeState.UNCERTAIN,
    NoticeState.FAILED,
)
UNSENT = (NoticeState.COMPOSED, NoticeState.AWAITING_APPROVAL, NoticeState.QUEUED)
FINISHED = (NoticeState.SENT, NoticeState.CANCELLED)


def notices_at_hand(scope: Scope, since: dt.date) -> QuerySet[Notice]:
    """Notices with something still to come, of whatever day, and those since a day that are finished."""
    wanted = Q(state__in=UNFINISHED) | Q(as_of__gte=since, state__in=FINISHED)
    return scope.rows(Notice).filter(wanted).select_related("customer", "step")


def notice_list(
    scope: Scope,
    since: dt.date,
    *,
    state: str = "",
    tone: str = "",
    search: str = "",
    only_stuck: bool = False,
) -> QuerySet[Notice]:
    """Notices at hand in a state and tone, of customers that match the search; bodies are left out.

    `only_stuck` keeps those that only a person can move on.
    """
    notices = notices_at_hand(scope, since).defer("body_html", "body_text")
    if only_stuck:
        notices = notices.filter(pk__in=stuck_notices(scope).order_by().values("pk"))
    if state:
        notices = notices.filter(state=state)
    if tone:
        notices = notices.filter(tone=tone)
    if search.strip():
        customers = customers_matching(scope, search, scope.rows(Customer))
        notices = notices.filter(customer__in=customers.order_by().values("pk"))
    return notices.annotate(invoices=Count("items"))


def notice_counts(scope: Scope, since: dt.date) -> dict[str, int]:
    """How many notices at hand there are by state."""
    rows = notices_at_hand(scope, since).order_by().values("state").annotate(n=Count("pk"))
    return {row["state"]: row["n"] for row in rows}


def waiting_counts(scope: Scope) -> dict[str, int]:
    """How many due steps wait, by reason."""
    return _by_reason(scope.rows(Action).filter(state=ActionState.WAITING))


def ended_counts(scope: Scope, since: dt.date) -> dict[str, int]:
    """How many due steps ended without being sent since this day, by reason."""
    return _by_reason(_ended(scope, since))


def _by_reason(actions: QuerySet[Action]) -> dict[str, int]:
    rows = actions.order_by().values("reason").annotate(n=Count("pk")).order_by("-n", "reason")
    return {row["reason"]: row["n"] for row in rows}


def _ended(scope: Scope, since: dt.date) -> QuerySet[Action]:
    start = dt.datetime.combine(since, dt.time.min, scope.organization.zone)
    return scope.rows(Action).filter(state=ActionState.FINAL, changed_at__gte=start)


def waiting_list(scope: Scope, *, reason: str = "", search: str = "") -> QuerySet[Action]:
    """Steps that are due and wait, with the reason."""
    actions = scope.rows(Action).filter(state=ActionState.WAITING)
    return _found(scope, actions, reason, search)


def waiting_step(scope: Scope, action_id: int) -> Action | None:
    """One due step, waiting or by now no longer, with its invoice and customer."""
    return _found(scope, scope.rows(Action).filter(pk=action_id), "", "").first()


def steps_under_way(scope: Scope, invoice_ids: Iterable[int]) -> list[Action]:
    """Steps of these invoices that have come due and not ended, each with its notice where it has one."""
    found = scope.rows(Action).filter(
        invoice__in=list(invoice_ids), state__in=(ActionState.WAITING, ActionState.PLANNED)
    )
    return list(found.select_related("notice").order_by("pk"))


def ended_list(scope: Scope, since: dt.date, *, reason: str = "", search: str = "") -> QuerySet[Action]:
    """Steps that ended since this day without being sent, with the reason."""
    return _found(scope, _ended(scope, since), reason, search)


def _found(scope: Scope, actions: QuerySet[Action], reason: str, search: str) -> QuerySet[Action]:
    if reason:
        actions = actions.filter(reason=reason)
    if search.strip():
        customers = customers_matching(scope, search, scope.rows(Customer))
        actions = actions.filter(Q(customer__in=customers.order_by().values("pk")) | Q(invoice__number=search.strip()))
    return actions.select_related("customer", "invoice", "step")


def notice(scope: Scope, notice_id: int) -> Notice | None:
    return (
        scope.rows(Notice)
        .filter(pk=notice_id)
        .select_related("customer", "contact", "step", "step__version__policy", "approved_by", "edited_by")
        .first()
    )


def items(scope: Scope, notice: Notice) -> list[NoticeItem]:
    """The notice's invoices, each at its own step, the oldest first."""
    entries = scope.rows(NoticeItem).filter(notice=notice)
    return list(entries.select_related("invoice", "step"))


def deliveries(scope: Scope, notice: Notice) -> list[NoticeMessage]:
    """The messages that carry the notice, oldest first."""
    entries = scope.rows(NoticeMessage).filter(notice=notice)
    return list(entries.select_related("message").order_by("pk"))


def delivery_events(scope: Scope, deliveries: list[NoticeMessage]) -> list[MessageEvent]:
    """What happened to the notice's messages, in order."""
    ids = [delivery.message_id for delivery in deliveries]
    events = MessageEvent.objects.filter(organization=scope.organization, message_id__in=ids).select_related("user")
    return list(events.order_by("at", "pk"))


def latest_unsent(scope: Scope, customer_id: int, currency: str) -> Notice | None:
    """The notice to this customer in this currency that is ready to go, if there is one."""
    return (
        scope.rows(Notice).filter(customer_id=customer_id, currency=currency, state__in=UNSENT).order_by("-pk").first()
    )
