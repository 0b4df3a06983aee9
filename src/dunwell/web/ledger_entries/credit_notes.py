"""Credit notes by hand: add, apply, void."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from dunwell.ledger.models import CreditNote
from dunwell.ledger.services import allocations
from dunwell.ledger.services import credit_notes as services
from dunwell.rules.permissions import Permission
from dunwell.web import entries
from dunwell.web.access import Desk, access
from dunwell.web.found import customer_or_404, row_or_404
from dunwell.web.ledger_entries.forms import ApplyForm, CreditNoteForm, ReasonForm
from dunwell.web.ledger_entries.payments import (
    TEMPLATE,
    chosen_parts,
    customer_of_page,
    posted_currency,
    usual_currency,
)
from dunwell.web.templatetags.figures import write_money


def add(request: HttpRequest, slug: str, customer_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.RECORD_PAYMENTS)
    customer = customer_or_404(desk, customer_id)
    owner, meant = customer_of_page(desk)
    meant = meant if owner == customer else None
    currency = posted_currency(desk, meant.currency if meant else usual_currency(desk, customer))
    form = CreditNoteForm(
        request.POST or None, desk=desk, currency=currency, amount=meant.balance if meant and meant.balance else None
    )
    invoices = allocations.open_invoices(desk.organization, customer.pk, currency)
    form.ask_parts(desk, invoices, allocations.proposal([meant], meant.balance) if meant and meant.balance else {})
    back = desk.url("web:invoice", meant.pk) if meant else desk.url("web:customer", customer.pk)
    query = f"?invoice={meant.pk}" if meant else ""
    page = entries.Page(
        "New credit note",
        "Add credit note",
        back,
        f"Invoice {meant.number}" if meant else customer.name,
        lead=f"For {customer.name}.",
        context={
            "proposal_url": desk.url("web:payment_proposal", customer.pk) + query,
            "currency": currency,
            "left_over": "What is not applied stays as the customer’s credit and is set off against what is overdue.",
        },
    )
    if request.method == "POST":

        def act(values: dict[str, Any]) -> Any:
            return services.add_credit_note(
                organization=desk.organization,
                customer_id=customer.pk,
                number=values["number"],
                total=values["total"],
                currency=values["currency"],
                issued_on=values["issued_on"],
                description=values["description"],
                by=desk.user,
                as_of=desk.today,
                parts=chosen_parts(form, values["total"], meant.pk if meant else None),
            )

        made = entries.saved(form, act)
        if made is not None:
            return entries.done(
                desk,
                f"Credit note {made.number} is in the book.",
                undo_with=Permission.RECORD_PAYMENTS,
                then=desk.url("web:credit_note", made.pk),
                after_undo=back,
            )
    return entries.show(desk, page, form, TEMPLATE)


def _page_of(desk: Desk, found: CreditNote, title: str, button: str, **more: Any) -> entries.Page:
    back = desk.url("web:credit_note", found.pk)
    return entries.Page(title, button, back, f"Credit note {found.number}", place="payments", **more)


def apply(request: HttpRequest, slug: str, credit_note_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.RECORD_PAYMENTS)
    found = row_or_404(desk, CreditNote, credit_note_id, "customer")
    form = ApplyForm(request.POST or None, desk=desk)
    invoices = allocations.open_invoices(desk.organization, found.customer_id, found.currency)
    form.ask_parts(desk, invoices, allocations.proposal(invoices, found.unapplied))
    left = write_money(found.unapplied, found.currency, desk.organization.locale)
    context = {"currency": found.currency}
    page = _page_of(desk, found, "Apply a credit note", "Apply", lead=f"{left} is left of it.", context=context)
    if request.method == "POST":

        def act(values: dict[str, Any]) -> Any:
            return allocations.allocate_credit_note(
                organization=desk.organization,
                credit_note_id=found.pk,
                parts=chosen_parts(form, found.unapplied, None),
                on=values["on"],
                by=desk.user,
                as_of=desk.today,
            )

        if entries.saved(form, act) is not None:
            return entries.done(desk, "Applied.", undo_with=Permission.RECORD_PAYMENTS, then=page.back)
    return entries.show(desk, page, form, TEMPLATE)


def void(request: HttpRequest, slug: str, credit_note_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.RECORD_PAYMENTS)
    found = row_or_404(desk, CreditNote, credit_note_id, "customer")
    form = ReasonForm(request.POST or None, today=desk.today)
    facts = ("From this day the credit counts no more. It stays in the book, marked as void.",)
    page = _page_of(desk, found, f"Void credit note {found.number}", "Void it", stop=True, facts=facts)
    if request.method == "POST":

        def act(values: dict[str, Any]) -> Any:
            services.void_credit_note(
                organization=desk.organization,
                credit_note_id=found.pk,
                by=desk.user,
                as_of=desk.today,
                now=desk.now,
                **values,
            )
            return True

        if entries.saved(form, act) is not None:
            return entries.done(desk, "It is void.", undo_with=Permission.RECORD_PAYMENTS, then=page.back)
    return entries.show(desk, page, form)
