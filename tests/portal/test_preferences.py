"""The page behind the link in a mail's footer: whoever has the link says how to be reached."""

from __future__ import annotations

import dataclasses
import itertools
import re
from typing import Any

import pytest
from django.test import Client

from dunwell.followup.models import Action
from dunwell.ledger.models import ChannelChoice, Contact, Customer
from dunwell.messaging.models import Message
from dunwell.messaging.texts import SHIPPED
from dunwell.organizations.links import contact_in, preferences_url
from dunwell.organizations.models import Organization
from dunwell.portal.preferences import masked
from dunwell.portal.words import WORDS, Words
from dunwell.rules.channels import Channel
from dunwell.workflows.merge_customers import merge
from dunwell.workflows.run import run_organization
from tests import worlds
from tests.web.conftest import MAIL, prepare
from tests.worlds import NOW, TODAY

BASE = "https://dunwell.example"


@pytest.fixture
def northlight(db: None, settings: Any) -> Organization:
    settings.BASE_URL, settings.ALLOWED_HOSTS = BASE, ["*"]
    organization = worlds.make_organization(settings=MAIL)
    prepare(organization)
    return organization


@pytest.fixture
def customer(northlight: Organization) -> Customer:
    customer = worlds.make_customer(northlight, email="anna@harbor.example")
    worlds.make_invoice(customer, due_on=TODAY, total="987.65")
    return customer


def path(customer: Customer) -> str:
    return preferences_url(customer.contacts.get().pk).removeprefix(BASE)


def test_the_link_stands_in_both_versions_of_a_mail(northlight: Organization, customer: Customer) -> None:
    run_organization(northlight, as_of=TODAY, now=NOW, send=False)
    notice = Action.objects.get(invoice__customer=customer, offset_days=0).notice
    assert notice is not None
    found = {
        re.search(r"https://dunwell\.example/reach/(\S+?)/", body) for body in (notice.body_text, notice.body_html)
    }
    tokens = {match[1] for match in found if match}
    assert {contact_in(token) for token in tokens} == {customer.contacts.get().pk}
    assert "How we may reach you" in notice.body_text


def test_the_mail_names_the_page_in_its_header_too(northlight: Organization, customer: Customer) -> None:
    run_organization(northlight, as_of=TODAY, now=NOW, send=False)
    assert Message.objects.get().preferences_url == f"{BASE}{path(customer)}"


def test_one_click_of_a_mail_program_changes_nothing(customer: Customer) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post(path(customer), {"List-Unsubscribe": "One-Click"}).status_code == 403
    assert not ChannelChoice.objects.exists()


def test_nobody_gets_in_without_a_signed_link(customer: Customer, client: Client) -> None:
    pk = customer.contacts.get().pk
    for token in (str(pk), f"{pk}:", f"{pk}:AAAA", f"{pk + 1}:{path(customer).split(':')[1].strip('/')}"):
        page = client.get(f"/reach/{token}/")
        assert page.status_code == 404
        assert b"leads nowhere" in page.content
        assert b'href="/"' not in page.content, "a reader has no business at the sign-in"
        assert contact_in(token) is None


def test_the_page_tells_a_stranger_little(customer: Customer, client: Client) -> None:
    response = client.get(path(customer))
    page = response.content.decode()
    assert "a…@harbor.example" in page
    assert "anna@harbor.example" not in page
    assert "987" not in page
    assert "Open invoices stay open" in page
    assert (response["X-Robots-Tag"], response["Referrer-Policy"]) == ("noindex", "same-origin")
    assert masked("no address") == ""


def test_the_page_speaks_as_the_mails_do(customer: Customer, client: Client) -> None:
    """The contact's language, else the customer's, else the organization's; a link that names nobody, the browser's."""
    Customer.objects.update(language="de")
    page = client.get(path(customer))
    assert '<html lang="de">' in page.content.decode()
    assert "Wie wir Sie erreichen dürfen" in page.content.decode()
    Contact.objects.update(language="fr_CA")
    assert "Comment nous pouvons vous joindre" in client.get(path(customer)).content.decode()
    assert "enregistrés" in client.post(path(customer), {"preferred": ""}, follow=True).content.decode()
    lost = client.get("/reach/1:AAAA/", headers={"accept-language": "tlh, pt-BR;q=0.9, en;q=0.8"})
    assert "não leva a lado nenhum" in lost.content.decode()
    assert b"leads nowhere" in client.get("/reach/1:AAAA/").content


