"""What a person enters: customers, contacts, invoices, payments, credits, holds, notes, documents; and who did it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from dunwell.ledger.models import Allocation, Contact, Customer, Hold, Invoice, Note, Payment, TouchedCustomer
from dunwell.ledger.services import (
    allocations,
    contacts,
    credit_notes,
    customers,
    documents,
    holds,
    invoices,
    notes,
    payments,
)
from dunwell.ledger.services.addresses import refuse_address
from dunwell.ledger.services.versions import ChangedMeanwhileError, GoneError, version_of
from dunwell.organizations.models import Organization, User
from tests.worlds import NOW, TODAY, make_credit_note, make_customer, make_hold, make_invoice, make_payment, make_user

DAY = dt.timedelta(days=1)


def facts(**changes: Any) -> dict[str, Any]:
    """A customer as the form gives it."""
    values: dict[str, Any] = {
        "name": "Harbor & Pine",
        "number": "H-1",
        "country": "de",
        "language": "",
        "time_zone": "Europe/Berlin",
        "terms_days": 14,
        "tags": ["key account", "Key  Account", ""],
        "owner_id": None,
    }
    return {**values, **changes}


def figures(**changes: Any) -> dict[str, Any]:
    """An invoice as the form gives it."""
    values: dict[str, Any] = {
        "number": "R-1",
        "issued_on": TODAY - 10 * DAY,
        "due_on": TODAY + 4 * DAY,
        "currency": "eur",
        "total": Decimal("119.00"),
        "payment_url": "",
        "description": "Banner in March",
    }
    return {**values, **changes}


def sentences(error: pytest.ExceptionInfo[ValidationError]) -> dict[str, list[str]]:
    return error.value.message_dict if hasattr(error.value, "error_dict") else {"": error.value.messages}


def who(row: Any) -> Any:
    """The actor of a row's last entry in the history."""
    return type(row).pgh_event_model.objects.filter(pgh_obj_id=row.pk).latest("pgh_id").pgh_context.metadata["user"]


# Customers


def test_a_customer_is_added_and_touched(organization: Organization, alice: User) -> None:
    made = customers.add_customer(organization=organization, by=alice, as_of=TODAY, **facts())
    assert (made.name_key, made.country, made.tags) == ("harbor & pine", "DE", ["key account"])
    assert made.known_from == TODAY
    assert who(made) == alice.pk
    TouchedCustomer.objects.all().delete()
    customers.edit_customer(organization=organization, customer_id=made.pk, by=alice, **facts(name="Harbour"))
    assert list(TouchedCustomer.objects.values_list("customer_id", flat=True)) == [made.pk]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"country": "DEU"}, "country"),
        ({"time_zone": "Europe/Nowhere"}, "time_zone"),
        ({"number": "taken"}, "number"),
        ({"owner_id": 0}, "owner"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    organization: Organization, alice: User, changes: dict[str, Any], field: str
) -> None:
    make_customer(organization, number="taken")
    with pytest.raises(ValidationError) as error:
        customers.add_customer(organization=organization, by=alice, as_of=TODAY, **facts(**changes))
    assert list(sentences(error)) == [field]
    assert Customer.objects.count() == 1


def test_nobody_overwrites_a_colleague(organization: Organization, alice: User, bob: User) -> None:
    customer = customers.add_customer(organization=organization, by=alice, as_of=TODAY, **facts())
    seen = version_of(customer)
    customers.edit_customer(organization=organization, customer_id=customer.pk, by=bob, **facts(terms_days=30))
    with pytest.raises(ChangedMeanwhileError) as error:
        customers.edit_customer(
            organization=organization, customer_id=customer.pk, by=alice, version=seen, **facts(name="Other")
        )
    assert "Bob changed terms days from “14” to “30”" in error.value.messages[0]
    customer.refresh_from_db()
    assert (customer.name, customer.terms_days) == ("Harbor & Pine", 30)
    # Who has seen it may go on
    customers.edit_customer(
        organization=organization, customer_id=customer.pk, by=alice, version=version_of(customer), **facts()
    )


