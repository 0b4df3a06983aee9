"""Every page asks the database as often for many rows as for a few."""

from __future__ import annotations

import logging
import re

import pytest
from django.apps import apps
from django.core.signals import request_finished
from django.db import close_old_connections, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dunwell.followup.models import DunningPolicy, Notice
from dunwell.followup.queries.assignments import RuleDraft
from dunwell.followup.services.assignments import save_rules
from dunwell.followup.services.escalation import install_escalation_rules
from dunwell.followup.services.policies import save_policy
from dunwell.followup.services.print_batches import make_batch
from dunwell.ledger.models import Contact, Customer, FileImport, Invoice, Note
from dunwell.ledger.services.documents import add_document
from dunwell.messaging.services.replies import keep_sms
from dunwell.messaging.services.senders import save_sender
from dunwell.organizations.members.invitations import invite
from dunwell.organizations.models import OrganizationSettings, Role, User
from dunwell.organizations.queries import database_now
from dunwell.organizations.saved_views import save_view
from dunwell.rules.escalation import Tone
from dunwell.rules.policies import PolicyDraft, StepDraft
from dunwell.web.settings_forms import SECTIONS
from tests import worlds
from tests.invariants import DAY
from tests.web.conftest import Desk, every_path, late_customer, run

STEPS = (
    StepDraft("Reminder", 1, Tone.NEUTRAL, template="reminder"),
    StepDraft("Call them", 5, channel="call", instructions="Ask for a day."),
    StepDraft("Check the order", 6, channel="task", instructions="Was it delivered?"),
)
NUMBER = "+491711234567"


def grow(desk: Desk, by: User, number: int) -> None:
    """One more of everything: for the customer whose pages are looked at, and for another."""
    fresh = late_customer(desk.organization, f"Customer {number}", days=3 + number * 7)
    on_paper = late_customer(desk.organization, f"Paper {number}")
    Customer.objects.filter(pk=on_paper.pk).update(
        preferred_channel="letter", address_line_1="Hafenstraße 1", postal_code="20457", city="Hamburg", country="DE"
    )
    Customer.objects.filter(pk=fresh.pk).update(owner=by, tags=["key account", f"tag {number}"])
    for customer in (fresh, desk.customer):
        _entries(desk, customer, by, number)
    _settings(desk, by, number)


def _entries(desk: Desk, customer: Customer, by: User, number: int) -> None:
    organization, now = desk.organization, database_now()
    paid = worlds.make_invoice(customer, total=100, due_on=desk.today - 20 * DAY)
    for invoice in (paid, Invoice.objects.filter(customer=customer).order_by("pk")[0]):
        worlds.make_payment(customer, 2, on=desk.today, towards=invoice)
        worlds.make_credit_note(customer, 3, on=desk.today, towards=invoice)
        worlds.make_hold(customer, invoice=invoice, amount=1, starts_on=desk.today)
        Note.objects.create(
            organization=organization, customer=customer, invoice=invoice, author=by, text="Pays.", happened_at=now
        )
        add_document(
            organization=organization,
            customer_id=customer.pk,
            invoice_id=invoice.pk,
            name="order.txt",
            chunks=[b"An order"],
            by=by,
            now=now,
        )
    for amount in (1, 2):  # money and credit that no invoice has yet
        worlds.make_payment(customer, amount, on=desk.today)
    Contact.objects.create(
        organization=organization, customer=customer, name=f"Person {number}", email=f"{customer.pk}-{number}@a.example"
    )
    Contact.objects.filter(customer=customer).update(phone=f"{NUMBER}{customer.pk}")
    keep_sms(
        organization=organization,
        provider_id=f"SM{customer.pk}-{number}",
        sender=NUMBER,
        recipient="+4930",
        body="When was it?",
        now=now,
    )


