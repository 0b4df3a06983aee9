"""Two customers that are one; and an import that is taken out of the book again."""

from __future__ import annotations

from typing import Any

import pghistory
import pytest
from django.apps import apps
from django.core.exceptions import ValidationError

from dunwell.followup.models import (
    Action,
    CustomerPolicy,
    CustomerProfile,
    CustomerStanding,
    DunningPolicy,
    Notice,
    NoticeState,
)
from dunwell.ledger.imports import services as imports
from dunwell.ledger.imports.inspection import inspect
from dunwell.ledger.imports.mapping import Mapping
from dunwell.ledger.models import Contact, Customer, FileImport, ImportState, Invoice, Note
from dunwell.organizations.models import Organization, User
from dunwell.organizations.queries import database_now
from dunwell.workflows import merge_customers
from dunwell.workflows.imports import run_upload
from dunwell.workflows.undo import why_import_stays
from tests import worlds
from tests.web.conftest import MAIL, late_customer, prepare, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def organization(db: None) -> Organization:
    """Northlight, which writes reminders and sends none yet."""
    made = worlds.make_organization(chasing=False, settings=MAIL)
    prepare(made)
    return made


def bring(organization: Organization, user: User, text: str, name: str = "book.csv") -> FileImport:
    """A file through upload, check and import, as a person does it."""
    found = imports.receive_upload(
        organization=organization, user=user, name=name, chunks=[text.encode()], now=database_now()
    )
    inspection = inspect(imports.facts_of(found, Mapping()), mapping=Mapping(), base_currency="EUR", evidence=False)
    imports.set_mapping(file_import=found, mapping=inspection.settled(), as_of=None)
    run_upload(found.pk, now=database_now())
    found.refresh_from_db()
    imports.start_import(file_import=found, now=database_now())
    run_upload(found.pk, now=database_now())
    found.refresh_from_db()
    assert found.state == ImportState.DONE, found.error
    return found


HEAD = "Customer number,Customer,E-mail,Invoice,Invoice date,Due date,Total\n"


def test_everything_moves_and_the_next_import_finds_the_one_that_stayed(
    organization: Organization, alice: User
) -> None:
    target, source = late_customer(organization, "Harbor & Pine"), late_customer(organization, "Harbour and Pine")
    for customer in (target, source):
        policy = DunningPolicy.objects.get(organization=organization)
        CustomerPolicy.objects.create(organization=organization, customer=customer, policy=policy)
    shared = Contact.objects.get(customer=source)
    Contact.objects.filter(customer=target).update(email=shared.email.upper())
    worlds.make_payment(source, 30)
    worlds.make_hold(source)
    run(organization)
    Note.objects.create(organization=organization, customer=source, text="Same firm", happened_at=database_now())
    before = merge_customers.preview(source, target)
    assert dict(before.moves)["invoices"] == 2
    assert (before.doubled_contacts, before.holds_everything, before.discarded) == (1, True, 1)
    merge_customers.merge(
        organization=organization, source_id=source.pk, target_id=target.pk, by=alice, now=database_now()
    )
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if field.related_model is Customer and not hasattr(model, "pgh_tracked_model"):
                left = model._default_manager.filter(**{field.name: source.pk})
                assert not left.exists() or model in (CustomerStanding, CustomerProfile), (
                    f"{model.__name__} still names the source"
                )
    assert Invoice.objects.filter(customer=target).count() == 4
    assert Contact.objects.filter(customer=target, is_primary=True).count() == 1
    source.refresh_from_db()
    assert (source.merged_into, source.archived_at is None) == (target, False)
    with pytest.raises(ValidationError, match="merged already"):
        merge_customers.merge(
            organization=organization, source_id=source.pk, target_id=target.pk, by=alice, now=database_now()
        )
    bring(organization, alice, f"{HEAD}{source.number},Harbour & Pine Ltd,x@h.example,N-1,2026-01-10,2026-02-09,80\n")
    assert Invoice.objects.get(number="N-1").customer == target
    target.refresh_from_db()
    assert (target.name, Contact.objects.filter(email="x@h.example").exists()) == ("Harbor & Pine", False)


def test_an_address_moves_with_its_country(organization: Organization, alice: User) -> None:
    target, source = late_customer(organization, "Harbor & Pine"), late_customer(organization, "Harbour and Pine")
    Customer.objects.filter(pk=target.pk).update(country="FR")
    worlds.reach_everywhere(source)
    merge_customers.merge(
        organization=organization, source_id=source.pk, target_id=target.pk, by=alice, now=database_now()
    )
    target.refresh_from_db()
    assert (target.address_line_1, target.city, target.country) == ("Hafenstraße 1", "Hamburg", "DE")


def test_a_reminder_on_its_way_stops_a_merge(organization: Organization, alice: User) -> None:
    target, source = late_customer(organization, "One"), late_customer(organization, "Two")
    run(organization)
    Notice.objects.filter(customer=source).update(state=NoticeState.SENDING)
    with pytest.raises(ValidationError, match="being sent"):
        merge_customers.merge(
            organization=organization, source_id=source.pk, target_id=target.pk, by=alice, now=database_now()
        )
    assert Invoice.objects.filter(customer=source).count() == 2


def book(organization: Organization) -> dict[str, Any]:
    """All that an import may change."""
    return {
        "customers": list(Customer.objects.order_by("pk").values_list("number", "name", "country", "terms_days")),
        "invoices": list(Invoice.objects.order_by("pk").values_list("number", "total", "balance", "due_on")),
        "contacts": list(Contact.objects.order_by("pk").values_list("email", "is_primary")),
    }


def test_an_import_is_taken_back_until_something_of_it_was_used(organization: Organization, alice: User) -> None:
    first = HEAD + "1,Acme,a@acme.example,A-1,2026-01-10,2026-02-09,100\n"
    bring(organization, alice, first, "first.csv")
    before = book(organization)
    second = (
        HEAD
        + "1,Acme Ltd,b@acme.example,A-1,2026-01-10,2026-03-09,120\n2,Bolt,b@b.example,B-1,2026-01-11,2026-02-10,50\n"
    )
    found = bring(organization, alice, second, "second.csv")
    assert Notice.objects.filter(customer__number="2").exists()
    assert book(organization) != before
    assert "later import" in why_import_stays(FileImport.objects.get(file_name="first.csv"))
    imports.start_undo(file_import=found, by=alice)
    run_upload(found.pk, now=database_now())
    found.refresh_from_db()
    assert (found.state, found.undone_by, found.error) == (ImportState.UNDONE, alice, "")
    assert book(organization) == before
    assert not Action.objects.filter(invoice__number="B-1").exists()
    again = bring(organization, alice, second, "again.csv")
    with pghistory.context(user=alice.pk):  # a request of its own: this test is one transaction
        worlds.make_payment(Customer.objects.get(number="2"), 10, towards=Invoice.objects.get(number="B-1"))
    assert "used since" in why_import_stays(again)
    imports.start_undo(file_import=again, by=alice)
    run_upload(again.pk, now=database_now())
    again.refresh_from_db()
    assert (again.state, "Nothing was changed" in again.error) == (ImportState.DONE, True)
    third = bring(organization, alice, HEAD + "3,Cog,c@c.example,C-1,2026-01-11,2026-02-10,50\n", "third.csv")
    Notice.objects.filter(customer__number="3").update(state=NoticeState.SENT)
    assert why_import_stays(third) == "1 of its invoices was in a reminder that has been sent."