def test_another_organizations_customer_is_not_there(
    organization: Organization, other_organization: Organization, alice: User
) -> None:
    theirs = make_customer(other_organization)
    with pytest.raises(GoneError):
        customers.edit_customer(organization=organization, customer_id=theirs.pk, by=alice, **facts())
    assert customers.assign_owner(
        organization=organization, customer_ids=[theirs.pk], owner_id=alice.pk, by=alice, now=NOW
    ) == 0  # fmt: skip
    assert customers.add_tag(organization=organization, customer_ids=[theirs.pk], tag="x", by=alice, now=NOW) == 0


def test_a_customer_who_owes_is_not_archived(organization: Organization, alice: User) -> None:
    customer = make_customer(organization)
    invoice = make_invoice(customer)
    make_hold(customer)
    archive: dict[str, Any] = {
        "organization": organization,
        "customer_id": customer.pk,
        "by": alice,
        "as_of": TODAY,
        "now": NOW,
    }
    with pytest.raises(ValidationError, match="1 invoice is still open"):
        customers.archive_customer(**archive)
    make_payment(customer, 130, towards=invoice)
    with pytest.raises(ValidationError, match="credit that has not been used"):
        customers.archive_customer(**archive)
    payment = Payment.objects.get()
    invoices.add_invoice(
        organization=organization, customer_id=customer.pk, by=alice, as_of=TODAY, **figures(total=Decimal(30))
    )
    allocations.allocate_payment(
        organization=organization,
        payment_id=payment.pk,
        parts={Invoice.objects.latest("pk").pk: Decimal(30)},
        on=TODAY,
        by=alice,
        as_of=TODAY,
    )
    customers.archive_customer(**archive)
    customer.refresh_from_db()
    assert customer.archived_at == NOW
    assert Hold.objects.get().released_on == TODAY
    customers.restore_customer(organization=organization, customer_id=customer.pk, by=alice, now=NOW)
    customer.refresh_from_db()
    assert customer.archived_at is None


def test_owner_and_tags_of_many(organization: Organization, alice: User, bob: User) -> None:
    one, two = make_customer(organization, tags=["VIP"]), make_customer(organization)
    both: dict[str, Any] = {"organization": organization, "customer_ids": [one.pk, two.pk], "by": alice, "now": NOW}
    assert customers.assign_owner(**both, owner_id=bob.pk) == 2
    assert customers.assign_owner(**both, owner_id=bob.pk) == 0
    assert customers.add_tag(**both, tag=" vip ") == 1
    assert customers.remove_tag(**both, tag="Vip") == 2
    two.refresh_from_db()
    assert (two.tags, two.owner, who(two)) == ([], bob, alice.pk)
    with pytest.raises(ValidationError, match="member"):
        customers.assign_owner(**both, owner_id=make_user().pk)


# Contacts


def contact(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {"name": "Eva", "role": "billing", "email": "eva@h.example", "phone": "", "language": ""}
    return {**values, "is_primary": False, **changes}


def test_one_contact_gets_the_reminders(organization: Organization, alice: User) -> None:
    customer = make_customer(organization)
    first = Contact.objects.get()
    actor: dict[str, Any] = {"organization": organization, "by": alice, "now": NOW}
    eva = contacts.add_contact(**actor, customer_id=customer.pk, **contact(is_primary=True))
    first.refresh_from_db()
    assert (first.is_primary, eva.is_primary) == (False, True)
    with pytest.raises(ValidationError, match="Somebody must get the reminders"):
        contacts.edit_contact(**actor, contact_id=eva.pk, **contact())
    contacts.remove_contact(**actor, contact_id=eva.pk)
    first.refresh_from_db()
    assert first.is_primary
    assert Contact.pgh_event_model.objects.filter(pgh_label="delete").get().email == "eva@h.example"  # type: ignore[attr-defined]


def test_a_corrected_address_is_used_again(organization: Organization, alice: User) -> None:
    customer = make_customer(organization, email="old@h.example")
    actor: dict[str, Any] = {"organization": organization, "by": alice, "now": NOW}
    first = Contact.objects.get()
    refuse_address(
        organization_id=organization.pk,
        customer_id=customer.pk,
        channel="email",
        address="old@h.example",
        reason="550 no such user",
        now=NOW,
    )
    contacts.edit_contact(**actor, contact_id=first.pk, **contact(email="new@h.example", is_primary=True))
    first.refresh_from_db()
    assert first.email_refused_at is None
    with pytest.raises(ValidationError) as error:
        contacts.add_contact(**actor, customer_id=customer.pk, **contact(email="NEW@h.example"))
    assert list(sentences(error)) == ["email"]
    with pytest.raises(ValidationError) as error:
        contacts.add_contact(**actor, customer_id=customer.pk, **contact(email="no address"))
    assert list(sentences(error)) == ["email"]


# Invoices


def add(organization: Organization, customer: Customer, by: User, **changes: Any) -> Invoice:
    is_draft = changes.pop("is_draft", False)
    return invoices.add_invoice(
        organization=organization, customer_id=customer.pk, by=by, as_of=TODAY, is_draft=is_draft, **figures(**changes)
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": ""}, "number"),
        ({"number": "taken"}, "number"),
        ({"due_on": TODAY - 11 * DAY}, "due_on"),
        ({"total": Decimal("1.005")}, "total"),
        ({"total": Decimal(0)}, "total"),
        ({"currency": "EURO"}, "currency"),
        ({"currency": "JPY", "total": Decimal("1.5")}, "total"),
        ({"issued_on": TODAY + DAY}, "issued_on"),
    ],
)
def test_an_invoice_that_cannot_be(
    organization: Organization, alice: User, changes: dict[str, Any], field: str
) -> None:
    customer = make_customer(organization)
    make_invoice(customer, number="taken")
    with pytest.raises(ValidationError) as error:
        add(organization, customer, alice, **changes)
    assert list(sentences(error)) == [field]


