"""Letters through the pages a person prints and posts them with."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from dunwell.followup.models import Notice, NoticeState, PolicyStep
from dunwell.ledger.models import Invoice
from dunwell.messaging.models import BatchLetter, MessageTemplate, PrintBatch
from dunwell.organizations.models import OrganizationSettings
from tests import worlds
from tests.invariants import DAY
from tests.web.conftest import Desk, run

Browse = Callable[..., Client]


@pytest.fixture
def letters(desk: Desk) -> list[Invoice]:
    """Northlight has started chasing and prints letters; two of them wait."""
    OrganizationSettings.objects.filter(organization=desk.organization).update(
        letters_by="print",
        chasing_started_at=worlds.NOW,
        window_weekdays=[1, 2, 3, 4, 5, 6, 7],
    )
    desk.organization.refresh_from_db()
    PolicyStep.objects.filter(organization=desk.organization).update(channel="letter")
    invoices = []
    for name in ("Acorn", "Birch"):
        customer = worlds.make_customer(
            desk.organization, name, address_line_1="Hafenstraße 1", city="Hamburg", postal_code="20457", country="DE"
        )
        invoices.append(worlds.make_invoice(customer, due_on=desk.today - 9 * DAY, total=Decimal(119)))
    run(desk.organization)
    return invoices


def printed(desk: Desk, owner: Client) -> PrintBatch:
    answer = owner.post(desk.url("follow-up/letters/print/"))
    batch = PrintBatch.objects.get(organization=desk.organization)
    assert answer["Location"].endswith(f"/batches/{batch.pk}/")
    return batch


def test_from_the_list_into_the_letterbox(desk: Desk, owner: Client, letters: list[Invoice]) -> None:
    page = owner.get(desk.url("follow-up/letters/")).content
    assert b"Acorn" in page
    assert b"Print 2 letters" in page
    batch = printed(desk, owner)
    url = desk.url(f"follow-up/letters/batches/{batch.pk}/")
    assert b"Mark as posted" in owner.get(url).content
    notice = Notice.objects.filter(channel="letter")[0]
    assert b"waits to be posted" in owner.get(desk.url(f"notices/{notice.pk}/")).content
    handed = owner.get(f"{url}file/")
    assert handed["Content-Type"] == "application/pdf"
    assert handed.content == bytes(batch.file.content)
    owner.post(f"{url}posted/", {"posted_on": str(desk.today)})
    page = owner.get(url).content
    assert b"Posted on" in page
    assert Notice.objects.filter(channel="letter", state=NoticeState.SENT).count() == 2
    assert b"They were not posted after all" in page
    owner.post(f"{url}not-posted/")
    assert Notice.objects.filter(channel="letter", state=NoticeState.SENDING).count() == 2


def test_who_paid_meanwhile_is_named_before_anything_is_marked(
    desk: Desk, owner: Client, letters: list[Invoice]
) -> None:
    batch = printed(desk, owner)
    url = desk.url(f"follow-up/letters/batches/{batch.pk}/")
    worlds.make_payment(letters[0].customer, 119, on=desk.today, towards=letters[0])
    assert b"1 letter may not be posted any more" in owner.get(url).content
    page = owner.post(f"{url}posted/", {"posted_on": str(desk.today)}, follow=True).content
    assert b"take them out of the pile: Acorn" in page
    assert BatchLetter.objects.filter(called_back_at=None).count() == 1
    page = owner.post(f"{url}posted/", {"posted_on": str(desk.today)}, follow=True).content
    assert b"1 letter posted" in page


def test_a_person_takes_a_letter_out(desk: Desk, owner: Client, letters: list[Invoice]) -> None:
    batch = printed(desk, owner)
    letter = batch.letters.all()[0]
    url = desk.url(f"follow-up/letters/batches/{batch.pk}/")
    page = owner.post(f"{url}take-out/", {"letter": letter.message_id}, follow=True).content
    assert b"1 letter taken out" in page
    assert owner.post(f"{url}posted/", {"posted_on": ""}).status_code == 422


def test_a_pile_that_lay_too_long_is_called_back_by_a_person(desk: Desk, owner: Client, letters: list[Invoice]) -> None:
    batch = printed(desk, owner)
    url = desk.url(f"follow-up/letters/batches/{batch.pk}/")
    assert b"Call all back" not in owner.get(url).content
    PrintBatch.objects.update(made_at=batch.made_at - 8 * DAY)
    assert b"Call all back" in owner.get(url).content
    owner.post(f"{url}take-out/")
    assert not batch.letters.filter(called_back_at=None).exists()


def test_who_sees_only_their_own_customers_prints_no_pile(desk: Desk, browse: Browse, letters: list[Invoice]) -> None:
    manager = browse("account_manager")
    assert manager.get(desk.url("follow-up/letters/")).status_code == 403
    assert b"Letters</a>" not in manager.get(desk.url("follow-up/")).content


def test_a_text_is_looked_at_on_paper(desk: Desk, owner: Client) -> None:
    texts = MessageTemplate.objects.filter(organization=desk.organization, key="reminder", language="de")
    letter, mail = texts.get(channel="letter"), texts.get(channel="email")
    answer = owner.get(desk.url(f"templates/{letter.pk}/paper/"))
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert b"On paper" in owner.get(desk.url(f"templates/{letter.pk}/")).content
    assert owner.get(desk.url(f"templates/{mail.pk}/paper/")).status_code == 404


def test_letters_are_chosen_in_settings(desk: Desk, owner: Client) -> None:
    page = owner.post(desk.url("settings/letters/"), {"letters_by": "lob"})
    assert page.status_code == 422
    values = {"letters_by": "lob", "lob_key": "test_abc", "lob_sender": "adr_1", "lob_webhook_secret": "s"}
    owner.post(desk.url("settings/letters/"), values)
    kept = OrganizationSettings.objects.get(organization=desk.organization)
    assert (kept.letters_by, kept.lob_sender) == ("lob", "adr_1")
    assert "test_abc" not in kept.lob_key_encrypted
    owner.post(desk.url("settings/letters/"), {"letters_by": "lob", "lob_sender": "adr_1"})
    again = OrganizationSettings.objects.get(organization=desk.organization)
    assert again.lob_key_encrypted == kept.lob_key_encrypted
    assert b"posted by Lob" in owner.get(desk.url("settings/")).content
