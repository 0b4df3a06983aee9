"""Payments by hand: record, apply, take back, reverse, refund."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from dunwell.ledger.models import Allocation, Customer, Invoice, Payment
from dunwell.ledger.services import allocations
from dunwell.ledger.services import payments as services
from dunwell.rules.permissions import Permission
from dunwell.web import entries
from dunwell.web.access import Desk, access
from dunwell.web.amounts import AmountField
from dunwell.web.found import customer_or_404, invoice_or_404, row_or_404
from dunwell.web.ledger_entries.forms import ApplyForm, ArrivedForm, PartsForm, PaymentForm, ReasonForm
from dunwell.web.templatetags.figures import write_money

TEMPLATE = "web/ledger_entries/money_form.html"


def usual_currency(desk: Desk, customer: Customer) -> str:
    """What a customer pays in: the currency of the oldest open invoice, else of the latest one."""
    own = customer.invoices.filter(is_draft=False)
    found = own.filter(settled_on=None).order_by("due_on", "pk").first() or own.order_by("-pk").first()
    return found.currency if found else desk.organization.base_currency


def posted_currency(desk: Desk, otherwise: str) -> str:
    """The currency as it is typed, in capitals."""
    return str(desk.request.POST.get("currency", otherwise)).strip().upper()[:3]


def customer_of_page(desk: Desk) -> tuple[Customer | None, Invoice | None]:
    """The invoice a page was opened from, by its query."""
    number = desk.request.GET.get("invoice", "")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None, None
    invoice = invoice_or_404(desk, int(number))
    return invoice.customer, invoice


def chosen_parts(form: PartsForm, amount: Decimal, first: int | None) -> Mapping[int, Decimal]:
    """As they were written; on a page that could not show invoices, the oldest first."""
    if form.names_parts:
        return form.parts
    return allocations.proposal(form.open_invoices, amount, first=first)


def record(request: HttpRequest, slug: str, customer_id: int) -> HttpResponse:
    """Money of a customer, and what it settles: the oldest first unless a person says otherwise."""
    desk = access(request, slug, Permission.RECORD_PAYMENTS)
    customer = customer_or_404(desk, customer_id)
    owner, meant = customer_of_page(desk)
    meant = meant if owner == customer else None
    currency = posted_currency(desk, meant.currency if meant else usual_currency(desk, customer))
    form = PaymentForm(
        request.POST or None, desk=desk, currency=currency, amount=meant.balance if meant and meant.balance else None
    )
    invoices = allocations.open_invoices(desk.organization, customer.pk, currency)
    proposed = allocations.proposal(invoices, meant.balance, first=meant.pk) if meant else {}
    form.ask_parts(desk, invoices, proposed)
    back = desk.url("web:invoice", meant.pk) if meant else desk.url("web:customer", customer.pk)
    query = f"?invoice={meant.pk}" if meant else ""
    page = entries.Page(
        "Record a payment",
        "Record payment",
        back,
        f"Invoice {meant.number}" if meant else customer.name,
        lead=f"From {customer.name}.",
        context={
            "proposal_url": desk.url("web:payment_proposal", customer.pk) + query,
            "currency": currency,
            "left_over": "What is not applied stays as the customer’s credit and is set off against what is overdue.",
        },
    )
    if request.method == "POST":

        def act(values: dict[str, Any]) -> Any:
            pending = values["state"] == "pending"
            return services.record_payment(
                organization=desk.organization,
                customer_id=customer.pk,
                amount=values["amount"],
                currency=values["currency"],
                on=values["on"],
                by=desk.user,
                as_of=desk.today,
                reference=values["reference"],
                method=values["method"],
                pending=pending,
                intended_invoice_id=_intended(form, meant) if pending else None,
                parts={} if pending else chosen_parts(form, values["amount"], meant.pk if meant else None),
            )

        made = entries.saved(form, act)
        if made is not None:
            return entries.done(
                desk,
                _recorded(desk, made),
                undo_with=Permission.RECORD_PAYMENTS,
                then=desk.url("web:payment", made.pk),
                after_undo=back,
            )
    return entries.show(desk, page, form, TEMPLATE)


def _intended(form: PartsForm, meant: Invoice | None) -> int | None:
    """A payment on its way holds one invoice: the one it was opened from, else the first that was given a part."""
    return meant.pk if meant else next(iter(form.parts), None)


def _recorded(desk: Desk, payment: Payment) -> str:
    amount = write_money(payment.amount, payment.currency, desk.organization.locale)
    if payment.status == "pending":
        return f"{amount} is on its way. Its invoice rests for a few business days."
    left = write_money(payment.unapplied, payment.currency, desk.organization.locale)
    return f"{amount} is recorded." + (f" {left} of it is unapplied credit." if payment.unapplied else "")


def proposal(request: HttpRequest, slug: str, customer_id: int) -> HttpResponse:
    """The invoices of a currency with an amount spread over them, oldest first: part of the form's page."""
    desk = access(request, slug, Permission.RECORD_PAYMENTS)
    customer = customer_or_404(desk, customer_id)
    owner, meant = customer_of_page(desk)
    meant = meant if owner == customer else None
    currency = request.GET.get("currency", "").strip().upper()[:3]
    try:
        amount = AmountField(desk.organization, required=False).clean(
            request.GET.get("amount") or request.GET.get("total") or ""
        )
    except (ValidationError, InvalidOperation):
        amount = None
    invoices = allocations.open_invoices(desk.organization, customer.pk, currency)
    form = PartsForm(None)
    first = meant.pk if meant and meant.currency == currency else None
    form.ask_parts(desk, invoices, allocations.proposal(invoices, amount, first=first) if amount else {})
    return desk.render("web/ledger_entries/parts.html", {"form": form, "currency": currency})