def test_an_invoice_may_change_until_it_was_sent_or_paid(organization: Organization, alice: User) -> None:
    customer = make_customer(organization, known_from=TODAY)
    invoice = add(organization, customer, alice)
    customer.refresh_from_db()
    assert customer.known_from == invoice.issued_on
    edit: dict[str, Any] = {"organization": organization, "invoice_id": invoice.pk, "by": alice, "as_of": TODAY}
    changed = invoices.edit_invoice(**edit, was_sent=False, **figures(total=Decimal(200)))
    assert changed.balance == 200
    with pytest.raises(invoices.InvoiceFixedError, match="has had a reminder"):
        invoices.edit_invoice(**edit, was_sent=True, **figures(total=Decimal(100)))
    make_payment(customer, 50, towards=invoice)
    with pytest.raises(invoices.InvoiceFixedError, match="by a credit note, or by voiding it"):
        invoices.edit_invoice(**edit, was_sent=False, **figures(total=Decimal(100)))
    kept = invoices.edit_invoice(**edit, was_sent=True, **figures(total=Decimal(200), description="As agreed"))
    assert (kept.description, kept.balance) == ("As agreed", 150)


def test_a_draft_is_not_owed(organization: Organization, alice: User) -> None:
    customer = make_customer(organization)
    draft = add(organization, customer, alice, is_draft=True)
    other = add(organization, customer, alice, is_draft=True, number="R-2", issued_on=TODAY + DAY)
    assert draft.status == "draft"
    issue: dict[str, Any] = {"organization": organization, "by": alice, "as_of": TODAY}
    assert invoices.issue_draft(**issue, invoice_id=draft.pk).status == "open"
    with pytest.raises(ValidationError, match="still to come"):
        invoices.issue_draft(**issue, invoice_id=other.pk)
    with pytest.raises(ValidationError, match="Only a draft"):
        invoices.delete_draft(organization=organization, invoice_id=draft.pk, by=alice)
    invoices.delete_draft(organization=organization, invoice_id=other.pk, by=alice)
    assert list(Invoice.objects.values_list("number", flat=True)) == ["R-1"]


def test_what_was_paid_on_a_voided_invoice_is_credit(organization: Organization, alice: User) -> None:
    customer = make_customer(organization)
    invoice = make_invoice(customer, total=100)
    payment = make_payment(customer, 40, towards=invoice, on=TODAY)
    void: dict[str, Any] = {
        "organization": organization,
        "invoice_id": invoice.pk,
        "by": alice,
        "as_of": TODAY,
        "now": NOW,
    }
    with pytest.raises(ValidationError) as error:
        invoices.void_invoice(**void, on=TODAY, reason=" ")
    assert list(sentences(error)) == ["reason"]
    assert invoices.void_invoice(**void, on=TODAY, reason="Billed twice") == 40
    invoice.refresh_from_db()
    payment.refresh_from_db()
    assert (invoice.status, invoice.balance, payment.unapplied) == ("void", 0, 40)
    assert (invoice.void_reason, who(invoice)) == ("Billed twice", alice.pk)
    with pytest.raises(ValidationError, match="void already"):
        invoices.void_invoice(**void, on=TODAY, reason="Again")


