"""Customers by hand: add, edit, archive, bring back; and choosing one for an entry that starts elsewhere."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from dunwell.insights import customers as insights
from dunwell.insights.search import customers_matching
from dunwell.ledger.services import customers as services
from dunwell.rules.permissions import Permission
from dunwell.web import entries
from dunwell.web.access import access
from dunwell.web.customer_edit.forms import CustomerForm
from dunwell.web.found import customer_or_404

MOST_CHOICES = 20
# What an entry is for → the page it begins on, and its permission
CHOOSE_FOR = {
    "invoice": ("Add an invoice", "web:invoice_add", Permission.EDIT_INVOICES),
    "payment": ("Record a payment", "web:payment_record", Permission.RECORD_PAYMENTS),
    "credit-note": ("Add a credit note", "web:credit_note_add", Permission.RECORD_PAYMENTS),
}


def add(request: HttpRequest, slug: str) -> HttpResponse:
    desk = access(request, slug, Permission.EDIT_CUSTOMERS)
    form = CustomerForm(request.POST or None, desk=desk)
    page = entries.Page("New customer", "Add customer", desk.url("web:customers"), "Customers")
    if request.method == "POST":
        made = entries.saved(
            form,
            lambda values: services.add_customer(
                organization=desk.organization, by=desk.user, as_of=desk.today, **CustomerForm.values(values)
            ),
        )
        if made is not None:
            return entries.done(
                desk,
                f"{made.name} is in the book. Next: who gets the reminders?",
                undo_with=Permission.EDIT_CUSTOMERS,
                then=desk.url("web:contact_add", made.pk),
                after_undo=desk.url("web:customers"),
            )
    return entries.show(desk, page, form)


def edit(request: HttpRequest, slug: str, customer_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.EDIT_CUSTOMERS)
    found = customer_or_404(desk, customer_id)
    form = CustomerForm(request.POST or None, desk=desk, customer=found)
    page = entries.Page("Edit customer", "Save", desk.url("web:customer", found.pk), found.name)
    if request.method == "POST":

        def act(values: dict[str, Any]) -> Any:
            return services.edit_customer(
                organization=desk.organization,
                customer_id=found.pk,
                by=desk.user,
                version=form.seen,
                **CustomerForm.values(values),
            )

        if entries.saved(form, act, found) is not None:
            return entries.done(desk, "Saved.", undo_with=Permission.EDIT_CUSTOMERS, then=page.back)
    return entries.show(desk, page, form)


@require_POST
def archive(request: HttpRequest, slug: str, customer_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.EDIT_CUSTOMERS)
    found = customer_or_404(desk, customer_id)
    return entries.attempt(
        desk,
        lambda: services.archive_customer(
            organization=desk.organization, customer_id=found.pk, by=desk.user, as_of=desk.today, now=desk.now
        ),
        f"{found.name} is archived: out of the lists, kept with its history.",
        undo_with=Permission.EDIT_CUSTOMERS,
        then=desk.url("web:customer", found.pk),
    )


@require_POST
def restore(request: HttpRequest, slug: str, customer_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.EDIT_CUSTOMERS)
    found = customer_or_404(desk, customer_id)
    return entries.attempt(
        desk,
        lambda: services.restore_customer(
            organization=desk.organization, customer_id=found.pk, by=desk.user, now=desk.now
        ),
        f"{found.name} is back.",
        undo_with=Permission.EDIT_CUSTOMERS,
        then=desk.url("web:customer", found.pk),
    )


def choose(request: HttpRequest, slug: str) -> HttpResponse:
    """Which customer is it about? The first question of an entry that did not start on a customer's page."""
    desk = access(request, slug)
    purpose = request.GET.get("for", "")
    title, target, permission = CHOOSE_FOR.get(purpose, ("", "", Permission.VIEW_BOOK))
    desk = access(request, slug, permission)
    if not target:
        raise Http404
    query = request.GET.get("q", "").strip()
    matching = customers_matching(desk.scope, query, insights.customers(desk.scope))
    found = matching.order_by("name_key", "pk")[: MOST_CHOICES + 1]
    return desk.render(
        "web/customer_edit/choose.html",
        {
            "place": "customers",
            "title": title,
            "purpose": purpose,
            "q": query,
            "choices": [(one, desk.url(target, one.pk)) for one in found[:MOST_CHOICES]],
            "more": len(found) > MOST_CHOICES,
        },
    )
