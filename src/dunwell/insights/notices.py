"""Follow-up in lists: notices by state, steps that wait and why, steps that ended and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Q, QuerySet

from dunwell.followup.models import Action, ActionState, Notice, NoticeFile, NoticeItem, NoticeMessage, NoticeState
from dunwell.followup.queries.pending import stuck_notices
from dunwell.insights.replies import open_replies
from dunwell.insights.search import customers_matching
from dunwell.ledger.models import Customer
from dunwell.messaging.models import MessageEvent
from dunwell.organizations.counts import RowCount, counts, counts_by
from dunwell.organizations.scope import Scope
from dunwell.rules.waiting import Final, Waiting

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


def notices(scope: Scope) -> QuerySet[Notice]:
    """All notices, without the bodies."""
    return scope.rows(Notice).defer("body_html", "body_text")


def at_hand(notices: QuerySet[Notice], since: dt.date) -> QuerySet[Notice]:
    """Those with something still to come, of whatever day, and those since a day that are finished."""
    return notices.filter(Q(state__in=UNFINISHED) | Q(as_of__gte=since, state__in=FINISHED))


def described(notices: QuerySet[Notice]) -> QuerySet[Notice]:
    """The same notices, each with its customer, step and the number of its `invoices`."""
    return notices.select_related("customer", "step").annotate(
        invoices=RowCount(
            NoticeItem.objects.filter(organization=OuterRef("organization"), notice=OuterRef("pk"))
            .order_by()
            .values("pk")
        )
    )


def only_stuck(scope: Scope, notices: QuerySet[Notice]) -> QuerySet[Notice]:
    """Those that only a person can move on."""
    return notices.filter(pk__in=stuck_notices(scope).order_by().values("pk"))


def of_customers_matching(scope: Scope, rows: QuerySet[Any], search: str) -> QuerySet[Any]:
    """Rows with a customer, of those customers that match the search."""
    customers = customers_matching(scope, search, scope.rows(Customer))
    return rows.filter(customer__in=customers.order_by().values("pk"))


@dataclass(frozen=True)
class Totals:
    """How much there is of follow-up's lists; none is counted further than pages say."""

    notices: int
    waiting: int
    ended: int
    replies: int


def totals(scope: Scope, since: dt.date) -> Totals:
    """What is at hand, waits, and has ended since a day."""
    unfinished = notices(scope).filter(state__in=UNFINISHED)
    finished = notices(scope).filter(state__in=FINISHED, as_of__gte=since)
    found = counts(
        scope.organization,
        {
            "unfinished": unfinished.order_by().values("pk"),
            "finished": finished.order_by().values("pk"),
            "waiting": waiting(scope).order_by().values("pk"),
            "replies": open_replies(scope).order_by().values("pk"),
            "ended": ended_since(scope, ended(scope), since).order_by().values("pk"),
        },
    )
    return Totals(
        found.get("unfinished", 0) + found.get("finished", 0),
        found.get("waiting", 0),
        found.get("ended", 0),
        found.get("replies", 0),
    )


def waiting_counts(scope: Scope) -> dict[str, int]:
    """How many due steps wait, by reason."""
    return counts_by(scope.organization, waiting(scope), "reason", [reason.value for reason in Waiting])


def ended_counts(scope: Scope, since: dt.date) -> dict[str, int]:
    """How many due steps ended without being sent since this day, by reason."""
    lately = ended_since(scope, ended(scope), since)
    return counts_by(scope.organization, lately, "reason", [reason.value for reason in Final])


def waiting(scope: Scope) -> QuerySet[Action]:
    """Steps that are due and wait, with the reason."""
    return scope.rows(Action).filter(state=ActionState.WAITING)


def ended(scope: Scope) -> QuerySet[Action]:
    """Steps that ended without being sent, with the reason."""
    return scope.rows(Action).filter(state=ActionState.FINAL)


def ended_since(scope: Scope, actions: QuerySet[Action], since: dt.date) -> QuerySet[Action]:
    return actions.filter(changed_at__gte=dt.datetime.combine(since, dt.time.min, scope.organization.zone))


def actions_matching(scope: Scope, actions: QuerySet[Action], search: str) -> QuerySet[Action]:
    """Those of customers that match, and those of the invoice with this number."""
    customers = customers_matching(scope, search, scope.rows(Customer))
    return actions.filter(Q(customer__in=customers.order_by().values("pk")) | Q(invoice__number=search.strip()))


def waiting_step(scope: Scope, action_id: int) -> Action | None:
    """One due step, waiting or by now no longer, with its invoice and customer."""
    return scope.rows(Action).filter(pk=action_id).select_related("customer", "invoice", "step").first()


def steps_under_way(scope: Scope, invoice_ids: Iterable[int]) -> list[Action]:
    """Steps of these invoices that have come due and not ended, each with its notice where it has one."""
    found = scope.rows(Action).filter(
        invoice__in=list(invoice_ids), state__in=(ActionState.WAITING, ActionState.PLANNED)
    )
    return list(found.select_related("notice").order_by("pk"))


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


def files(scope: Scope, notice: Notice) -> list[NoticeFile]:
    """What goes along, and what was to go along and does not; without the bytes."""
    entries = scope.rows(NoticeFile).filter(notice=notice)
    return list(entries.select_related("file").defer("file__content").order_by("position"))


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