def test_a_debt_is_given_up_in_part_and_taken_up_again(organization: Organization, alice: User) -> None:
    invoice = make_invoice(make_customer(organization), total=100)
    give_up: dict[str, Any] = {
        "organization": organization,
        "invoice_id": invoice.pk,
        "on": TODAY,
        "by": alice,
        "as_of": TODAY,
    }
    entry = invoices.write_off(**give_up, amount=Decimal(30), reason="Settlement")
    invoice.refresh_from_db()
    assert (invoice.balance, invoice.status) == (70, "partially_paid")
    with pytest.raises(ValidationError, match="more than is open"):
        invoices.write_off(**give_up, amount=Decimal(71), reason="")
    invoices.reverse_write_off(organization=organization, write_off_id=entry.pk, on=TODAY, by=alice)
    invoice.refresh_from_db()
    assert invoice.balance == 100


# Payments and credits


def test_money_is_proposed_for_the_oldest_first(organization: Organization, alice: User) -> None:
    customer = make_customer(organization)
    newer, older = (make_invoice(customer, due_on=TODAY - days * DAY) for days in (5, 50))
    make_invoice(customer, currency="USD")
    found = allocations.open_invoices(organization, customer.pk, "EUR")
    assert found == [older, newer]
    assert allocations.proposal(found, Decimal(130)) == {older.pk: 100, newer.pk: 30}
    assert allocations.proposal(found, Decimal(130), first=newer.pk) == {newer.pk: 100, older.pk: 30}
    payment = payments.record_payment(
        organization=organization,
        customer_id=customer.pk,
        amount=Decimal(230),
        currency="EUR",
        on=TODAY,
        by=alice,
        as_of=TODAY,
        parts=allocations.proposal(found, Decimal(230)),
    )
    assert (payment.unapplied, payment.status, payment.reference[:11]) == (30, "succeeded", "P-20260318-")
    assert Allocation.objects.filter(payment=payment).count() == 2


def test_never_more_than_there_is(organization: Organization, alice: User) -> None:
    customer, other = make_customer(organization), make_customer(organization)
    invoice, theirs = make_invoice(customer, total=100), make_invoice(other)
    dollars = make_invoice(customer, currency="USD")
    payment = make_payment(customer, 80)
    apply: dict[str, Any] = {
        "organization": organization,
        "payment_id": payment.pk,
        "on": TODAY,
        "by": alice,
        "as_of": TODAY,
    }
    for parts, field in (
        ({invoice.pk: Decimal(81)}, ""),
        ({theirs.pk: Decimal(10)}, f"invoice_{theirs.pk}"),
        ({dollars.pk: Decimal(10)}, f"invoice_{dollars.pk}"),
        ({invoice.pk: Decimal(-1)}, f"invoice_{invoice.pk}"),
    ):
        with pytest.raises(ValidationError) as error:
            allocations.allocate_payment(**apply, parts=parts)
        assert list(sentences(error)) == [field], parts
    make_payment(customer, 90, towards=invoice)
    with pytest.raises(ValidationError) as error:
        allocations.allocate_payment(**apply, parts={invoice.pk: Decimal(11)})
    assert sentences(error) == {f"invoice_{invoice.pk}": ["That is more than is open of this invoice."]}
    payment.refresh_from_db()
    assert payment.unapplied == 80


def test_an_allocation_is_taken_back(organization: Organization, alice: User) -> None:
    customer = make_customer(organization)
    invoice = make_invoice(customer)
    payment = make_payment(customer, 60, towards=invoice, on=TODAY)
    entry = Allocation.objects.get()
    back: dict[str, Any] = {"organization": organization, "allocation_id": entry.pk, "on": TODAY - DAY, "by": alice}
    assert allocations.take_back(**back).reversed_on == TODAY  # not before it was applied
    payment.refresh_from_db()
    assert payment.unapplied == 60
    with pytest.raises(ValidationError, match="taken back already"):
        allocations.take_back(**back)


