"""Whose paper it is: what documents say about the organization and its customers, as it is set now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from dunwell.ledger.queries.accounts import Account
from dunwell.messaging.documents import AccountFacts, Letterhead, Movement, OpenItem
from dunwell.messaging.rendering.layout import address_lines
from dunwell.messaging.rendering.scope import pay_address
from dunwell.organizations.models import Organization, OrganizationLogo
from dunwell.rules.aging import BUCKETS, bucket
from dunwell.rules.papers import Paper, paper_for

STATEMENT_DAYS = 90
ZERO = Decimal(0)


def paper_of(organization: Organization) -> Paper:
    """What the organization prints on: as set, else as its country does."""
    return Paper(organization.settings.paper) if organization.settings.paper else paper_for(organization.country)


def letterhead_of(organization: Organization, *, email: str, language: str = "en", locale: str = "en_US") -> Letterhead:
    """The organization's paper; `dataclasses.replace` gives it for a reader of another language."""
    settings = organization.settings
    logo = OrganizationLogo.objects.filter(organization=organization).first() if settings.logo_digest else None
    return Letterhead(
        name=organization.name,
        address=tuple(address_lines(organization.name, settings.postal_address)),
        email=email,
        bank_details=settings.bank_details,
        brand_color=settings.brand_color,
        logo=bytes(logo.content) if logo else b"",
        paper=paper_of(organization),
        locale=locale,
        language=language,
    )


def account_facts(
    organization: Organization, account: Account, *, currency: str, as_of: dt.date, since: dt.date
) -> AccountFacts:
    """An account as a statement shows it, with ages as of the day."""
    pattern = organization.settings.payment_url_pattern
    invoices = tuple(
        OpenItem(
            number=item.number,
            issued_on=item.issued_on,
            due_on=item.due_on,
            days_past_due=(as_of - item.due_on).days,
            total=item.total,
            balance=item.balance,
            disputed=item.disputed,
            held=item.held,
            payment_url=pay_address(item.payment_url, pattern, item.number),
        )
        for item in account.invoices
    )
    return AccountFacts(
        currency=currency,
        as_of=as_of,
        since=since,
        invoices=invoices,
        credits=tuple(Movement(move.on, move.reference, move.amount, move.unused) for move in account.credits),
        payments=tuple(Movement(move.on, move.reference, move.amount) for move in account.payments),
        buckets=_by_age(invoices),
        credit=sum((move.unused for move in account.credits), ZERO),
    )


def _by_age(invoices: Sequence[OpenItem]) -> tuple[Decimal, ...]:
    amounts = {kind.name: ZERO for kind in BUCKETS}
    for item in invoices:
        amounts[bucket(item.days_past_due).name] += item.balance
    return tuple(amounts.values())
