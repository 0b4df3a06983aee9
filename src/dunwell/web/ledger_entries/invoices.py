"""Invoices by hand: add, edit, drafts, void, write off, more time."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from dunwell.ledger.models import Invoice, WriteOff
from dunwell.ledger.services import extensions
from dunwell.ledger.services import invoices as services
from dunwell.rules.permissions import Permission
from dunwell.web import entries
from dunwell.web.access import Desk, access
from dunwell.web.found import customer_or_404, invoice_or_404, row_or_404
from dunwell.web.ledger_entries.forms import ExtensionForm, InvoiceForm, ReasonForm, WriteOffForm
from dunwell.web.templatetags.figures import write_day, write_money
from dunwell.workflows import invoices as stories


def _page_of(desk: Desk, invoice: Invoice, title: str, button: str, **more: Any) -> entries.Page:
    back = desk.url("web:invoice", invoice.pk)
    return entries.Page(title, button, back, f"Invoice {invoice.number}", place="invoices", **more)


def _money(desk: Desk, amount: Any, currency: str) -> str:
    return write_money(amount, currency, desk.organization.locale)


def add(request: HttpRequest, slug: str, customer_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.EDIT_INVOICES)
    customer = customer_or_404(desk, customer_id)
    latest = customer.invoices.order_by("-pk").first()
    terms = customer.terms_days if customer.terms_days is not None else desk.settings.default_terms_days
    form = InvoiceForm(request.POST or None, desk=desk, terms=terms, currency=latest.currency if latest else "")
    page = entries.Page(
        "New invoice",
        "Add invoice",
        desk.url("web:customer", customer.pk),
        customer.name,
        context={"second_button": ("draft", "Keep as draft")},
    )
    if request.method == "POST":
        is_draft = "draft" in request.POST

        def act(values: dict[str, Any]) -> Any:
            return services.add_invoice(
                organization=desk.organization,
                customer_id=customer.pk,
                by=desk.user,
                as_of=desk.today,
                is_draft=is_draft,
                **values,
            )

        made = entries.saved(form, act)
        if made is not None:
            what = "is kept as a draft" if is_draft else "is in the book"
            return entries.done(
                desk,
                f"Invoice {made.number} {what}.",
                undo_with=Permission.EDIT_INVOICES,
                then=desk.url("web:invoice", made.pk),
                after_undo=page.back,
            )
    return entries.show(desk, page, form)


def edit(request: HttpRequest, slug: str, invoice_id: int) -> HttpResponse:
    """Until it was sent or paid all of it; after that what does not change the debt."""
    desk = access(request, slug, Permission.EDIT_INVOICES)
    found = invoice_or_404(desk, invoice_id)
    form = InvoiceForm(request.POST or None, desk=desk, invoice=found)
    reason = services.why_fixed(found, was_sent=stories.was_sent(desk.organization, found.pk))
    if reason:
        form.fix_figures(services.FIGURES)
    page = _page_of(desk, found, f"Edit invoice {found.number}", "Save", facts=(reason,) if reason else ())
    if request.method == "POST":

        def act(values: dict[str, Any]) -> Any:
            if reason:  # as they stand, not as they are written
                values |= {name: getattr(found, name) for name in services.FIGURES}
            return stories.edit_invoice(
                organization=desk.organization,
                invoice_id=found.pk,
                by=desk.user,
                as_of=desk.today,
                version=form.seen,
                **values,
            )

        if entries.saved(form, act, found) is not None:
            return entries.done(desk, "Saved.", undo_with=Permission.EDIT_INVOICES, then=page.back)
    return entries.show(desk, page, form)


@require_POST
def issue(request: HttpRequest, slug: str, invoice_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.EDIT_INVOICES)
    found = invoice_or_404(desk, invoice_id)
    return entries.attempt(
        desk,
        lambda: services.issue_draft(
            organization=desk.organization, invoice_id=found.pk, by=desk.user, as_of=desk.today
        ),
        f"Invoice {found.number} is in the book from today.",
        undo_with=Permission.EDIT_INVOICES,
        then=desk.url("web:invoice", found.pk),
    )


@require_POST
def delete(request: HttpRequest, slug: str, invoice_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.EDIT_INVOICES)
    found = invoice_or_404(desk, invoice_id)
    back = desk.url("web:invoice", found.pk)
    try:
        services.delete_draft(organization=desk.organization, invoice_id=found.pk, by=desk.user)
    except ValidationError as error:
        entries.say_no(desk, error)
        return redirect(back)
    return entries.done(
        desk,
        f"Draft {found.number} is deleted.",
        undo_with=Permission.EDIT_INVOICES,
        then=desk.url("web:customer", found.customer_id),
        after_undo=back,
    )


def void(request: HttpRequest, slug: str, invoice_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.EDIT_INVOICES)
    found = invoice_or_404(desk, invoice_id)
    form = ReasonForm(request.POST or None, today=desk.today)
    facts = ["From this day the invoice is not owed and not chased. It stays in the book, marked as void."]
    if found.applied:
        paid = _money(desk, found.applied, found.currency)
        facts.append(f"{paid} that was paid or credited on it becomes unapplied credit of {found.customer.name}.")
    if found.written_off:
        facts.append(f"The write-off of {_money(desk, found.written_off, found.currency)} ends with it.")
    page = _page_of(desk, found, f"Void invoice {found.number}", "Void it", stop=True, facts=tuple(facts))
    if request.method == "POST":

        def act(values: dict[str, Any]) -> Any:
            return services.void_invoice(
                organization=desk.organization,
                invoice_id=found.pk,
                by=desk.user,
                as_of=desk.today,
                now=desk.now,
                **values,
            )

        if entries.saved(form, act) is not None:
            sentence = f"Invoice {found.number} is void."
            return entries.done(desk, sentence, undo_with=Permission.EDIT_INVOICES, then=page.back)
    return entries.show(desk, page, form)


def write_off(request: HttpRequest, slug: str, invoice_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.WRITE_OFF)
    found = invoice_or_404(desk, invoice_id)
    form = WriteOffForm(request.POST or None, desk=desk, invoice=found)
    facts = (f"{_money(desk, found.balance, found.currency)} of it is open. What is written off is not chased.",)
    page = _page_of(desk, found, f"Write off invoice {found.number}", "Write off", stop=True, facts=facts)
    if request.method == "POST":

        def act(values: dict[str, Any]) -> Any:
            return services.write_off(
                organization=desk.organization, invoice_id=found.pk, by=desk.user, as_of=desk.today, **values
            )

        made = entries.saved(form, act)
        if made is not None:
            sentence = f"{_money(desk, made.amount, found.currency)} is written off."
            return entries.done(desk, sentence, undo_with=Permission.WRITE_OFF, then=page.back)
    return entries.show(desk, page, form)


@require_POST
def reverse_write_off(request: HttpRequest, slug: str, write_off_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.WRITE_OFF)
    entry = row_or_404(desk, WriteOff, write_off_id)
    return entries.attempt(
        desk,
        lambda: services.reverse_write_off(
            organization=desk.organization, write_off_id=entry.pk, on=desk.today, by=desk.user
        ),
        "The write-off is taken back: the invoice is owed again from today.",
        undo_with=Permission.WRITE_OFF,
        then=desk.url("web:invoice", entry.invoice_id),
    )


def extend(request: HttpRequest, slug: str, invoice_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.HOLD)
    found = invoice_or_404(desk, invoice_id)
    form = ExtensionForm(request.POST or None)
    due = write_day(found.due_on, desk.organization.locale)
    facts = (f"It is due on {due}. Its reminders start afresh from the new date; nothing is sent before.",)
    page = _page_of(desk, found, f"More time for invoice {found.number}", "Move the due date", facts=facts)
    if request.method == "POST":

        def act(values: dict[str, Any]) -> Any:
            try:
                return extensions.extend_due_date(
                    organization=desk.organization,
                    invoice_id=found.pk,
                    by=desk.user,
                    as_of=desk.today,
                    now=desk.now,
                    **values,
                )
            except extensions.ExtensionRefusedError as error:
                raise ValidationError({"new_due_on": str(error)}) from error

        made = entries.saved(form, act)
        if made is not None:
            new = write_day(made.new_due_on, desk.organization.locale)
            return entries.done(desk, f"It is due on {new} now.", undo_with=Permission.HOLD, then=page.back)
    return entries.show(desk, page, form)