def test_what_the_bank_takes_back_is_owed_again(organization: Organization, alice: User) -> None:
    customer = make_customer(organization)
    invoice = make_invoice(customer)
    end: dict[str, Any] = {"organization": organization, "on": TODAY, "by": alice, "as_of": TODAY, "now": NOW}
    reversed_one = make_payment(customer, 60, towards=invoice, on=TODAY - DAY)
    payments.reverse_payment(**end, payment_id=reversed_one.pk, reason="Returned debit")
    invoice.refresh_from_db()
    reversed_one.refresh_from_db()
    assert (invoice.balance, reversed_one.status, reversed_one.unapplied) == (100, "failed", 0)
    pending = make_payment(customer, 60, succeeded_on=None)
    with pytest.raises(ValidationError, match="Only money that came in"):
        payments.refund_payment(**end, payment_id=pending.pk, reason="Asked back")
    payments.payment_arrived(
        organization=organization,
        payment_id=pending.pk,
        on=TODAY,
        by=alice,
        as_of=TODAY,
        parts={invoice.pk: Decimal(60)},
    )
    payments.refund_payment(**end, payment_id=pending.pk, reason="Asked back")
    invoice.refresh_from_db()
    pending.refresh_from_db()
    assert (invoice.balance, pending.status, pending.end_reason) == (100, "refunded", "Asked back")


def test_the_same_payment_is_not_recorded_twice(organization: Organization, alice: User) -> None:
    customer = make_customer(organization)
    record: dict[str, Any] = {
        "organization": organization,
        "customer_id": customer.pk,
        "currency": "EUR",
        "by": alice,
        "as_of": TODAY,
    }
    payments.record_payment(**record, amount=Decimal(5), on=TODAY, reference="SEPA 1")
    with pytest.raises(ValidationError) as error:
        payments.record_payment(**record, amount=Decimal(5), on=TODAY, reference="SEPA 1")
    assert list(sentences(error)) == ["reference"]
    with pytest.raises(ValidationError) as error:
        payments.record_payment(**record, amount=Decimal(5), on=TODAY + DAY)
    assert list(sentences(error)) == ["on"]
    assert Payment.objects.count() == 1


def test_a_credit_note_settles_and_is_voided_when_free(organization: Organization, alice: User) -> None:
    customer = make_customer(organization)
    invoice = make_invoice(customer)
    note = credit_notes.add_credit_note(
        organization=organization,
        customer_id=customer.pk,
        number="G-1",
        total=Decimal(30),
        currency="EUR",
        issued_on=TODAY,
        by=alice,
        as_of=TODAY,
        parts={invoice.pk: Decimal(20)},
    )
    assert note.unapplied == 10
    void: dict[str, Any] = {
        "organization": organization,
        "credit_note_id": note.pk,
        "by": alice,
        "as_of": TODAY,
        "now": NOW,
    }
    with pytest.raises(ValidationError, match="take them back first"):
        credit_notes.void_credit_note(**void, on=TODAY, reason="Wrong")
    allocations.take_back(organization=organization, allocation_id=Allocation.objects.get().pk, on=TODAY, by=alice)
    credit_notes.void_credit_note(**void, on=TODAY, reason="Wrong")
    note.refresh_from_db()
    assert note.unapplied == 0
    assert make_credit_note(customer, 5).unapplied == 5


# Holds


