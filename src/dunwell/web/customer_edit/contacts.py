"""The people at a customer: add, edit, remove, make primary, confirm a refused address."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from dunwell.ledger.models import Contact
from dunwell.ledger.services import contacts as services
from dunwell.ledger.services.addresses import confirm_address, confirm_postal_address, keep_choices
from dunwell.rules.channels import Channel
from dunwell.rules.permissions import Permission
from dunwell.web import entries
from dunwell.web.access import access
from dunwell.web.customer_edit.forms import ChannelsForm, ContactForm
from dunwell.web.found import customer_or_404, row_or_404


def add(request: HttpRequest, slug: str, customer_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.EDIT_CUSTOMERS)
    customer = customer_or_404(desk, customer_id)
    first = not customer.contacts.exists()
    form = ContactForm(request.POST or None, first=first)
    page = entries.Page("Add a contact", "Add contact", desk.url("web:customer", customer.pk), customer.name)
    if request.method == "POST":

        def act(values: dict[str, Any]) -> Any:
            return services.add_contact(
                organization=desk.organization, customer_id=customer.pk, by=desk.user, now=desk.now, **values
            )

        made = entries.saved(form, act)
        if made is not None:
            return entries.done(desk, f"{made} is added.", undo_with=Permission.EDIT_CUSTOMERS, then=page.back)
    return entries.show(desk, page, form)


def edit(request: HttpRequest, slug: str, contact_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.EDIT_CUSTOMERS)
    contact = row_or_404(desk, Contact, contact_id, "customer")
    form = ContactForm(request.POST or None, contact=contact)
    page = entries.Page("Edit contact", "Save", desk.url("web:customer", contact.customer_id), contact.customer.name)
    if request.method == "POST":

        def act(values: dict[str, Any]) -> Any:
            return services.edit_contact(
                organization=desk.organization,
                contact_id=contact.pk,
                by=desk.user,
                now=desk.now,
                version=form.seen,
                **values,
            )

        if entries.saved(form, act, contact) is not None:
            return entries.done(desk, "Saved.", undo_with=Permission.EDIT_CUSTOMERS, then=page.back)
    return entries.show(desk, page, form)


def channels(request: HttpRequest, slug: str, contact_id: int) -> HttpResponse:
    """What a contact has said about being reached by e-mail, SMS and letter."""
    desk = access(request, slug, Permission.EDIT_CUSTOMERS)
    contact = row_or_404(desk, Contact, contact_id, "customer")
    form = ChannelsForm(request.POST or None, contact=contact)
    page = entries.Page(
        f"How {contact} may be reached", "Save", desk.url("web:customer", contact.customer_id), contact.customer.name
    )
    if request.method == "POST":

        def act(values: dict[str, Any]) -> Any:
            how = values.pop("how")
            keep_choices(
                organization=desk.organization, contact_id=contact.pk, said=values, how=how, by=desk.user, now=desk.now
            )
            return contact

        if entries.saved(form, act, contact) is not None:
            return entries.done(desk, "Saved.", undo_with=Permission.EDIT_CUSTOMERS, then=page.back)
    return entries.show(desk, page, form)


@require_POST
def remove(request: HttpRequest, slug: str, contact_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.EDIT_CUSTOMERS)
    contact = row_or_404(desk, Contact, contact_id)
    return entries.attempt(
        desk,
        lambda: services.remove_contact(
            organization=desk.organization, contact_id=contact.pk, by=desk.user, now=desk.now
        ),
        f"{contact} is removed.",
        undo_with=Permission.EDIT_CUSTOMERS,
        then=desk.url("web:customer", contact.customer_id),
    )


@require_POST
def make_primary(request: HttpRequest, slug: str, contact_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.EDIT_CUSTOMERS)
    contact = row_or_404(desk, Contact, contact_id)
    return entries.attempt(
        desk,
        lambda: services.make_primary(
            organization=desk.organization, contact_id=contact.pk, by=desk.user, now=desk.now
        ),
        f"Reminders go to {contact} from now on.",
        undo_with=Permission.EDIT_CUSTOMERS,
        then=desk.url("web:customer", contact.customer_id),
    )


@require_POST
def confirm(request: HttpRequest, slug: str, contact_id: int) -> HttpResponse:
    """A person says that an address a mail server refused is right, or that a number takes SMS after all."""
    desk = access(request, slug, Permission.EDIT_CUSTOMERS)
    contact = row_or_404(desk, Contact, contact_id)
    channel = Channel.SMS if request.POST.get("channel") == Channel.SMS else Channel.EMAIL
    return entries.attempt(
        desk,
        lambda: confirm_address(
            organization_id=desk.organization.pk,
            contact_id=contact.pk,
            user_id=desk.user.pk,
            now=desk.now,
            channel=channel,
        ),
        f"{contact.phone if channel == Channel.SMS else contact.email} is used again.",
        undo_with=Permission.EDIT_CUSTOMERS,
        then=desk.url("web:customer", contact.customer_id),
    )


@require_POST
def confirm_letters(request: HttpRequest, slug: str, customer_id: int) -> HttpResponse:
    """A person says that letters do arrive at an address from which one came back."""
    desk = access(request, slug, Permission.EDIT_CUSTOMERS)
    customer = customer_or_404(desk, customer_id)
    return entries.attempt(
        desk,
        lambda: confirm_postal_address(
            organization_id=desk.organization.pk, customer_id=customer.pk, user_id=desk.user.pk, now=desk.now
        ),
        "Letters go there again.",
        undo_with=Permission.EDIT_CUSTOMERS,
        then=desk.url("web:customer", customer.pk),
    )
