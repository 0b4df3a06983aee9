"""Worlds that speak: small builders for a book, used by every test.

Each takes its owner first and names by keyword; what a test does not care about has a plain default.
They write rows directly, so that a test of a service never depends on another service.
"""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal
from typing import Any

from dunwell.ledger.models import (
    Allocation,
    ChannelChoice,
    Contact,
    CreditNote,
    Customer,
    Hold,
    HoldReason,
    Invoice,
    Payment,
)
from dunwell.ledger.services.phones import look_at_phones
from dunwell.organizations.models import Membership, Organization, OrganizationSettings, Role, User
from dunwell.rules.names import name_key

PASSWORD = "correct horse battery staple"

# A Wednesday in the middle of a quiet month: no holiday, no change of clocks near it
TODAY = dt.date(2026, 3, 18)
NOW = dt.datetime(2026, 3, 18, 9, 30, tzinfo=dt.UTC)

_numbers = itertools.count(1)


def make_organization(slug: str = "northlight", *, chasing: bool = True, **fields: Any) -> Organization:
    """An organization that may send (unless `chasing=False`) and names a way to pay.

    Fields of OrganizationSettings are given as `settings={...}`.
    """
    settings = {
        "chasing_started_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC) if chasing else None,
        "payment_url_pattern": "https://pay.example/{invoice.number}",
        "sender_name": "Northlight Media",
        "sender_address": "accounts@northlight.example",
        **fields.pop("settings", {}),
    }
    defaults = {"name": slug.replace("-", " ").title(), "base_currency": "EUR", "time_zone": "UTC", "country": ""}
    organization = Organization.objects.create(slug=slug, **{**defaults, **fields})
    OrganizationSettings.objects.create(organization=organization, **settings)
    return organization


def make_user(
    email: str = "", *, organization: Organization | None = None, role: str = Role.OWNER, **fields: Any
) -> User:
    """A person who can sign in with PASSWORD; a member of `organization` when one is given."""
    email = email or f"person{next(_numbers)}@northlight.example"
    user = User.objects.create_user(email, PASSWORD, **{"name": email.split("@")[0].title(), **fields})
    if organization is not None:
        Membership.objects.create(organization=organization, user=user, role=role)
    return user


def make_customer(organization: Organization, name: str = "", *, email: str | None = None, **fields: Any) -> Customer:
    """A customer with one primary billing contact; `email=""` makes one who cannot be reached."""
    number = next(_numbers)
    name = name or f"Customer {number}"
    values = {"number": f"C-{number}", "name": name, "name_key": name_key(name), "known_from": dt.date(2024, 1, 1)}
    customer = Customer.objects.create(organization=organization, **{**values, **fields})
    address = f"billing@c{number}.example" if email is None else email
    Contact.objects.create(organization=organization, customer=customer, name="Billing", email=address, is_primary=True)
    return customer


def reach_everywhere(customer: Customer, *, phone: str = "+49 171 1234567") -> Customer:
    """Give the customer's contact a phone and consent to SMS, and the customer a postal address."""
    customer.address_line_1, customer.postal_code, customer.city = "Hafenstraße 1", "20457", "Hamburg"
    customer.country = "DE"
    customer.save()
    for contact in customer.contacts.all():
        contact.phone = phone
        contact.save()
        ChannelChoice.objects.create(
            organization_id=customer.organization_id, contact=contact, channel="sms", said="agreed", source="staff",
            said_at=NOW,
        )  # fmt: skip
    look_at_phones(organization_id=customer.organization_id)
    return customer


def make_invoice(
    customer: Customer,
    *,
    total: Decimal | str | int = 100,
    due_on: dt.date = TODAY,
    terms_days: int = 30,
    currency: str = "EUR",
    **fields: Any,
) -> Invoice:
    """An open invoice, issued `terms_days` before it is due."""
    issued_on = fields.pop("issued_on", due_on - dt.timedelta(days=terms_days))
    values = {
        "number": f"INV-{next(_numbers)}",
        "issued_on": issued_on,
        "first_known_on": issued_on,
        "terms_days": terms_days,
    }
    invoice = Invoice.objects.create(
        organization_id=customer.organization_id,
        customer=customer,
        due_on=due_on,
        currency=currency,
        total=Decimal(total),
        **{**values, **fields},
    )
    invoice.refresh_from_db()
    return invoice


def make_payment(
    customer: Customer,
    amount: Decimal | str | int,
    *,
    on: dt.date = TODAY,
    towards: Invoice | None = None,
    currency: str = "EUR",
    **fields: Any,
) -> Payment:
    """Money that came in on a day, applied to `towards` as far as that asks for it; the rest is unapplied credit.

    `succeeded_on=None` makes it pending.
    """
    payment = Payment.objects.create(
        organization_id=customer.organization_id,
        customer=customer,
        currency=currency,
        amount=Decimal(amount),
        **{
            "reference": f"PAY-{next(_numbers)}",
            "initiated_on": on,
            "succeeded_on": on,
            "intended_invoice": towards,
            **fields,
        },
    )
    if towards is not None and payment.succeeded_on is not None:
        _apply(towards, payment.amount, on=on, payment=payment)
    payment.refresh_from_db()
    return payment


def make_credit_note(
    customer: Customer,
    total: Decimal | str | int,
    *,
    on: dt.date = TODAY,
    towards: Invoice | None = None,
    currency: str = "EUR",
    **fields: Any,
) -> CreditNote:
    """A credit given on a day; applied to `towards`, else it nets what the customer owes."""
    values = {"number": f"CN-{next(_numbers)}", **fields}
    credit = CreditNote.objects.create(
        organization_id=customer.organization_id,
        customer=customer,
        issued_on=on,
        currency=currency,
        total=Decimal(total),
        **values,
    )
    if towards is not None:
        _apply(towards, credit.total, on=on, credit_note=credit)
    credit.refresh_from_db()
    return credit


def make_hold(
    customer: Customer,
    *,
    invoice: Invoice | None = None,
    reason: str = HoldReason.MANUAL,
    starts_on: dt.date = TODAY,
    **fields: Any,
) -> Hold:
    """A reason not to chase: for one invoice, or for the whole customer."""
    return Hold.objects.create(
        organization_id=customer.organization_id,
        customer=customer,
        invoice=invoice,
        reason=reason,
        starts_on=starts_on,
        **fields,
    )


def _apply(invoice: Invoice, amount: Decimal, *, on: dt.date, **source: Any) -> None:
    invoice.refresh_from_db()
    part = min(amount, invoice.balance)
    if part > 0:
        Allocation.objects.create(
            organization_id=invoice.organization_id, invoice=invoice, amount=part, effective_on=on, **source
        )
        invoice.refresh_from_db()