def test_holds_stand_from_until_and_are_released(organization: Organization, alice: User) -> None:
    customer = make_customer(organization)
    invoice, settled = make_invoice(customer), make_invoice(customer)
    make_payment(customer, 100, towards=settled)
    place: dict[str, Any] = {
        "organization": organization,
        "by": alice,
        "as_of": TODAY,
        "note": " Says it broke. ",
        "starts_on": TODAY,
    }
    with pytest.raises(ValidationError) as error:
        holds.hold_customers(**place, customer_ids=[customer.pk], reason="dispute", ends_on=TODAY)
    assert list(sentences(error)) == ["ends_on"]
    placed = holds.hold_invoices(**place, invoice_ids=[invoice.pk, settled.pk], reason="dispute", ends_on=None)
    assert [(hold.invoice_id, hold.note, hold.amount) for hold in placed] == [(invoice.pk, "Says it broke.", None)]
    with pytest.raises(ValidationError) as error:
        holds.hold_invoices(**place, invoice_ids=[invoice.pk], reason="dispute", ends_on=None, amount=Decimal(101))
    assert list(sentences(error)) == ["amount"]
    held = holds.change_hold(
        organization=organization, hold_id=placed[0].pk, ends_on=TODAY + DAY, note="", by=alice, as_of=TODAY
    )
    assert held.ends_on == TODAY + DAY
    for later in (None, TODAY + 9 * DAY):  # its days since were days without it
        with pytest.raises(ValidationError, match="chasing went on; place a new one"):
            holds.change_hold(
                organization=organization, hold_id=held.pk, ends_on=later, note="", by=alice, as_of=TODAY + DAY
            )
    release: dict[str, Any] = {"organization": organization, "by": alice, "as_of": TODAY, "now": NOW}
    assert holds.release_holds(**release, hold_ids=[held.pk]) == 1
    assert holds.release_customers(**release, customer_ids=[customer.pk]) == 0
    with pytest.raises(ValidationError, match="released already"):
        holds.change_hold(organization=organization, hold_id=held.pk, ends_on=None, note="", by=alice, as_of=TODAY)


# Notes and documents


def test_notes_are_kept_changed_and_removed(organization: Organization, alice: User) -> None:
    customer = make_customer(organization)
    theirs = make_invoice(make_customer(organization))
    told: dict[str, Any] = {"kind": "call", "text": " Pays on Friday. ", "spoke_with": "Eva", "happened_at": NOW}
    add_one: dict[str, Any] = {"organization": organization, "customer_id": customer.pk, "by": alice, "now": NOW}
    with pytest.raises(ValidationError, match="no invoice of the customer"):
        notes.add_note(**add_one, invoice_id=theirs.pk, **told)
    note = notes.add_note(**add_one, invoice_id=None, **told)
    assert (note.text, note.author) == ("Pays on Friday.", alice)
    edit: dict[str, Any] = {"organization": organization, "note_id": note.pk, "by": alice, "now": NOW}
    notes.edit_note(**edit, **{**told, "text": "Pays on Monday."})
    with pytest.raises(ValidationError, match="Write something"):
        notes.edit_note(**edit, **{**told, "text": "  "})
    notes.remove_note(organization=organization, note_id=note.pk, by=alice)
    kept = Note.pgh_event_model.objects.filter(pgh_obj_id=note.pk).order_by("pgh_id")  # type: ignore[attr-defined]
    assert [event.pgh_label for event in kept] == ["insert", "update", "delete"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("page.html", b"<script>", "Files of this kind are not kept"),
        ("scan.pdf", b"MZ\x90", "The name says PDF"),
        ("empty.txt", b"", "is empty"),
        ("big.txt", b"x" * (documents.LARGEST_DOCUMENT + 1), "20 MB at most"),
        ("binary.txt", b"ab\x00c", "The name says TXT"),
    ],
)
def test_a_file_that_is_not_kept_leaves_nothing(
    organization: Organization, alice: User, name: str, content: bytes, words: str
) -> None:
    customer = make_customer(organization)
    with pytest.raises(ValidationError, match=words):
        documents.add_document(
            organization=organization,
            customer_id=customer.pk,
            invoice_id=None,
            name=name,
            chunks=[content],
            by=alice,
            now=NOW,
        )
    assert not list(documents.documents_dir().rglob("*.*"))


def test_a_document_is_kept_and_removed(
    organization: Organization, alice: User, django_capture_on_commit_callbacks: Any
) -> None:
    document = documents.add_document(
        organization=organization,
        customer_id=make_customer(organization).pk,
        invoice_id=None,
        name="../../Order 7.pdf",
        chunks=[b"%PDF-1.7 ", b"rest"],
        by=alice,
        now=NOW,
    )
    path = documents.file_of(document)
    assert path is not None
    assert (document.name, document.size, path.read_bytes()) == ("Order 7.pdf", 13, b"%PDF-1.7 rest")
    with django_capture_on_commit_callbacks(execute=True):
        documents.remove_document(organization=organization, document_id=document.pk, by=alice)
    assert documents.file_of(document) is None
