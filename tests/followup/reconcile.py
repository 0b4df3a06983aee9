"""Rollups against the rows below them, added up in Python."""

from __future__ import annotations

from decimal import Decimal

from django.forms.models import model_to_dict

from dunwell.followup.models import (
    Action,
    BookTotal,
    CustomerBalance,
    CustomerProfile,
    CustomerStanding,
    StandingCount,
)
from dunwell.followup.queries.policies_in_force import policies_in_force
from dunwell.followup.queries.standing import book_standing
from dunwell.ledger.models import DueDateExtension
from dunwell.organizations.models import Organization
from dunwell.rules.aging import BUCKETS, bucket
from dunwell.rules.escalation import Anchor
from dunwell.rules.standing import Standing, Thresholds, days_past_due
from tests.followup.drawn import CURRENCIES, World
from tests.followup.oracle import ZERO, Book, Profiles, defaulters_by, disputed, standing_of

Sums = dict[str, Decimal | int]
FIGURES = ("outstanding", "overdue", "disputed", "unapplied_credit", *(found.name for found in BUCKETS))
COUNTS = ("open_invoices", "overdue_invoices")


def sums_of(book: Book, customer: int, currency: str) -> Sums:
    """What a customer owes in one currency; empty when nothing is open and no credit is left."""
    sums: Sums = dict.fromkeys((*FIGURES, *COUNTS), ZERO)
    for pk, balance in book.balances.items():
        invoice = book.invoices[pk]
        if (invoice.customer_id, invoice.currency) == (customer, currency):
            age = days_past_due(invoice.due_on, book.as_of)
            for name in ("outstanding", bucket(age).name, *(["overdue"] if age > 0 else [])):
                sums[name] += balance
            sums["disputed"] += disputed(book, pk)
            sums["open_invoices"] += 1
            sums["overdue_invoices"] += age > 0
    sums["unapplied_credit"] = book.credit(customer, currency)
    return sums if sums["open_invoices"] or sums["unapplied_credit"] else {}


def figures(row: CustomerBalance | BookTotal) -> Sums:
    return {name: value for name, value in model_to_dict(row).items() if name in (*FIGURES, *COUNTS)}


def in_vain(organization: Organization, book: Book, standings: dict[int, Standing]) -> set[int]:
    """Who is late and has had the last step of their policy for an invoice that is still open."""
    profiles, policies = Profiles(organization, book, set()), policies_in_force(organization)
    anchors = dict(
        DueDateExtension.objects.filter(organization=organization).order_by("pk").values_list("invoice_id", "pk")
    )
    done = {
        (action.invoice_id, action.anchor_id, action.lineage, action.occurrence)
        for action in Action.objects.filter(organization=organization, state="done", anchor_kind="due")
    }
    found = set()
    for pk in book.balances:
        invoice = book.invoices[pk]
        policy = profiles.policy_of(invoice.customer_id, invoice.currency, policies)
        from_due = [one for one in policies.timed if one.policy == policy and one.rule.anchor is Anchor.DUE]
        last = max(from_due, key=lambda one: (one.rule.offset_days, one.row.pk), default=None)
        is_late = standings[invoice.customer_id] in (Standing.LATE, Standing.DEFAULTER)
        key = last and (pk, anchors.get(pk, 0), last.rule.lineage, last.rule.occurrence)
        if is_late and key in done:
            found.add(invoice.customer_id)
    return found


def check_rollups(world: World) -> None:
    """CustomerBalance, BookTotal, CustomerStanding and StandingCount, and the reads for any date."""
    organization, book = world.current(), Book(world.organization, world.today)
    limits = organization.settings
    thresholds = Thresholds(limits.due_soon_days, limits.grace_days, limits.defaulter_after_days)
    customers = list(world.customers.values_list("pk", flat=True))
    expected = {
        (customer, currency): sums
        for customer in customers
        for currency in CURRENCIES
        if (sums := sums_of(book, customer, currency))
    }
    kept = CustomerBalance.objects.filter(organization=organization)
    assert {(row.customer_id, row.currency): figures(row) for row in kept} == expected
    totals = {row.currency: row for row in BookTotal.objects.filter(organization=organization)}
    assert set(totals) == {currency for _, currency in expected}
    for currency, row in totals.items():
        assert row.as_of == world.today
        for name, value in figures(row).items():
            assert value == sum(sums[name] for (_, other), sums in expected.items() if other == currency)
        assert row.outstanding == sum(getattr(row, found.name) for found in BUCKETS)

    standings = {customer: standing_of(book, customer, thresholds) for customer in customers}
    found = CustomerStanding.objects.filter(organization=organization)
    assert {row.customer_id: row.standing for row in found} == standings
    held = {book.invoices[hold.invoice_id].customer_id if hold.invoice_id else hold.customer_id for hold in book.holds}
    assert {row.customer_id for row in found if row.on_hold} == held
    counts = {name.value: sum(value is name for value in standings.values()) for name in Standing}
    assert dict(StandingCount.objects.filter(organization=organization).values_list("standing", "customers")) == counts

    assert {row.customer_id for row in found if row.chased_in_vain} == in_vain(organization, book, standings)

    read = book_standing(organization, world.today)
    assert read.customers == counts
    assert read.open_invoices == sum(row.open_invoices for row in totals.values())
    assert read.overdue_invoices == sum(row.overdue_invoices for row in totals.values())
    open_in = {currency: row for currency, row in totals.items() if row.open_invoices}
    assert read.outstanding == {currency: row.outstanding for currency, row in open_in.items()}
    assert read.overdue == {currency: row.overdue for currency, row in open_in.items()}

    profiles = Profiles(organization, book, defaulters_by(world, book))
    assert {
        row.customer_id: (row.segment, row.risk, row.outstanding, row.expected_value)
        for row in CustomerProfile.objects.filter(organization=organization)
    } == {
        customer: (found.segment, found.risk, found.outstanding, found.expected_value)
        for customer in customers
        for found in [profiles.of(customer)]
    }
