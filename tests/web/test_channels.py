"""A customer's channels in the browser: consent, opt-out, preference, address, and what was refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client
from django.utils import timezone

from dunwell.ledger.models import ChannelChoice, Contact, Customer, DoNotContact
from dunwell.ledger.services import phones
from dunwell.ledger.services.addresses import refuse_address
from dunwell.ledger.services.phones import sms_number
from dunwell.messaging.models import Message
from dunwell.messaging.services.replies import keep_sms
from dunwell.messaging.services.reports import DeliveryReport
from dunwell.workflows.merge_customers import merge
from dunwell.workflows.reports import take_report
from tests import worlds
from tests.web.conftest import Desk


def test_consent_and_opt_out_are_kept_with_source_and_shown(owner: Client, desk: Desk) -> None:
    contact = desk.customer.contacts.get()
    at = desk.url(f"contacts/{contact.pk}/channels/")
    assert owner.get(at).status_code == 200
    assert owner.post(at, {"sms": "agreed", "email": "", "letter": "", "how": "on the phone"}).status_code == 302
    choice = ChannelChoice.objects.get()
    assert (choice.said, choice.source, choice.detail) == ("agreed", "staff", "on the phone")
    assert choice.by is not None
    first = choice.said_at
    assert owner.post(at, {"sms": "agreed", "email": "opted_out", "how": "by letter"}).status_code == 302
    choice.refresh_from_db()
    assert (choice.said_at, choice.detail) == (first, "on the phone"), "what did not change keeps its source"
    page = owner.get(desk.url(f"customers/{desk.customer.pk}/")).content.decode()
    assert "Agreed to SMS" in page
    assert "Wants no E-mail" in page
    assert "“by letter”" in page
    assert owner.post(at, {"sms": "", "email": "opted_out"}).status_code == 302
    assert list(ChannelChoice.objects.values_list("channel", flat=True)) == ["email"]


def test_preference_and_address_are_edited(owner: Client, desk: Desk) -> None:
    at = desk.url(f"customers/{desk.customer.pk}/edit/")
    values = {key: value or "" for key, value in owner.get(at).context["form"].initial.items()}
    values |= {
        "preferred_channel": "sms",
        "address_line_1": " Hafenstraße  1 ",
        "postal_code": "20457",
        "city": "Hamburg",
    }
    assert owner.post(at, values).status_code == 302
    customer = Customer.objects.get(pk=desk.customer.pk)
    assert (customer.preferred_channel, customer.address_line_1) == ("sms", "Hafenstraße 1")
    page = owner.get(desk.url(f"customers/{customer.pk}/")).content.decode()
    assert "Reached best by" in page
    assert "20457 Hamburg" in page


def test_what_was_refused_is_said_and_can_be_confirmed(owner: Client, desk: Desk) -> None:
    customer = worlds.reach_everywhere(desk.customer)
    contact = customer.contacts.get()
    addresses = {"sms": contact.sms_number, "letter": "Hafenstraße 1\n\n20457\nHamburg\n\nDE"}
    for channel, address in addresses.items():
        refused = refuse_address(
            organization_id=customer.organization_id, customer_id=customer.pk, channel=channel, address=address or "",
            reason="It came back.", now=timezone.now(),
        )  # fmt: skip
        assert refused == 1
    page = owner.get(desk.url(f"customers/{customer.pk}/")).content.decode()
    assert "No SMS since" in page
    assert "No letters since" in page
    assert owner.post(desk.url(f"contacts/{contact.pk}/confirm/"), {"channel": "sms"}).status_code == 302
    assert owner.post(desk.url(f"customers/{customer.pk}/letters/confirm/")).status_code == 302
    contact.refresh_from_db()
    customer.refresh_from_db()
    assert (contact.sms_refused_at, contact.sms_refused_reason, customer.address_refused_at) == (None, "", None)
    Contact.objects.filter(pk=contact.pk).update(sms_refused_at=timezone.now())
    contact.phone = "+49 171 7654321"
    contact.save()
    contact.refresh_from_db()
    assert contact.sms_refused_at is None, "a refusal is the old number's"


def test_a_letter_to_the_old_address_says_nothing_of_the_new_one(desk: Desk) -> None:
    customer = worlds.reach_everywhere(desk.customer)
    letter: dict[str, Any] = {
        "organization_id": customer.organization_id,
        "customer_id": customer.pk,
        "channel": "letter",
    }
    for address in ("Alte Gasse 9\n\n20457\nHamburg\n\nDE", "Hafenstraße 1\n\n20457\nHamburg\n\nFR", ""):
        assert refuse_address(**letter, address=address, reason="It came back.", now=timezone.now()) == 0
    Customer.objects.filter(pk=customer.pk).update(country="")
    own = f"Hafenstraße 1\n\n20457\nHamburg\n\n{desk.organization.country}"
    assert refuse_address(**letter, address=own, reason="It came back.", now=timezone.now()) == 1


def test_a_phone_that_changed_meanwhile_does_not_get_the_number_of_the_old_one(desk: Desk) -> None:
    contact = desk.customer.contacts.get()
    Contact.objects.filter(pk=contact.pk).update(phone="+49 171 7654321")
    with connection.cursor() as cursor:
        cursor.execute(phones._STORE, [[contact.pk], ["+49 171 1234567"], ["+491711234567"]])
    contact.refresh_from_db()
    assert contact.sms_number is None
    assert phones.look_at_phones(organization_id=desk.organization.pk) >= 1
    contact.refresh_from_db()
    assert contact.sms_number == "+491717654321"


def test_the_timeline_tells_what_was_reported_and_answered(owner: Client, desk: Desk) -> None:
    message = Message.objects.create(
        organization=desk.organization, customer=desk.customer, channel="sms", recipient="+491711234567", sender="x",
        body_text="B", rfc_message_id="<1>", state="sent", next_attempt_at=timezone.now(), finished_at=timezone.now(),
    )  # fmt: skip
    report = DeliveryReport(
        organization_id=desk.organization.pk, channel="sms", kind="undelivered", at=timezone.now(),
        message_id=message.pk, detail="Unknown destination",
    )  # fmt: skip
    assert take_report(report, now=timezone.now()) is not None
    worlds.reach_everywhere(desk.customer)
    keep_sms(
        organization=desk.organization, provider_id="SM1", sender="+491711234567", recipient="x",
        body="Paid on Monday", now=timezone.now(),
    )  # fmt: skip
    page = owner.get(desk.url(f"customers/{desk.customer.pk}/")).content.decode()
    assert "Unknown destination" in page
    assert "Paid on Monday" in page


def test_who_opted_out_stays_so_when_two_entries_become_one(desk: Desk) -> None:
    somebody = worlds.make_user(organization=desk.organization)
    target = worlds.make_customer(desk.organization, email="same@h.example")
    source = worlds.make_customer(desk.organization, email="Same@h.example")
    for customer, said in ((target, "agreed"), (source, "opted_out")):
        ChannelChoice.objects.create(
            organization=desk.organization, contact=customer.contacts.get(), channel="email", said=said,
            source="staff", said_at=timezone.now(),
        )  # fmt: skip
    merge(organization=desk.organization, source_id=source.pk, target_id=target.pk, by=somebody, now=timezone.now())
    assert ChannelChoice.objects.get(contact__customer=target).said == "opted_out"


def test_numbers_as_people_write_them() -> None:
    assert sms_number("0171 1234567", "DE") == "+491711234567"
    assert sms_number("0049 (171) 123-4567", "") == "+491711234567"
    assert sms_number("+44 7911 123456", "DE") == "+447911123456"
    assert sms_number("(212) 736-5000", "US") == "+12127365000", "nobody can tell a fixed line there"
    for none in ("030 901820", "call my wife", "", "123"):
        assert sms_number(none, "DE") == ""


def test_closed_addresses_are_listed_and_lifted(owner: Client, desk: Desk) -> None:
    contact = desk.customer.contacts.get()
    address = contact.email
    owner.post(desk.url(f"contacts/{contact.pk}/channels/"), {"sms": "", "email": "opted_out", "how": "by letter"})
    at = desk.url("customers/do-not-contact/")
    assert at in owner.get(desk.url("customers/")).content.decode()
    page = owner.get(at).content.decode()
    assert address in page
    assert "Opted out: told us" in page
    assert "by letter" in page
    assert address in owner.get(at, {"now": "theirs", "why": "opted_out", "q": address[3:]}).content.decode()
    lift = desk.url("lists/do_not_contact/bulk/lift/")
    listed = DoNotContact.objects.get()
    assert "somebody’s now" in owner.post(lift, {"row": listed.pk}).content.decode()
    contact.delete()
    assert "nobody’s now" in owner.get(at, {"now": "nobodys"}).content.decode()
    done = owner.post(lift, {"row": listed.pk, "confirmed": "1"}, follow=True)
    assert done.status_code == 200
    assert not DoNotContact.objects.exists()
    assert "No address is closed" in owner.get(at).content.decode()


def test_an_account_manager_does_not_see_everybodys_closed_addresses(desk: Desk, browse: Callable[..., Client]) -> None:
    manager = browse("account_manager")
    assert manager.get(desk.url("customers/do-not-contact/")).status_code == 403
    assert "do-not-contact" not in manager.get(desk.url("customers/")).content.decode()
