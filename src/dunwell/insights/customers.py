"""Customers in lists, and what is known of one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Max, OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.expressions import RawSQL

from dunwell.followup.models import Action, ActionState, CustomerBalance, Notice
from dunwell.followup.queries.pending import LAST_STEP_DONE, customers_chased_in_vain
from dunwell.insights.search import customers_matching
from dunwell.ledger.models import Contact, Customer, Hold
from dunwell.organizations.scope import Scope

ON_HOLD = "on_hold"


def customer_list(scope: Scope, *, standing: str = "", currency: str = "", search: str = "") -> QuerySet[Customer]:
    """Customers with their standing and balances; `standing` is one of rules.standing, "on_hold" or "last_step_done".

    A currency keeps those who owe something in it and puts that balance's `overdue` and `outstanding` on the
    rows, so that they can be sorted by it.
    """
    customers = scope.rows(Customer).filter(archived_at=None).select_related("standing")
    if standing == ON_HOLD:
        customers = customers.filter(standing__on_hold=True)
    elif standing == LAST_STEP_DONE:
        # One array, not thousands of parameters; the text is constant
        ids = RawSQL("SELECT unnest(%s::bigint[])", [customers_chased_in_vain(scope)])
        customers = customers.filter(pk__in=ids)
    elif standing:
        customers = customers.filter(standing__organization=scope.organization, standing__standing=standing)
    if currency:
        customers = customers.filter(balances__currency=currency, balances__outstanding__gt=0)
    customers = customers_matching(scope, search, customers)
    return customers.prefetch_related(balances_prefetch(scope))


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
