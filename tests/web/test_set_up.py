"""The first hour: only who reads the terminal becomes owner, steps follow from facts, samples leave nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pghistory.models import Event

from dunwell.cli.serve import _say_how_to_begin
from dunwell.followup.models import Notice
from dunwell.followup.services import switches
from dunwell.ledger.models import Customer, Invoice
from dunwell.organizations import beginnings
from dunwell.organizations.models import Membership, Organization, OrganizationSettings, Role, SampleBook, User
from dunwell.organizations.queries import database_now
from dunwell.workflows.portable.erasing import erase
from dunwell.workflows.portable.taking_out import export_to_file
from dunwell.workflows.samples import make_sample
from tests import worlds
from tests.web.conftest import MAIL, Desk, late_customer, prepare, run

OWNER = {
    "name": "Anna Berg",
    "email": "Anna@acme.example",
    "password": "a long enough sentence",
    "time_zone": "Asia/Calcutta",
}


@pytest.fixture
def fresh(db: None) -> Organization:
    """An organization of which nothing is set up yet."""
    organization = worlds.make_organization(
        "fresh", chasing=False, settings={"payment_url_pattern": "", "sender_address": "", "sender_name": ""}
    )
    prepare(organization)
    return organization


@pytest.fixture
def anna(fresh: Organization) -> Client:
    client = Client()
    client.force_login(worlds.make_user("anna@fresh.example", organization=fresh))
    return client


def test_an_organization_is_brought_in_from_another_installation(transactional_db: None, tmp_path: Path) -> None:
    """Exported there, uploaded here; who brings it is an owner of it, and nothing is sent before somebody resumes."""
    there = worlds.make_organization("acme", settings=MAIL)
    prepare(there)
    late_customer(there)
    archive = tmp_path / "acme.zip"
    now = database_now()
    export_to_file(there, archive, now=now.isoformat())
    erase(organization=there, typed_name=there.name, by=None, now=now)
    client = Client()
    client.force_login(worlds.make_user("new@here.example"))
    assert b"Bring one in from another installation" in client.get("/setup/organization/").content
    spoiled = SimpleUploadedFile("acme.zip", archive.read_bytes()[:-100])
    refused = client.post("/setup/archive/", {"archive": spoiled})
    assert refused.status_code == 422
    assert "The archive" in refused.content.decode()
    assert not Organization.objects.exists()
    assert client.post("/setup/archive/", {}).status_code == 422
    page = client.post(
        "/setup/archive/", {"archive": SimpleUploadedFile("acme.zip", archive.read_bytes())}, follow=True
    )
    assert page.redirect_chain[-1][0] == "/o/acme/"
    assert "Sending is stopped" in page.content.decode()
    here = Organization.objects.get()
    assert not here.settings.may_send
    assert Invoice.objects.filter(organization=here).count() == 2
    assert Membership.objects.get(organization=here, user__email="new@here.example").role == Role.OWNER
    assert client.get("/setup/archive/")["Location"] == "/", "only the first"


def test_a_new_installation_leads_from_any_page_to_the_set_up(db: None, client: Client) -> None:
    response = client.get("/", follow=True)
    assert response.redirect_chain[-1][0] == "/setup/"
    assert b"Set-up code" in response.content


def test_a_stranger_without_the_code_becomes_nobody(db: None, client: Client) -> None:
    response = client.post("/setup/", {**OWNER, "code": "abcd-abcd-abcd-abcd"})
    assert response.status_code == 422
    assert b"This is not the code" in response.content
    assert b"Anna@acme.example" in response.content  # what was typed is kept
    assert not User.objects.exists()


def test_the_printed_address_opens_the_set_up_once(
    db: None, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    _say_how_to_begin("127.0.0.1", 8000)
    code = beginnings.set_up_code()
    assert f"/setup/?code={code}" in capsys.readouterr().err
    assert client.get(f"/setup/?code={code}")["Location"] == "/setup/"  # the code stays in no address
    assert b"Set-up code" not in client.get("/setup/").content
    weak = client.post("/setup/", {**OWNER, "password": "short"})
    assert weak.status_code == 422
    assert b"too short" in weak.content
    assert client.post("/setup/", OWNER)["Location"] == "/setup/organization/"
    owner = User.objects.get()
    assert (owner.email, owner.name) == ("anna@acme.example", "Anna Berg")
    assert Client().get(f"/setup/?code={code}")["Location"] == "/"  # it opens nothing any more
    Client().post("/setup/", {**OWNER, "email": "mallory@acme.example", "code": code})
    assert User.objects.count() == 1


def test_two_owners_at_once_are_one(db: None) -> None:
    worlds.make_user()
    with pytest.raises(beginnings.AlreadySetUpError):
        beginnings.create_first_owner(email="b@acme.example", name="B", password="a long enough sentence")


def test_the_first_organization_is_proposed_from_the_browser(db: None, client: Client) -> None:
    client.post("/setup/", {**OWNER, "code": beginnings.set_up_code().upper().replace("-", " ")})
    initial = client.get("/setup/organization/").context["form"].initial
    assert initial == {"country": "IN", "base_currency": "INR", "time_zone": "Asia/Kolkata"}
    refused = client.post("/setup/organization/", {"name": "Acme Média", "base_currency": "", "time_zone": "UTC"})
    assert refused.status_code == 422
    assert "Acme Média" in refused.content.decode()
    made = client.post("/setup/organization/", {**initial, "name": "Acme Média"})
    assert made["Location"] == "/o/acme-media/set-up/"
    organization = Organization.objects.get()
    assert (organization.base_currency, organization.locale) == ("INR", "en_IN")
    assert Membership.objects.get().role == Role.OWNER
    assert client.get("/setup/organization/")["Location"] == "/"  # there is one already
    assert b"Set up Acme" in client.get("/o/acme-media/set-up/").content


def _missing(client: Client, organization: Organization) -> list[str]:
    progress = client.get(f"/o/{organization.slug}/set-up/").context["progress"]
    return [step.name for step in progress.steps if not step.done]


def test_what_is_done_follows_from_the_facts(anna: Client, fresh: Organization) -> None:
    assert _missing(anna, fresh) == ["sender", "payment", "book", "start"]
    assert b"1 of 5 done" in anna.get("/o/fresh/").content
    settings = OrganizationSettings.objects.filter(organization=fresh)
    settings.update(sender_address="billing@fresh.example", bank_details="Account 1", **MAIL)
    late_customer(fresh)
    run(Organization.objects.get(pk=fresh.pk))
    assert _missing(anna, fresh) == ["start"]
    settings.update(sender_address="")
    assert _missing(anna, fresh) == ["sender", "start"]  # what is gone is missing again
    settings.update(sender_address="billing@fresh.example")
    assert anna.post("/o/fresh/follow-up/start/", {"read": "1"})["Location"] == "/o/fresh/follow-up/"
    assert _missing(anna, fresh) == []
    home = anna.get("/o/fresh/").content
    assert b"Everything is set up" in home
    anna.post("/o/fresh/set-up/finish/")
    assert b"Everything is set up" not in anna.get("/o/fresh/").content


def test_the_list_stays_while_something_is_missing(anna: Client, fresh: Organization) -> None:
    anna.post("/o/fresh/set-up/finish/")
    assert b"1 of 5 done" in anna.get("/o/fresh/").content


def test_a_server_that_fails_is_quoted_and_the_sender_kept(anna: Client, fresh: Organization) -> None:
    values = {
        "sender_name": "Fresh",
        "sender_address": "billing@fresh.example",
        "smtp_host": "127.0.0.1",
        "smtp_port": "9",
        "smtp_security": "none",
    }
    page = anna.post("/o/fresh/set-up/sender/", {**values, "test": "1"}).content.decode()
    assert "the test mail did not go" in page
    assert "127.0.0.1:9" in page  # the words name the server
    assert OrganizationSettings.objects.get(organization=fresh).sender_address == "billing@fresh.example"
    refused = anna.post("/o/fresh/set-up/sender/", {**values, "sender_address": "billing@", "test": "1"})
    assert refused.status_code == 422
    assert b"billing@" in refused.content


def test_an_account_number_typed_wrong_is_refused(anna: Client, fresh: Organization) -> None:
    wrong = {"bank_details": "Fresh\nIBAN DE89 3704 0044 0532 0130 01"}
    for address in ("/o/fresh/set-up/way-to-pay/", "/o/fresh/settings/payment/"):
        refused = anna.post(address, wrong)
        assert refused.status_code == 422
        assert "does not check" in refused.content.decode()
        assert "0130 01" in refused.content.decode()
    assert anna.post("/o/fresh/set-up/way-to-pay/", {"bank_details": ""}).status_code == 422
    assert anna.post("/o/fresh/set-up/way-to-pay/", {"payment_url_pattern": "pay me"}).status_code == 422
    good = {"payment_url_pattern": "https://pay.example/{invoice.number}"}
    assert anna.post("/o/fresh/set-up/way-to-pay/", good)["Location"] == "/o/fresh/set-up/book/"


def test_who_may_not_change_settings_is_not_asked_to(desk: Desk, browse: Callable[..., Client]) -> None:
    assert browse("collector").get(desk.url("set-up/")).status_code == 403
    assert b"of 5 done" not in browse("collector").get(desk.url()).content


def test_nothing_leaves_unread(anna: Client, fresh: Organization) -> None:
    """Without a notice to read, chasing starts only with a person who approves each."""
    ready = {"sender_address": "billing@fresh.example", "bank_details": "Account 1", **MAIL}
    OrganizationSettings.objects.filter(organization=fresh).update(**ready)
    late_customer(fresh, days=-40)
    address = "/o/fresh/follow-up/start/"
    page = anna.get(address).content.decode()
    assert "Nothing is due yet" in page
    assert 'name="approve_each"' in page
    assert "I have read the first notices" not in page
    anna.post(address, {"read": "1"})
    assert OrganizationSettings.objects.get(organization=fresh).chasing_started_at is None
    anna.post(address, {"approve_each": "1"})
    settings = OrganizationSettings.objects.get(organization=fresh)
    assert settings.chasing_started_at is not None
    assert settings.approval_required


def test_notices_that_await_approval_are_the_first_batch_too(anna: Client, fresh: Organization) -> None:
    ready = {"sender_address": "billing@fresh.example", "bank_details": "Account 1", "approval_required": True, **MAIL}
    OrganizationSettings.objects.filter(organization=fresh).update(**ready)
    late_customer(fresh)
    run(Organization.objects.get(pk=fresh.pk))
    page = anna.get("/o/fresh/follow-up/start/").content.decode()
    assert "Harbor &amp; Pine" in page
    assert "I have read the first notices" in page


def test_a_sample_book_is_marked_never_sends_and_goes_without_a_trace(anna: Client, fresh: Organization) -> None:
    own = late_customer(fresh)
    before = {model: model._default_manager.count() for model in _tables_of_tenants()}
    home = anna.post("/o/fresh/set-up/sample/")["Location"]
    assert home == "/o/fresh-sample/"
    sample = SampleBook.objects.get().organization
    assert Customer.objects.filter(organization=sample).count() == 96
    assert Notice.objects.filter(organization=sample).exists()
    for path in ("", "customers/", "follow-up/"):
        assert b"Sample book.</strong> Every customer here is invented" in anna.get(f"{home}{path}").content
    anna.post(f"{home}follow-up/start/", {"read": "1", "approve_each": "1"})
    with pytest.raises(switches.CannotStartError, match="nothing is ever sent"):
        switches.start_chasing(organization=sample, by=None, now=database_now(), can_send=True)
    assert not OrganizationSettings.objects.get(organization=sample).may_send
    assert anna.post("/o/fresh/set-up/sample/")["Location"] == home  # found again, not made twice
    assert anna.post(f"{home}set-up/sample/remove/")["Location"] == "/o/fresh/set-up/"
    assert not Organization.objects.filter(pk=sample.pk).exists()
    assert {model: model._default_manager.count() for model in before} == before
    assert Invoice.objects.filter(customer=own).count() == 2


def test_only_a_sample_book_can_be_thrown_away(anna: Client, fresh: Organization) -> None:
    assert anna.post("/o/fresh/set-up/sample/remove/").status_code == 404
    assert Organization.objects.filter(pk=fresh.pk).exists()


def test_every_address_of_a_sample_is_reserved_for_examples(fresh: Organization, alice: User) -> None:
    sample = make_sample(beside=fresh, by=alice, now=database_now())
    addresses = {contact.email for contact in sample_contacts(sample) if contact.email}
    assert addresses
    assert all(address.endswith(".example") for address in addresses)
    assert sample.settings.smtp_host.endswith(".example")


def sample_contacts(sample: Organization) -> list:  # type: ignore[type-arg]
    from dunwell.ledger.models import Contact

    return list(Contact.objects.filter(organization=sample))


def _tables_of_tenants() -> list:  # type: ignore[type-arg]
    return [
        model for model in apps.get_models() if model.__module__.startswith("dunwell.") and not issubclass(model, Event)
    ]
