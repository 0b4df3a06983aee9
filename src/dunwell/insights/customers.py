"""Customers in lists, and what is known of one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Max, OuterRef, Prefetch, QuerySet, Subquery

from dunwell.followup.models import Action, ActionState, CustomerBalance, Notice, StandingChange
from dunwell.followup.queries.pending import LAST_STEP_DONE
from dunwell.ledger.models import Contact, Customer, Hold
from dunwell.organizations.scope import Scope

ON_HOLD = "on_hold"


def customers(scope: Scope) -> QuerySet[Customer]:
    """The customers that lists show: all that are not archived."""
    return scope.rows(Customer).filter(archived_at=None)


def of_standing(scope: Scope, customers: QuerySet[Customer], standing: str) -> QuerySet[Customer]:
    """Those of a standing: one of rules.standing, "on_hold" or "last_step_done"."""
    if standing == ON_HOLD:
        return customers.filter(standing__on_hold=True)
    if standing == LAST_STEP_DONE:
        return customers.filter(standing__organization=scope.organization, standing__chased_in_vain=True)
    return customers.filter(standing__organization=scope.organization, standing__standing=standing)


def owing_in(customers: QuerySet[Customer], currency: str) -> QuerySet[Customer]:
    """Those who owe something in a currency; they can then be sorted by that balance's amounts."""
    return customers.filter(balances__currency=currency, balances__outstanding__gt=0)


def whose_standing_changed(scope: Scope, customers: QuerySet[Customer], name: str, on: dt.date) -> QuerySet[Customer]:
    """Those with a change of this name (`became_defaulter`, …) seen on a day."""
    changes = scope.rows(StandingChange).filter(name=name, changed_on=on)
    return customers.filter(pk__in=changes.order_by().values("customer"))


def waiting_for(scope: Scope, customers: QuerySet[Customer], reason: str) -> QuerySet[Customer]:
    """Those with a due step that waits for this reason."""
    waiting = scope.rows(Action).filter(state=ActionState.WAITING, reason=reason)
    return customers.filter(pk__in=waiting.order_by().values("customer"))


def with_balances(scope: Scope, customers: QuerySet[Customer]) -> QuerySet[Customer]:
    """The same customers, each with its standing, its person here and `owed`, its balances."""
    return customers.select_related("standing", "owner").prefetch_related(balances_prefetch(scope))


def balances_prefetch(scope: Scope) -> Any:
    """For prefetch_related: puts a customer's balances into `owed`, the most overdue first."""
    balances = CustomerBalance.objects.filter(organization=scope.organization).order_by("-overdue", "-outstanding")
    return Prefetch("balances", queryset=balances, to_attr="owed")


def with_contacts(scope: Scope, customers: QuerySet[Customer]) -> QuerySet[Customer]:
    """The same customers, each with `reached_by` (contacts, the primary first) and `last_contact_on`."""
    contacts = Contact.objects.filter(organization=scope.organization).order_by("-is_primary", "pk")
    last_contact = (
        Notice.objects.filter(organization=scope.organization, customer=OuterRef("pk"), contact_on__isnull=False)
        .order_by()
        .values("customer")
        .annotate(last=Max("contact_on"))
        .values("last")
    )
    return customers.prefetch_related(Prefetch("contacts", queryset=contacts, to_attr="reached_by")).annotate(
        last_contact_on=Subquery(last_contact)
    )


def next_actions(scope: Scope, customer_ids: Iterable[int]) -> dict[int, Action]:
    """For each customer the furthest step that has not ended: what happens next, or why nothing does."""
    actions = (
        scope.rows(Action)
        .filter(
            customer_id__in=list(customer_ids),
            state__in=(ActionState.PLANNED, ActionState.WAITING),
        )
        .select_related("step", "notice", "invoice")
        .order_by("customer_id", "state", "-offset_days", "pk")
        .distinct("customer_id")
    )
    return {action.customer_id: action for action in actions}


def customer(scope: Scope, customer_id: int) -> Customer | None:
    """One customer with standing, balances and owner; None when it is not in what may be seen."""
    return (
        scope.rows(Customer)
        .filter(pk=customer_id)
        .select_related("standing", "owner", "source")
        .prefetch_related(balances_prefetch(scope))
        .first()
    )


def standing_holds(scope: Scope, customer: Customer, as_of: dt.date) -> list[Hold]:
    """Holds that stand on this day, for the customer or for one of its invoices."""
    holds = (
        scope.rows(Hold)
        .filter(customer=customer, released_on__isnull=True, starts_on__lte=as_of)
        .select_related("invoice")
    )
    return [hold for hold in holds.order_by("starts_on", "pk") if hold.ends_on is None or hold.ends_on > as_of]
