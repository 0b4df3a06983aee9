"""Entries by hand in the browser's eyes: what is saved, what is refused beside its field, who may, and the way back."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from dunwell.followup.models import Action, CustomerBalance, Notice, NoticeState
from dunwell.ledger.models import Allocation, Contact, Customer, Document, Hold, Invoice, Note, Payment, WriteOff
from dunwell.organizations.models import Organization, User
from tests import worlds
from tests.web.conftest import Desk

Browse = Callable[..., Client]
DAY = dt.timedelta(days=1)


def customer_fields(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {"name": "Blue Kite", "number": "K-1", "country": "DE", "language": "", "owner": ""}
    return {**values, "time_zone": "", "terms_days": "14", "tags": "print, Print", **changes}


def undo_of(client: Client, address: str) -> dict[str, str]:
    """What the latest Undo button on a page would send."""
    page = client.get(address).content.decode()
    found = re.findall(r'name="change" value="([^"]+)"', page)
    assert found, "there is no Undo"
    return {"change": found[-1], "back": address}


def test_a_customer_is_added_edited_and_taken_back(desk: Desk, owner: Client) -> None:
    made = owner.post(desk.url("customers/new/"), customer_fields())
    customer = Customer.objects.get(name="Blue Kite")
    assert made["Location"] == desk.url(f"customers/{customer.pk}/contacts/new/")
    assert customer.tags == ["print"]
    address = desk.url(f"customers/{customer.pk}/")
    change = undo_of(owner, made["Location"])
    assert b"Blue Kite" in owner.get(address).content
    back = owner.post(desk.url("undo/"), change)
    assert back["Location"] == desk.url("customers/")
    assert not Customer.objects.filter(name="Blue Kite").exists()


def test_errors_stand_beside_their_fields_and_the_input_stays(desk: Desk, owner: Client) -> None:
    worlds.make_customer(desk.organization, number="K-1")
    response = owner.post(desk.url("customers/new/"), customer_fields(terms_days="-3"))
    page = response.content.decode()
    assert response.status_code == 422
    assert re.search(r'id="id_terms_days"[^>]*aria-invalid="true"', page) or "id_terms_days_error" in page
    assert 'value="Blue Kite"' in page
    page = owner.post(desk.url("customers/new/"), customer_fields()).content.decode()
    assert "Another customer has this number already." in page
    assert 'id="id_number_error"' in page


def test_a_colleagues_change_is_not_overwritten(desk: Desk, browse: Browse) -> None:
    anna = worlds.make_user(organization=desk.organization, name="Anna Berg")
    mine, theirs = browse(), browse(anna)
    address = desk.url(f"customers/{desk.customer.pk}/edit/")
    version = re.search(r'name="version" value="(\d+)"', mine.get(address).content.decode())
    assert version is not None
    theirs.post(address, customer_fields(name="Harbor & Elm", number=desk.customer.number))
    wanted = customer_fields(name="Harbor & Oak", number=desk.customer.number, version=version[1])
    response = mine.post(address, wanted)
    page = response.content.decode()
    assert response.status_code == 422
    assert "Anna Berg changed name from “Harbor &amp; Pine” to “Harbor &amp; Elm”" in page
    assert 'value="Harbor &amp; Oak"' in page
    desk.customer.refresh_from_db()
    assert desk.customer.name == "Harbor & Elm"
    seen = re.search(r'name="version" value="(\d+)"', page)
    assert seen is not None
    mine.post(address, {**wanted, "version": seen[1]})
    desk.customer.refresh_from_db()
    assert desk.customer.name == "Harbor & Oak"


def test_archiving_says_what_stands_against_it(desk: Desk, owner: Client) -> None:
    address = desk.url(f"customers/{desk.customer.pk}/")
    owner.post(desk.url(f"customers/{desk.customer.pk}/archive/"))
    assert b"2 invoices are still open" in owner.get(address).content
    free = worlds.make_customer(desk.organization)
    owner.post(desk.url(f"customers/{free.pk}/archive/"))
    page = owner.get(desk.url(f"customers/{free.pk}/")).content
    assert b"<strong>Archived</strong>" in page
    assert free.name.encode() not in owner.get(desk.url("customers/")).content


def test_people_are_added_made_primary_and_removed(desk: Desk, owner: Client) -> None:
    fields = {"name": "Eva", "role": "billing", "email": "eva@h.example", "phone": "", "language": ""}
    address = desk.url(f"customers/{desk.customer.pk}/contacts/new/")
    assert owner.post(address, {**fields, "email": "eva"}).status_code == 422
    owner.post(address, fields)
    eva = Contact.objects.get(name="Eva")
    owner.post(desk.url(f"contacts/{eva.pk}/primary/"))
    # What was written to the other address is written anew to Eva
    assert Notice.objects.get(customer=desk.customer).recipient == "eva@h.example"
    owner.post(desk.url(f"contacts/{eva.pk}/remove/"))
    assert not Contact.objects.filter(name="Eva").exists()
    owner.post(desk.url("undo/"), undo_of(owner, desk.url(f"customers/{desk.customer.pk}/")))
    assert Contact.objects.get(name="Eva").is_primary
    assert Contact.objects.filter(customer=desk.customer, is_primary=True).count() == 1


def invoice_fields(desk: Desk, **changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {"number": "R-1", "total": "119.00", "currency": "EUR", "description": "Banner"}
    days = {"issued_on": (desk.today - 40 * DAY).isoformat(), "due_on": (desk.today - 10 * DAY).isoformat()}
    return {**values, **days, "payment_url": "", **changes}


def test_an_invoice_joins_the_reminder(desk: Desk, owner: Client) -> None:
    made = owner.post(desk.url(f"customers/{desk.customer.pk}/invoices/new/"), invoice_fields(desk))
    invoice = Invoice.objects.get(number="R-1")
    assert made["Location"] == desk.url(f"invoices/{invoice.pk}/")
    notice = Notice.objects.get(customer=desk.customer)
    assert "R-1" in notice.body_text
    assert notice.amount == Decimal("360.00")
    owner.post(desk.url("undo/"), undo_of(owner, made["Location"]))
    assert not Invoice.objects.filter(number="R-1").exists()
    assert Notice.objects.get(customer=desk.customer).amount == 241
    assert not Action.objects.filter(invoice=invoice.pk).exists()


def test_what_was_sent_changes_only_by_credit_or_void(desk: Desk, owner: Client) -> None:
    Notice.objects.update(state=NoticeState.SENT)
    address = desk.url(f"invoices/{desk.invoice.pk}/edit/")
    page = owner.get(address).content.decode()
    assert "The customer has had a reminder of this invoice." in page
    assert "only by a credit note, or by voiding it" in page
    assert re.search(r'name="total"[^>]*disabled', page)
    owner.post(address, invoice_fields(desk, number="other", total="1"))
    desk.invoice.refresh_from_db()
    assert (desk.invoice.total, desk.invoice.description) == (Decimal("120.5"), "Banner")
    owner.post(desk.url(f"invoices/{desk.invoice.pk}/void/"), {"on": desk.today.isoformat(), "reason": "Billed twice"})
    desk.invoice.refresh_from_db()
    assert desk.invoice.status == "void"
    assert b"Billed twice" in owner.get(desk.url(f"invoices/{desk.invoice.pk}/")).content


def test_drafts_are_kept_issued_and_deleted(desk: Desk, owner: Client) -> None:
    address = desk.url(f"customers/{desk.customer.pk}/invoices/new/")
    owner.post(address, {**invoice_fields(desk), "draft": "1"})
    draft = Invoice.objects.get(number="R-1")
    assert draft.status == "draft"
    assert b"In draft:" in owner.get(desk.url(f"customers/{desk.customer.pk}/")).content
    owner.post(desk.url(f"invoices/{draft.pk}/issue/"))
    draft.refresh_from_db()
    assert draft.status == "open"
    owner.post(desk.url(f"invoices/{draft.pk}/delete/"))
    assert b"Only a draft can be deleted" in owner.get(desk.url(f"invoices/{draft.pk}/")).content


def test_half_is_paid_and_the_rest_is_asked_for(desk: Desk, owner: Client) -> None:
    other = Invoice.objects.filter(customer=desk.customer).exclude(pk=desk.invoice.pk).get()
    address = desk.url(f"customers/{desk.customer.pk}/payments/new/")
    fields = {"amount": "60,25", "currency": "EUR", "on": desk.today.isoformat(), "state": "arrived", "method": ""}
    assert owner.post(address, {**fields, "reference": "SEPA 1"}).status_code == 422  # English: 60,25 is no amount
    Organization.objects.update(locale="de_DE")
    proposal = owner.get(desk.url(f"customers/{desk.customer.pk}/payments/proposal/?amount=150&currency=EUR"))
    assert re.findall(r'name="invoice_(\d+)" value="([\d.]+)"', proposal.content.decode()) == [
        (str(desk.invoice.pk), "120.50"),
        (str(other.pk), "29.50"),
    ]
    too_much = {f"invoice_{desk.invoice.pk}": "500", f"invoice_{other.pk}": ""}
    page = owner.post(address, {**fields, **too_much, "reference": "SEPA 1"})
    assert page.status_code == 422
    assert b"more than is left" in page.content
    parts = {f"invoice_{desk.invoice.pk}": "60,25", f"invoice_{other.pk}": ""}
    made = owner.post(address, {**fields, **parts, "reference": "SEPA 1"})
    payment = Payment.objects.get()
    assert made["Location"] == desk.url(f"payments/{payment.pk}/")
    assert Notice.objects.get(customer=desk.customer).amount == Decimal("180.75")
    assert CustomerBalance.objects.get(customer=desk.customer).outstanding == Decimal("180.75")
    twice = owner.post(address, {**fields, **parts, "reference": "SEPA 1"})
    assert b"A payment with this reference has been recorded already." in twice.content
    entry = Allocation.objects.get()
    owner.post(desk.url(f"allocations/{entry.pk}/take-back/"), {"back": made["Location"]})
    owner.post(desk.url("undo/"), undo_of(owner, made["Location"]))
    entry.refresh_from_db()
    assert entry.reversed_on is None
    owner.post(desk.url(f"payments/{payment.pk}/reverse/"), {"on": desk.today.isoformat(), "reason": "Returned"})
    payment.refresh_from_db()
    assert payment.status == "failed"
    assert Notice.objects.get(customer=desk.customer).amount == 241


def test_without_script_the_oldest_is_settled_first(desk: Desk, owner: Client) -> None:
    address = desk.url(f"customers/{desk.customer.pk}/payments/new/")
    fields = {"amount": "200", "currency": "eur", "on": desk.today.isoformat(), "state": "arrived"}
    owner.post(address, {**fields, "reference": "", "method": ""})
    assert sorted(Allocation.objects.values_list("amount", flat=True)) == [Decimal("79.5"), Decimal("120.5")]


def test_unused_credit_is_shown_and_used(desk: Desk, owner: Client) -> None:
    note = worlds.make_credit_note(desk.customer, 50)
    page = owner.get(desk.url(f"customers/{desk.customer.pk}/")).content.decode()
    assert f"/credit-notes/{note.pk}/apply/" in page
    response = owner.post(
        desk.url(f"credit-notes/{note.pk}/apply/"),
        {"on": desk.today.isoformat(), f"invoice_{desk.invoice.pk}": "50"},
    )
    assert response.status_code == 302
    note.refresh_from_db()
    assert note.unapplied == 0
    assert "take them back first" in owner.post(
        desk.url(f"credit-notes/{note.pk}/void/"), {"on": desk.today.isoformat(), "reason": "Wrong"}
    ).content.decode()  # fmt: skip
    made = owner.post(
        desk.url(f"customers/{desk.customer.pk}/credit-notes/new/?invoice={desk.invoice.pk}"),
        {"number": "G-9", "total": "10", "currency": "EUR", "issued_on": desk.today.isoformat(), "description": ""},
    )
    assert made.status_code == 302
    desk.invoice.refresh_from_db()
    assert desk.invoice.balance == Decimal("60.5")


def test_a_dispute_rests_one_invoice_and_releasing_wakes_it(desk: Desk, owner: Client) -> None:
    address = desk.url(f"invoices/{desk.invoice.pk}/hold/")
    fields = {"starts_on": desk.today.isoformat(), "ends_on": "", "note": "The banner never ran.", "amount": ""}
    assert owner.post(address, {**fields, "reason": ""}).status_code == 422
    owner.post(address, {**fields, "reason": "dispute"})
    assert Notice.objects.get(customer=desk.customer).amount == Decimal("120.5")
    hold = Hold.objects.get()
    page = owner.get(desk.url(f"invoices/{desk.invoice.pk}/")).content.decode()
    assert "The banner never ran." in page
    later = (desk.today + 7 * DAY).isoformat()
    owner.post(desk.url(f"holds/{hold.pk}/change/"), {"ends_on": later, "note": "Until Friday"})
    hold.refresh_from_db()
    assert hold.ends_on == desk.today + 7 * DAY
    owner.post(desk.url(f"holds/{hold.pk}/release/"))
    assert Notice.objects.get(customer=desk.customer).amount == 241
    assert "Earlier holds" in owner.get(desk.url(f"invoices/{desk.invoice.pk}/")).content.decode()


def test_more_time_and_its_history(desk: Desk, owner: Client) -> None:
    address = desk.url(f"invoices/{desk.invoice.pk}/extend/")
    response = owner.post(address, {"new_due_on": (desk.today - 60 * DAY).isoformat(), "note": ""})
    assert response.status_code == 422
    owner.post(address, {"new_due_on": (desk.today + 14 * DAY).isoformat(), "note": "Agreed with Eva"})
    desk.invoice.refresh_from_db()
    assert desk.invoice.due_on == desk.today + 14 * DAY
    page = desk.url(f"invoices/{desk.invoice.pk}/")
    change = undo_of(owner, page)
    assert "Agreed with Eva" in owner.get(page).content.decode()
    owner.post(desk.url("undo/"), change)
    desk.invoice.refresh_from_db()
    assert desk.invoice.due_on == desk.today - 9 * DAY


def test_a_part_is_written_off_and_taken_up_again(desk: Desk, owner: Client) -> None:
    owner.post(
        desk.url(f"invoices/{desk.invoice.pk}/write-off/"),
        {"amount": "20.50", "on": desk.today.isoformat(), "reason": "Rounding"},
    )
    desk.invoice.refresh_from_db()
    assert desk.invoice.balance == 100
    owner.post(desk.url(f"write-offs/{WriteOff.objects.get().pk}/reverse/"))
    desk.invoice.refresh_from_db()
    assert desk.invoice.balance == Decimal("120.5")


def test_notes_stand_on_the_timeline(desk: Desk, owner: Client) -> None:
    fields = {"kind": "call", "text": "Pays on <Friday>", "spoke_with": "Eva", "happened_at": f"{desk.today}T00:01"}
    assert owner.post(desk.url(f"invoices/{desk.invoice.pk}/notes/new/"), {**fields, "text": " "}).status_code == 422
    owner.post(desk.url(f"invoices/{desk.invoice.pk}/notes/new/"), fields)
    page = owner.get(desk.url(f"customers/{desk.customer.pk}/")).content.decode()
    assert f"Call with Eva about invoice {desk.invoice.number}" in page
    assert "Pays on &lt;Friday&gt;" in page
    assert "Pays on &lt;Friday&gt;" in owner.get(desk.url(f"invoices/{desk.invoice.pk}/")).content.decode()
    note = Note.objects.get()
    owner.post(desk.url(f"notes/{note.pk}/edit/"), {**fields, "text": "Pays on Monday"})
    owner.post(desk.url(f"notes/{note.pk}/remove/"))
    assert not Note.objects.exists()


def test_documents_are_handed_out_as_downloads_to_members_only(
    desk: Desk, owner: Client, browse: Browse, charlie: User
) -> None:
    address = desk.url(f"customers/{desk.customer.pk}/documents/new/")
    page = owner.post(address, {"file": SimpleUploadedFile("page.html", b"<script>alert(1)</script>")})
    assert page.status_code == 422
    assert b"Files of this kind are not kept" in page.content
    owner.post(address, {"file": SimpleUploadedFile("Order 7.pdf", b"%PDF-1.7 order")})
    document = Document.objects.get()
    response: Any = browse("viewer").get(desk.url(f"documents/{document.pk}/"))
    assert b"".join(response.streaming_content) == b"%PDF-1.7 order"
    assert response["Content-Disposition"] == 'attachment; filename="Order 7.pdf"'
    assert (response["X-Content-Type-Options"], response["Content-Security-Policy"]) == ("nosniff", "sandbox")
    assert browse(charlie).get(desk.url(f"documents/{document.pk}/")).status_code == 404
    assert browse("viewer").post(desk.url(f"documents/{document.pk}/remove/")).status_code == 403
    owner.post(desk.url(f"documents/{document.pk}/remove/"))
    assert not Document.objects.exists()


def test_an_undo_is_for_who_did_it_and_only_while_nobody_built_on_it(desk: Desk, owner: Client, browse: Browse) -> None:
    address = desk.url(f"customers/{desk.customer.pk}/")
    owner.post(
        desk.url(f"customers/{desk.customer.pk}/hold/"),
        {"reason": "manual", "starts_on": desk.today.isoformat(), "ends_on": "", "note": ""},
    )
    change = undo_of(owner, address)
    assert browse().post(desk.url("undo/"), change).status_code == 403
    assert owner.post(desk.url("undo/"), {**change, "change": change["change"] + "x"}).status_code == 302
    owner.post(desk.url(f"holds/{Hold.objects.get().pk}/release/"))
    owner.post(desk.url("undo/"), change)
    assert b"1 hold changed since" in owner.get(address).content
    assert Hold.objects.get().released_on == desk.today


OTHERS = (
    "customers/{customer}/edit/",
    "customers/{customer}/merge/",
    "customers/{customer}/contacts/new/",
    "customers/{customer}/invoices/new/",
    "customers/{customer}/payments/new/",
    "customers/{customer}/credit-notes/new/",
    "customers/{customer}/hold/",
    "customers/{customer}/notes/new/",
    "customers/{customer}/documents/new/",
    "contacts/{contact}/edit/",
    "invoices/{invoice}/edit/",
    "invoices/{invoice}/void/",
    "invoices/{invoice}/write-off/",
    "invoices/{invoice}/extend/",
    "invoices/{invoice}/hold/",
    "payments/{payment}/apply/",
    "payments/{payment}/refund/",
    "holds/{hold}/change/",
)
POSTED = (
    "customers/{customer}/archive/",
    "contacts/{contact}/remove/",
    "contacts/{contact}/primary/",
    "invoices/{invoice}/issue/",
    "invoices/{invoice}/delete/",
    "allocations/{allocation}/take-back/",
    "holds/{hold}/release/",
)


@pytest.fixture
def numbers(desk: Desk) -> dict[str, int]:
    worlds.make_payment(desk.customer, 10, towards=desk.invoice)
    hold = worlds.make_hold(desk.customer)
    return {
        "customer": desk.customer.pk,
        "contact": Contact.objects.get().pk,
        "invoice": desk.invoice.pk,
        "payment": Payment.objects.get().pk,
        "allocation": Allocation.objects.get().pk,
        "hold": hold.pk,
    }


def test_another_organizations_rows_cannot_be_touched(
    desk: Desk, numbers: dict[str, int], other_organization: Organization, charlie: User, browse: Browse
) -> None:
    client = browse(charlie)
    for path in OTHERS:
        address = f"/o/{other_organization.slug}/{path.format(**numbers)}"
        assert (client.get(address).status_code, client.post(address).status_code) == (404, 404), path
    for path in POSTED:
        assert client.post(f"/o/{other_organization.slug}/{path.format(**numbers)}").status_code == 404, path


def test_a_viewer_enters_nothing_and_is_offered_nothing(desk: Desk, numbers: dict[str, int], browse: Browse) -> None:
    client = browse("viewer")
    for path in (*OTHERS, *POSTED):
        assert client.post(desk.url(path.format(**numbers))).status_code == 403, path
    for page in (f"customers/{desk.customer.pk}/", f"invoices/{desk.invoice.pk}/", f"payments/{numbers['payment']}/"):
        content = client.get(desk.url(page)).content.decode()
        for word in ("/edit/", "/hold/", "/new/", "/release/", "/take-back/", "/refund/", "Undo"):
            assert word not in content, (page, word)


def test_an_account_manager_enters_for_own_customers_only(desk: Desk, browse: Browse) -> None:
    manager = worlds.make_user(organization=desk.organization, role="account_manager")
    client = browse(manager)
    address = desk.url(f"customers/{desk.customer.pk}/notes/new/")
    assert client.get(address).status_code == 404
    Customer.objects.filter(pk=desk.customer.pk).update(owner=manager)
    assert client.get(address).status_code == 200
    assert client.get(desk.url(f"customers/{desk.customer.pk}/payments/new/")).status_code == 403
    client.post(desk.url("customers/new/"), customer_fields(owner=""))
    assert Customer.objects.get(name="Blue Kite").owner == manager