def _settings(desk: Desk, by: User, number: int) -> None:
    organization, now = desk.organization, database_now()
    save_sender(organization=organization, name=f"Sender {number}", address=f"s{number}@a.example", by=by)
    invite(organization=organization, email=f"invited{number}@a.example", role=Role.VIEWER, by=by, now=now)
    worlds.make_user(organization=organization, role=Role.COLLECTOR)
    for name in ("customers", "invoices", "followup", "worklist"):
        save_view(
            organization=organization,
            user=by,
            list_name=name,
            name=f"View {number}",
            query=f"q={number}",
            is_shared=bool(number % 2),
        )
    save_policy(organization=organization, draft=PolicyDraft(f"Policy {number}", STEPS), by=by)
    save_rules(
        organization=organization, rules=[RuleDraft(str(one), f"Policy {number}") for one in range(number + 1)], by=by
    )
    FileImport.objects.create(
        organization=organization, file_name="a.csv", sha256=f"{number:064}", size=1, path="a", created_by=by
    )


def queries(client: Client, address: str) -> int | None:
    """How many it takes to show the page; None for what is none."""
    with CaptureQueriesContext(connection) as caught:
        response = client.get(address)
    is_page = response.status_code == 200 and not response.streaming and b"<!doctype html>" in response.content[:200]
    # A document is a file that is open until then; the signal of a real request's end would close the test's connection
    request_finished.disconnect(close_old_connections)
    response.close()
    request_finished.connect(close_old_connections)
    return len(caught) if is_page else None


def test_every_page_asks_as_often_however_much_there_is(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)  # what is no page is refused, and not told
    by = worlds.make_user("olga@northlight.example", organization=desk.organization)
    client = Client()
    client.force_login(by)
    policy = DunningPolicy.objects.get(organization=desk.organization)
    save_policy(organization=desk.organization, draft=PolicyDraft("Standard", STEPS), policy_id=policy.pk, by=by)
    install_escalation_rules(organization=desk.organization)
    OrganizationSettings.objects.filter(organization=desk.organization).update(
        chasing_started_at=worlds.NOW, letters_by="print", window_weekdays=[1, 2, 3, 4, 5, 6, 7]
    )
    desk.organization.refresh_from_db()
    _live(desk, by, range(2))
    values = _first_rows(desk)
    addresses = sorted({path for section in SECTIONS for path in every_path({**values, "section": section})})
    client.get(desk.url())  # the session remembers the organization
    first = {path: queries(client, desk.url(path)) for path in addresses}
    before = {path: asked for path, asked in first.items() if asked is not None}
    _live(desk, by, range(2, 6))
    after = {path: queries(client, desk.url(path)) for path in before}
    assert {path: (before[path], after[path]) for path in before if after[path] not in {before[path], None}} == {}
    assert len(before) > 80, before  # there were pages


def _live(desk: Desk, by: User, numbers: range) -> None:
    for number in numbers:
        grow(desk, by, number)
    run(desk.organization)
    make_batch(organization=desk.organization, by=by, now=database_now(), today=desk.today)


def _first_rows(desk: Desk) -> dict[str, object]:
    """For each `<int:some_thing_id>` of an address its first row, the looked-at customer's where there is one."""
    found: dict[str, object] = {}
    for model in apps.get_models():
        names = {field.name for field in model._meta.fields}
        if not model.__module__.startswith("dunwell.") or "organization" not in names:
            continue
        rows = model._default_manager.filter(organization=desk.organization).order_by("pk")
        if "customer" in names and rows.filter(customer=desk.customer).exists():
            rows = rows.filter(customer=desk.customer)
        if row := rows.values_list("pk", flat=True).first():
            words = re.findall(r"[A-Z][a-z]*", model.__name__)
            found["_".join(words).lower() + "_id"] = row
            found.setdefault(f"{words[-1].lower()}_id", row)
    notice = Notice.objects.filter(organization=desk.organization, customer__name="Customer 0").latest("pk")
    return {**found, "customer_id": desk.customer.pk, "invoice_id": desk.invoice.pk, "notice_id": notice.pk}
