"""Addresses that nothing more goes to: contacts are removed, corrected, merged and imported again."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from dunwell.followup.models import Action, Notice
from dunwell.ledger.imports.files import look_at
from dunwell.ledger.imports.inspection import inspect
from dunwell.ledger.imports.mapping import Mapping
from dunwell.ledger.imports.services import import_file
from dunwell.ledger.models import ChannelChoice, Contact, Customer, DoNotContact, Invoice
from dunwell.ledger.services import addresses, contacts
from dunwell.ledger.services.do_not_contact import lift
from dunwell.ledger.services.phones import look_at_phones
from dunwell.ledger.services.undo import undo_context
from dunwell.messaging.services.replies import keep_sms
from dunwell.organizations.models import User
from dunwell.organizations.recording import recorded
from dunwell.workflows.merge_customers import merge
from tests import worlds
from tests.invariants import DAY
from tests.scenarios.story import Story
from tests.tenants import history_is_true
from tests.worlds import NOW, TODAY

EMAIL, NUMBER = "anna@harbor.example", "+491711234567"


@pytest.fixture
def invoice(story: Story, customer: Customer) -> Invoice:
    """Harbor & Pine is late, and Anna gets their reminders."""
    customer.contacts.update(name="Anna", email=EMAIL, phone="0171 1234567")
    Customer.objects.filter(pk=customer.pk).update(country="DE")
    look_at_phones(organization_id=story.organization.pk)
    return worlds.make_invoice(customer, due_on=TODAY - 3 * DAY, number="N-1")


def person(customer: Customer) -> Contact:
    return Contact.objects.get(customer=customer)


def remove(story: Story, contact: Contact, by: User) -> None:
    contacts.remove_contact(organization=story.organization, contact_id=contact.pk, by=by, now=NOW)


def tomorrows_file(story: Story, tmp_path: Any, *, email: str = EMAIL, phone: str = "") -> None:
    """The accounting program still has the address."""
    path = tmp_path / "book.csv"
    head = "Customer number,Customer,E-mail,Phone,Invoice,Invoice date,Due date,Total\n"
    number = Customer.objects.get(name="Harbor & Pine").number
    path.write_text(f"{head}{number},Harbor & Pine,{email},{phone},N-2,{TODAY - 40 * DAY},{TODAY - 9 * DAY},50\n")
    mapping = Mapping(scope="adds")
    facts = look_at(path, encoding=mapping.encoding, delimiter=mapping.delimiter)
    inspection = inspect(facts, mapping=mapping, base_currency="EUR")
    import_file(organization=story.organization, inspection=inspection, as_of=TODAY, now=NOW)
    look_at_phones(organization_id=story.organization.pk)


def opt_out(story: Story, contact: Contact, *, channel: str = "email") -> None:
    addresses.keep_choice(
        organization=story.organization, contact_id=contact.pk, channel=channel, said="opted_out", source="page",
        now=NOW, detail="enough",
    )  # fmt: skip


def test_an_address_that_does_not_exist_is_not_written_to_when_the_file_brings_it_again(
    story: Story, customer: Customer, invoice: Invoice, anna: User, tmp_path: Any
) -> None:
    story.smtp.script.by_recipient[EMAIL].append("rcpt-unknown")
    story.run(TODAY)
    remembered = DoNotContact.objects.get()
    assert (remembered.address, remembered.why, remembered.name) == (EMAIL, "refused", "Anna, Harbor & Pine")
    assert "No such user here" in remembered.detail
    remove(story, person(customer), anna)
    tomorrows_file(story, tmp_path, email=EMAIL.upper())
    again = person(customer)
    assert (again.email_refused_at, again.email_refused_reason) == (remembered.since, remembered.detail)
    asked = len(story.smtp.taken)
    story.run(TODAY + DAY)
    assert len(story.smtp.taken) == asked
    assert set(Action.objects.filter(state="waiting").values_list("reason", flat=True)) == {"no_address"}

    # A person says that it is right after all, and it stays so
    addresses.confirm_address(
        organization_id=story.organization.pk, contact_id=again.pk, user_id=anna.pk, now=NOW + DAY
    )
    assert not DoNotContact.objects.exists()
    story.run(TODAY + 2 * DAY)
    assert EMAIL.upper() in story.smtp.taken[-1].mail["To"]
    history_is_true(story.organization)


def test_a_corrected_address_stays_corrected_and_the_old_one_refused(
    story: Story, customer: Customer, invoice: Invoice, anna: User, tmp_path: Any
) -> None:
    addresses.refuse_address(
        organization_id=story.organization.pk, customer_id=customer.pk, channel="email", address=EMAIL, reason="Gone.",
        now=NOW,
    )  # fmt: skip
    values: dict[str, Any] = {"name": "Anna", "role": "billing", "phone": "", "language": "", "is_primary": True}
    contacts.edit_contact(
        organization=story.organization, contact_id=person(customer).pk, by=anna, now=NOW, email="new@harbor.example",
        **values,
    )  # fmt: skip
    assert person(customer).email_refused_at is None
    tomorrows_file(story, tmp_path)
    assert (person(customer).email, person(customer).email_refused_reason) == (EMAIL, "Gone.")


def test_who_opted_out_is_known_again_by_hand_and_by_file(
    story: Story, customer: Customer, invoice: Invoice, anna: User, tmp_path: Any
) -> None:
    opt_out(story, person(customer))
    opt_out(story, person(customer), channel="letter")
    remove(story, person(customer), anna)
    assert not ChannelChoice.objects.exists()
    tomorrows_file(story, tmp_path)
    kept = ChannelChoice.objects.order_by("channel")
    assert [(choice.channel, choice.said, choice.source, choice.said_at, choice.detail) for choice in kept] == [
        ("email", "opted_out", "page", NOW, "enough"),
        ("letter", "opted_out", "page", NOW, "enough"),
    ]
    story.run(TODAY)
    assert not Notice.objects.exists()

    # At another customer it is the same person; at another organization nobody is told
    elsewhere = worlds.make_customer(story.organization, "Another", email=EMAIL.title())
    assert ChannelChoice.objects.filter(contact__customer=elsewhere).count() == 2
    stranger = worlds.make_customer(worlds.make_organization("southlight"), email=EMAIL)
    assert not ChannelChoice.objects.filter(contact__customer=stranger).exists()
    history_is_true(story.organization)


def test_another_address_of_somebody_who_opted_out_is_remembered_too(
    story: Story, customer: Customer, invoice: Invoice, anna: User, tmp_path: Any
) -> None:
    opt_out(story, person(customer))
    tomorrows_file(story, tmp_path, email="other@harbor.example")
    remove(story, person(customer), anna)
    for email in ("other@harbor.example", EMAIL):
        there = worlds.make_customer(story.organization, email=email)
        assert ChannelChoice.objects.get(contact__customer=there).said == "opted_out"


def test_stop_holds_for_the_number_however_it_is_written(
    story: Story, customer: Customer, invoice: Invoice, anna: User, tmp_path: Any
) -> None:
    def says(words: str, name: str) -> None:
        keep_sms(
            organization=story.organization, sender=NUMBER, recipient="+4930", body=words, provider_id=name, now=NOW
        )

    says("STOP", "SM1")
    remove(story, person(customer), anna)
    tomorrows_file(story, tmp_path, email="", phone="+49 (171) 123 45 67")
    assert ChannelChoice.objects.get().detail == "STOP"
    # From a number that is nobody's any more
    remove(story, person(customer), anna)
    says("START", "SM2")
    assert not DoNotContact.objects.exists()
    says("STOP", "SM3")
    tomorrows_file(story, tmp_path, email="", phone="0171/1234567")
    assert ChannelChoice.objects.get().said == "opted_out"


def test_a_bounce_that_comes_after_the_contact_was_removed_is_remembered(
    story: Story, customer: Customer, invoice: Invoice, anna: User
) -> None:
    remove(story, person(customer), anna)
    addresses.refuse_address(
        organization_id=story.organization.pk, customer_id=customer.pk, channel="email", address=EMAIL, reason="Gone.",
        now=NOW,
    )  # fmt: skip
    assert person(worlds.make_customer(story.organization, email=EMAIL)).email_refused_reason == "Gone."


def test_somebody_elses_number_is_not_called_again(
    story: Story, customer: Customer, invoice: Invoice, anna: User
) -> None:
    with recorded(user=anna.pk):
        contacts.refuse_phone(organization_id=story.organization.pk, contact_id=person(customer).pk, now=NOW)
    remove(story, person(customer), anna)
    there = worlds.make_customer(story.organization)
    there.contacts.update(phone="0171 1234567")
    assert person(there).phone_refused_at == NOW


def test_whoever_agrees_again_is_off_the_list(story: Story, customer: Customer, invoice: Invoice, anna: User) -> None:
    opt_out(story, person(customer))
    addresses.keep_choices(
        organization=story.organization, contact_id=person(customer).pk, said={"email": "agreed"}, how="on the phone",
        by=anna, now=NOW + DAY,
    )  # fmt: skip
    assert not DoNotContact.objects.exists()
    opt_out(story, person(customer))
    # What was noted by mistake was never said
    addresses.keep_choices(
        organization=story.organization, contact_id=person(customer).pk, said={"email": ""}, how="", by=anna, now=NOW
    )
    assert not DoNotContact.objects.exists()


def test_merging_keeps_the_refusal_of_an_address_that_both_had(
    story: Story, customer: Customer, invoice: Invoice, anna: User
) -> None:
    other = worlds.make_customer(story.organization, "Harbor and Pine", email=EMAIL)
    addresses.refuse_address(
        organization_id=story.organization.pk, customer_id=other.pk, channel="email", address=EMAIL, reason="Gone.",
        now=NOW,
    )  # fmt: skip
    assert person(customer).email_refused_at is None
    merge(organization=story.organization, source_id=other.pk, target_id=customer.pk, by=anna, now=NOW)
    assert person(customer).email_refused_reason == "Gone."


def test_undo_takes_the_list_along(story: Story, customer: Customer, invoice: Invoice, anna: User) -> None:
    """What followed by itself goes and comes with what it followed from, once."""
    with recorded(user=anna.pk) as noted:
        opt_out(story, person(customer))
    undo_context(organization=story.organization, context_id=noted.id, by=anna, now=NOW)
    assert not DoNotContact.objects.exists()
    opt_out(story, person(customer))
    with recorded(user=anna.pk) as removed:
        remove(story, person(customer), anna)
    undo_context(organization=story.organization, context_id=removed.id, by=anna, now=NOW)
    assert ChannelChoice.objects.get().contact == person(customer)
    assert DoNotContact.objects.count() == 1
    history_is_true(story.organization)


def test_a_person_lifts_what_is_nobodys_and_settles_the_rest_with_the_contact(
    story: Story, customer: Customer, invoice: Invoice, anna: User
) -> None:
    opt_out(story, person(customer))
    (listed,) = DoNotContact.objects.values_list("pk", flat=True)
    assert lift(organization=story.organization, ids=[listed], by=anna) == 0
    remove(story, person(customer), anna)
    assert lift(organization=worlds.make_organization("southlight"), ids=[listed], by=anna) == 0
    assert lift(organization=story.organization, ids=[listed], by=anna) == 1
    there = worlds.make_customer(story.organization, email=EMAIL)
    assert not ChannelChoice.objects.filter(contact__customer=there).exists()
    assert DoNotContact.pgh_event_model.objects.filter(pgh_label="delete").get().pgh_context is not None  # type: ignore[attr-defined]


def test_many_at_once_are_known_again(story: Story, customer: Customer, invoice: Invoice) -> None:
    opt_out(story, person(customer))
    others = [worlds.make_customer(story.organization) for _ in range(3)]
    Contact.objects.bulk_create(
        Contact(organization=story.organization, customer=other, email=EMAIL if number else "free@x.example")
        for number, other in enumerate(others)
    )
    assert ChannelChoice.objects.filter(contact__customer__in=others).count() == 2


def test_dates_are_kept_with_the_newest_word(story: Story, customer: Customer, invoice: Invoice) -> None:
    opt_out(story, person(customer))
    later = NOW + dt.timedelta(days=9)
    addresses.keep_choice(
        organization=story.organization, contact_id=person(customer).pk, channel="email", said="opted_out",
        source="reply", now=later,
    )  # fmt: skip
    assert (DoNotContact.objects.get().since, DoNotContact.objects.get().source) == (later, "reply")
