"""Holds by hand: put on hold, release, change the end."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from dunwell.ledger.models import Customer, Hold, Invoice
from dunwell.ledger.services import holds as services
from dunwell.rules.permissions import Permission
from dunwell.web import entries
from dunwell.web.access import Desk, access
from dunwell.web.found import customer_or_404, invoice_or_404, row_or_404
from dunwell.web.ledger_entries.forms import HoldEndForm, HoldForm


def hold_customer(request: HttpRequest, slug: str, customer_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.HOLD)
    found = customer_or_404(desk, customer_id)
    page = entries.Page(
        f"Put {found.name} on hold",
        "Put on hold",
        desk.url("web:customer", found.pk),
        found.name,
        facts=("Nothing is sent to this customer while the hold stands. The debt still counts.",),
    )
    return _place(desk, page, found, None)


def hold_invoice(request: HttpRequest, slug: str, invoice_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.HOLD)
    found = invoice_or_404(desk, invoice_id)
    page = entries.Page(
        f"Put invoice {found.number} on hold",
        "Put on hold",
        desk.url("web:invoice", found.pk),
        f"Invoice {found.number}",
        place="invoices",
        facts=("It is not in any reminder while the hold stands; the customer’s other invoices are.",),
    )
    return _place(desk, page, found.customer, found)


def _place(desk: Desk, page: entries.Page, customer: Customer, invoice: Invoice | None) -> HttpResponse:
    form = HoldForm(desk.request.POST or None, desk=desk, invoice=invoice)
    if desk.request.method == "POST":

        def act(values: dict[str, Any]) -> Any:
            shared: dict[str, Any] = {"organization": desk.organization, "by": desk.user, "as_of": desk.today}
            if invoice is None:
                return services.hold_customers(customer_ids=[customer.pk], **shared, **values)
            placed = services.hold_invoices(invoice_ids=[invoice.pk], **shared, **values)
            if not placed:
                raise ValidationError("Nothing is open of this invoice, so there is nothing to hold.")
            return placed

        if entries.saved(form, act) is not None:
            what = f"Invoice {invoice.number}" if invoice else customer.name
            return entries.done(desk, f"{what} is on hold.", undo_with=Permission.HOLD, then=page.back)
    return entries.show(desk, page, form)


def _home_of(desk: Desk, hold: Hold) -> str:
    if hold.invoice_id:
        return desk.url("web:invoice", hold.invoice_id)
    return desk.url("web:customer", hold.customer_id)


@require_POST
def release(request: HttpRequest, slug: str, hold_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.HOLD)
    found = row_or_404(desk, Hold, hold_id)

    def act() -> None:
        released = services.release_holds(
            organization=desk.organization, hold_ids=[found.pk], by=desk.user, as_of=desk.today, now=desk.now
        )
        if not released:
            raise ValidationError("This hold was released already.")

    return entries.attempt(
        desk,
        act,
        "Released: chasing goes on from today.",
        undo_with=Permission.HOLD,
        then=entries.back_to(request, _home_of(desk, found)),
    )


def change(request: HttpRequest, slug: str, hold_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.HOLD)
    found = row_or_404(desk, Hold, hold_id, "customer", "invoice")
    form = HoldEndForm(request.POST or None, hold=found)
    name = f"Invoice {found.invoice.number}" if found.invoice else found.customer.name
    lead = f"{found.get_reason_display()}, {name}."
    page = entries.Page("Change the hold", "Save", _home_of(desk, found), name, lead=lead)
    if request.method == "POST":

        def act(values: dict[str, Any]) -> Any:
            return services.change_hold(
                organization=desk.organization, hold_id=found.pk, by=desk.user, as_of=desk.today, **values
            )

        if entries.saved(form, act) is not None:
            return entries.done(desk, "Saved.", undo_with=Permission.HOLD, then=page.back)
    return entries.show(desk, page, form)