def test_every_language_has_every_word() -> None:
    assert set(WORDS) == {text.language for text in SHIPPED}
    assert {frozenset(words.by) for words in WORDS.values()} == {frozenset(Channel)}
    for field in dataclasses.fields(Words):
        said = [getattr(words, field.name) for words in WORDS.values()]
        assert all(said), field.name
        if isinstance(said[0], str):
            assert len({re.sub(r"[^{}]", "", text) for text in said}) == 1, (
                f"{field.name}: something is filled in in one"
            )
    assert len({words.heading for words in WORDS.values()}) == len(WORDS)


def test_who_wants_no_mails_gets_none_and_is_not_forgotten(
    northlight: Organization, customer: Customer, client: Client
) -> None:
    assert client.post(path(customer), {"preferred": "", "no_mail": "on"}, follow=True).status_code == 200
    choice = ChannelChoice.objects.get()
    assert (choice.said, choice.source, choice.channel) == ("opted_out", "page", "email")
    report = run_organization(northlight, as_of=TODAY, now=NOW, send=False)
    action = Action.objects.get(invoice__customer=customer, offset_days=0)
    assert (action.state, action.reason) == ("waiting", "no_address")
    assert [case["reason"] for case in report.needs_person] == ["no_address"]
    client.post(path(customer), {"preferred": ""})
    assert ChannelChoice.objects.get().said == "agreed"


def test_a_channel_is_chosen_where_there_is_an_address(customer: Customer, client: Client) -> None:
    assert client.post(path(customer), {"preferred": "sms"}).status_code == 200, "there is no number to choose"
    worlds.reach_everywhere(customer)
    ChannelChoice.objects.all().delete()
    assert client.post(path(customer), {"preferred": "sms"}).status_code == 302
    assert Customer.objects.get().preferred_channel == "sms"
    assert (ChannelChoice.objects.get().said, ChannelChoice.objects.get().source) == ("agreed", "page")


@pytest.fixture
def stopped(customer: Customer) -> Customer:
    """Reached best by SMS, as somebody of ours entered, until the contact answered STOP."""
    worlds.reach_everywhere(customer)
    ChannelChoice.objects.update(said="opted_out", source="reply")
    Customer.objects.update(preferred_channel="sms")
    return customer


def choices() -> dict[str, str]:
    return dict(ChannelChoice.objects.values_list("channel", "said"))


@pytest.mark.parametrize("shown", ["", "sms"])
def test_saving_what_the_page_shows_agrees_to_nothing(stopped: Customer, client: Client, shown: str) -> None:
    assert 'name="shown"' in client.get(path(stopped)).content.decode()
    seen = {"preferred": shown, "shown": shown, "no_mail": "on"}
    assert client.post(path(stopped), seen).status_code == 302
    assert choices() == {"sms": "opted_out", "email": "opted_out"}
    assert Customer.objects.get().preferred_channel == "sms"


def test_sms_chosen_anew_is_agreed_to(stopped: Customer, client: Client) -> None:
    assert client.post(path(stopped), {"preferred": "sms", "shown": ""}).status_code == 302
    assert choices() == {"sms": "agreed"}


def test_who_has_no_mobile_does_not_reset_what_the_customer_prefers(customer: Customer, client: Client) -> None:
    Customer.objects.update(preferred_channel="sms")
    assert client.post(path(customer), {"preferred": "", "shown": "", "no_mail": "on"}).status_code == 302
    assert Customer.objects.get().preferred_channel == "sms"


def test_the_link_leads_to_the_contact_that_stayed(
    northlight: Organization, customer: Customer, client: Client
) -> None:
    """Merged twice: the double's mails, and those of its double, lead to the one that is left."""
    by = worlds.make_user(organization=northlight)
    doubles = [
        worlds.make_customer(northlight, email=email) for email in ("ANNA@harbor.example", "anna@Harbor.example")
    ]
    links = [path(double) for double in doubles]
    chain = [*doubles, customer]
    for source, target in itertools.pairwise(chain):
        merge(organization=northlight, source_id=source.pk, target_id=target.pk, by=by, now=NOW)
    (stayed,) = Contact.objects.all()
    assert stayed.customer == customer
    for link in links:
        assert "a…@harbor.example" in client.get(link).content.decode()
    assert client.post(links[0], {"preferred": "", "no_mail": "on"}).status_code == 302
    assert ChannelChoice.objects.get(contact=stayed).said == "opted_out"
    assert "checked" in client.get(links[1]).content.decode()
    run_organization(northlight, as_of=TODAY, now=NOW, send=False)
    assert not Message.objects.exists()
    action = Action.objects.get(invoice__customer=customer, offset_days=0)
    assert (action.state, action.reason) == ("waiting", "no_address")


def test_without_https_there_is_no_link(customer: Customer, settings: Any) -> None:
    settings.BASE_URL = "http://127.0.0.1:8000"
    assert preferences_url(Contact.objects.get().pk) == ""
