"""One customer's whole story."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from dunwell.followup.queries.cases import case_of
from dunwell.insights import customers as insights
from dunwell.insights.holds import with_effects
from dunwell.insights.invoices import invoices_of_customer
from dunwell.insights.timeline import STORIES, customer_timeline
from dunwell.ledger.models import Contact
from dunwell.web import customer_story, next_action, shapes, story
from dunwell.web.access import access
from dunwell.web.ledger_entries.shown import of_customer

MOST_INVOICES = 50


def customer(request: HttpRequest, slug: str, customer_id: int) -> HttpResponse:
    desk = access(request, slug)
    found = insights.customer(desk.scope, customer_id)
    if found is None:
        raise Http404
    if found.merged_into_id is not None:
        return redirect(desk.url("web:customer", found.merged_into_id))
    owed: list[Any] = found.owed  # type: ignore[attr-defined]
    invoices = list(invoices_of_customer(desk.scope, found.pk)[: MOST_INVOICES + 1])
    told = request.GET.get("story", "")
    told = told if told in STORIES else ""
    timeline = customer_timeline(desk.scope, found.pk, until=_day(request.GET.get("until", "")), story=told)
    holds = with_effects(desk.scope, insights.standing_holds(desk.scope, found, desk.today), desk.today)
    standing = getattr(found, "standing", None)
    contacts = Contact.objects.filter(organization=desk.organization, customer=found)
    return desk.render(
        "web/customer.html",
        {
            "place": "customers",
            "customer": found,
            "standing": standing,
            "why": customer_story.why(desk, standing, invoices, holds),
            **customer_story.habits(desk, found.pk),
            "owed": [balance for balance in owed if balance.outstanding or balance.unapplied_credit],
            "agings": [shapes.aging(desk, balance) for balance in owed if balance.outstanding],
            "invoices": invoices[:MOST_INVOICES],
            "more_invoices": len(invoices) > MOST_INVOICES,
            "contacts": contacts.order_by("-is_primary", "pk").prefetch_related("choices"),
            "holds": holds,
            **next_action.of_customer(desk, found),
            "case": case_of(desk.scope, found.pk),
            **of_customer(desk, found),
            "timeline": timeline,
            "story": told,
            "stories": ["", *STORIES],
            "entries": [story.told(desk, event) for event in timeline.events],
        },
    )


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