def _money_page(desk: Desk, found: Payment, title: str, button: str, **more: Any) -> entries.Page:
    back = desk.url("web:payment", found.pk)
    return entries.Page(title, button, back, f"Payment {found.reference}", place="payments", **more)


def apply(request: HttpRequest, slug: str, payment_id: int) -> HttpResponse:
    """Use what is left of a payment."""
    desk = access(request, slug, Permission.RECORD_PAYMENTS)
    found = row_or_404(desk, Payment, payment_id, "customer")
    form = ApplyForm(request.POST or None, desk=desk)
    invoices = allocations.open_invoices(desk.organization, found.customer_id, found.currency)
    form.ask_parts(desk, invoices, allocations.proposal(invoices, found.unapplied))
    left = write_money(found.unapplied, found.currency, desk.organization.locale)
    page = _money_page(
        desk, found, "Apply a payment", "Apply", lead=f"{left} is left of it.", context={"currency": found.currency}
    )
    if request.method == "POST":

        def act(values: dict[str, Any]) -> Any:
            return _apply_rest(desk, found, form, values)

        if entries.saved(form, act) is not None:
            return entries.done(desk, "Applied.", undo_with=Permission.RECORD_PAYMENTS, then=page.back)
    return entries.show(desk, page, form, TEMPLATE)


def _apply_rest(desk: Desk, found: Payment, form: PartsForm, values: dict[str, Any]) -> Any:
    return allocations.allocate_payment(
        organization=desk.organization,
        payment_id=found.pk,
        parts=chosen_parts(form, found.unapplied, None),
        on=values["on"],
        by=desk.user,
        as_of=desk.today,
    )


def arrived(request: HttpRequest, slug: str, payment_id: int) -> HttpResponse:
    """Money that was on its way has come in."""
    desk = access(request, slug, Permission.RECORD_PAYMENTS)
    found = row_or_404(desk, Payment, payment_id, "customer")
    form = ArrivedForm(request.POST or None, desk=desk)
    invoices = allocations.open_invoices(desk.organization, found.customer_id, found.currency)
    form.ask_parts(desk, invoices, allocations.proposal(invoices, found.amount, first=found.intended_invoice_id))
    page = _money_page(desk, found, "The payment has arrived", "It arrived", context={"currency": found.currency})
    if request.method == "POST":

        def act(values: dict[str, Any]) -> Any:
            return services.payment_arrived(
                organization=desk.organization,
                payment_id=found.pk,
                on=values["on"],
                by=desk.user,
                as_of=desk.today,
                parts=chosen_parts(form, found.amount, found.intended_invoice_id),
            )

        if entries.saved(form, act) is not None:
            return entries.done(desk, "It has arrived.", undo_with=Permission.RECORD_PAYMENTS, then=page.back)
    return entries.show(desk, page, form, TEMPLATE)


def end(request: HttpRequest, slug: str, payment_id: int, how: str) -> HttpResponse:
    """The money is gone: the bank took it back, or it was refunded."""
    desk = access(request, slug, Permission.RECORD_PAYMENTS)
    found = row_or_404(desk, Payment, payment_id, "customer")
    form = ReasonForm(request.POST or None, today=desk.today)
    facts = ["From this day it counts no more. What it had settled is owed again, and chased again."]
    if found.allocated:
        shown = write_money(found.allocated, found.currency, desk.organization.locale)
        facts.append(f"{shown} of it stands on invoices and is taken off them.")
    refund = how == "refund"
    title, button = ("Refund a payment", "Refund it") if refund else ("Reverse a payment", "Reverse it")
    page = _money_page(desk, found, title, button, stop=True, facts=tuple(facts))
    if request.method == "POST":
        service = services.refund_payment if refund else services.reverse_payment

        def act(values: dict[str, Any]) -> Any:
            service(
                organization=desk.organization,
                payment_id=found.pk,
                by=desk.user,
                as_of=desk.today,
                now=desk.now,
                **values,
            )
            return True

        if entries.saved(form, act) is not None:
            sentence = "It is refunded." if refund else "It is reversed."
            return entries.done(desk, sentence, undo_with=Permission.RECORD_PAYMENTS, then=page.back)
    return entries.show(desk, page, form)


@require_POST
def take_back(request: HttpRequest, slug: str, allocation_id: int) -> HttpResponse:
    """One invoice is owed again, and the money is free."""
    desk = access(request, slug, Permission.RECORD_PAYMENTS)
    entry = row_or_404(desk, Allocation, allocation_id, "invoice")
    return entries.attempt(
        desk,
        lambda: allocations.take_back(
            organization=desk.organization, allocation_id=entry.pk, on=desk.today, by=desk.user
        ),
        f"Taken off invoice {entry.invoice.number}; the money is unapplied credit.",
        undo_with=Permission.RECORD_PAYMENTS,
        then=entries.back_to(request, desk.url("web:invoice", entry.invoice_id)),
    )
