"""The library of texts: read, tried out, changed, put back; and who may."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from email import message_from_bytes, policy

import pytest
from django.test import Client

from dunwell.followup.models import PolicyStep
from dunwell.messaging.models import MessageTemplate
from dunwell.messaging.texts import SHIPPED
from dunwell.organizations.models import Role
from tests import worlds
from tests.messaging.smtp_server import SmtpServer
from tests.web.conftest import Desk, late_customer


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    server = SmtpServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def reminder(desk: Desk) -> MessageTemplate:
    return MessageTemplate.objects.get(organization=desk.organization, key="reminder", channel="email", language="en")


def words(text: MessageTemplate, **changes: str) -> dict[str, str]:
    return {
        "subject": text.subject, "body_html": text.body_html, "body_text": text.body_text,
        "version": str(text.version), **changes,
    }  # fmt: skip


def test_the_library_shows_each_text_with_its_languages_and_steps(owner: Client, desk: Desk) -> None:
    page = owner.get(desk.url("templates/")).content.decode()
    for name in ("Friendly reminder", "Final reminder", "German", "Dutch", "Portuguese"):
        assert name in page
    assert page.count("/policies/") >= 5


def test_the_library_says_which_text_goes_where_a_customer_is_reached_otherwise(owner: Client, desk: Desk) -> None:
    """A step names one text; whoever is reached by letter gets the letter with the same key."""
    shelves = dict(owner.get(desk.url("templates/")).context["shelves"])
    assert list(shelves) == ["E-mail", "SMS", "Letter", "Call script"]
    order = ["Heads-up before the due date", "Due today", "Friendly reminder", "Firm reminder", "Final reminder"]
    for shelf, instead in (("E-mail", False), ("SMS", True), ("Letter", True)):
        assert [entry["text"].name for entry in shelves[shelf]] == order
        assert {use.instead for entry in shelves[shelf] for use in entry["uses"]} == {instead}
    letter = shelves["Letter"][-1]["text"].languages[0]
    assert "if it goes by letter" in owner.get(desk.url(f"templates/{letter.pk}/")).content.decode()


def test_a_letter_is_written_as_plain_text_with_a_subject(owner: Client, desk: Desk) -> None:
    letter = MessageTemplate.objects.get(
        organization=desk.organization, key="reminder", channel="letter", language="en"
    )
    at = desk.url(f"templates/{letter.pk}/")
    page = owner.get(at).content.decode()
    assert "id_subject" in page
    for absent in ("id_body_html", "For readers without HTML", "Make it from the body"):
        assert absent not in page
    typed = {"subject": "About [Invoice Numbers]", "body_text": "[Invoice Table]\n\n[Pay Instructions]", "version": "1"}
    assert owner.post(at, {**typed, "body_text": ""}).status_code == 422
    assert owner.post(at, typed).status_code == 302
    letter.refresh_from_db()
    assert (letter.version, letter.subject, letter.body_html) == (2, "About [Invoice Numbers]", "")


def test_a_threat_in_a_letter_is_told_that_stands_in_for_a_mail(owner: Client, desk: Desk) -> None:
    letter = MessageTemplate.objects.get(
        organization=desk.organization, key="reminder", channel="letter", language="en"
    )
    at = desk.url(f"templates/{letter.pk}/check/")
    typed = words(letter, body_text=letter.body_text + "\n\nOtherwise we go to court.")
    assert "court" in owner.post(at, typed).content.decode()
    PolicyStep.objects.filter(organization=desk.organization).update(approval_required=True)
    assert "court" not in owner.post(at, typed).content.decode()


def test_what_is_typed_is_shown_as_a_customer_would_read_it(
    owner: Client, desk: Desk, reminder: MessageTemplate
) -> None:
    at = desk.url(f"templates/{reminder.pk}/")
    assert "Harbor &amp; Pine" in owner.get(at).content.decode()
    typed = words(reminder, subject="About [Invoice Numbers]", body_html="<p>Dear [Client Name], [How to Pay]</p>")
    shown = owner.post(f"{at}preview/", typed)
    assert "Dear Harbor &amp; Pine" in shown.content.decode()
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    plain = owner.post(f"{at}preview/", {**typed, "body_text": "", "part": "text"}).content.decode()
    assert plain.startswith("<pre")
    assert "Dear Harbor &amp; Pine" in plain
    reminder.refresh_from_db()
    assert reminder.version == 1  # looking changes nothing


def test_the_plain_text_is_made_from_the_body_to_be_edited(
    owner: Client, desk: Desk, reminder: MessageTemplate
) -> None:
    at = desk.url(f"templates/{reminder.pk}/")
    typed = words(reminder, subject="Mine", body_html="<p>Dear [Client Name],</p><ul><li>{{ total_due }}</li></ul>")
    page = owner.post(at, {**typed, "body_text": "", "do": "plain"})
    assert page.status_code == 200
    form = page.context["form"]
    assert form["body_text"].value() == "Dear [Client Name],\n\n- {{ total_due }}\n"
    assert form["subject"].value() == "Mine"  # what was typed is still there, and nothing is stored
    reminder.refresh_from_db()
    assert reminder.version == 1
    broken = owner.post(at, {**typed, "body_html": "<p>{% if %}", "body_text": "kept", "do": "plain"})
    assert broken.status_code == 200
    edited = owner.post(at, {**typed, "body_text": "Dear [Client Name], in other words."})
    assert edited.status_code == 302
    reminder.refresh_from_db()
    assert reminder.body_text == "Dear [Client Name], in other words."


def test_the_check_tells_what_is_wrong_and_what_to_think_about(
    owner: Client, desk: Desk, reminder: MessageTemplate
) -> None:
    at = desk.url(f"templates/{reminder.pk}/check/")
    misspelt = owner.post(at, words(reminder, body_html="<p>[Client Nme]</p>")).content.decode()
    assert "did you mean `[Client Name]`?" in misspelt
    threat = words(reminder, body_html="<p>We will go to court.</p>", body_text="")
    page = owner.post(at, threat).content.decode()
    assert "announces legal steps" in page
    assert "Nothing says how to pay" in page


def test_saving_refuses_beside_the_field_and_keeps_the_words(
    owner: Client, desk: Desk, reminder: MessageTemplate
) -> None:
    at = desk.url(f"templates/{reminder.pk}/")
    refused = owner.post(at, words(reminder, body_html="<p>My own words {{ customer.nam }}</p>"))
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "id_body_html_error" in page
    assert "My own words" in page
    assert owner.post(at, words(reminder, subject="Ours: [Total Due]")).status_code == 302
    # A colleague who began from version 1 does not write over it
    late = owner.post(at, words(reminder, subject="Theirs"))
    assert late.status_code == 422
    assert "Somebody else saved this text" in late.content.decode()
    reminder.refresh_from_db()
    assert (reminder.subject, reminder.version, reminder.is_shipped) == ("Ours: [Total Due]", 2, False)
    # The earlier words, and then the shipped ones, come back as new versions
    owner.post(f"{at}restore/", {"version": "1"})
    owner.post(f"{at}restore/")
    reminder.refresh_from_db()
    shipped = next(text for text in SHIPPED if (text.key, text.language) == ("reminder", "en"))
    assert (reminder.subject, reminder.version, reminder.is_shipped) == (shipped.subject, 4, True)
    assert "Version 3" in owner.get(at).content.decode()


def test_a_language_and_a_copy_are_texts_of_their_own(owner: Client, desk: Desk, reminder: MessageTemplate) -> None:
    at = desk.url(f"templates/{reminder.pk}/")
    assert owner.post(f"{at}language/", {"language": "pl"}).status_code == 302
    polish = MessageTemplate.objects.get(organization=desk.organization, key="reminder", channel="email", language="pl")
    assert (polish.subject, polish.is_shipped) == (reminder.subject, False)
    assert owner.post(f"{at}language/", {"language": "pl"}).status_code == 422  # there already
    assert owner.post(f"{at}copy/", {"name": "VIP reminder", "tone": "friendly"}).status_code == 302
    refused = owner.post(f"{at}copy/", {"name": "VIP reminder", "tone": "friendly"})
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "exists already in this language" in page.split('id="id_name_error"')[1][:400]  # beside its field
    assert 'value="VIP reminder"' in page
    assert 'aria-labelledby="copy-text-title" data-refused' in page
    assert MessageTemplate.objects.filter(organization=desk.organization, key="vip-reminder").count() == 1


def test_a_text_is_sent_to_oneself(owner: Client, desk: Desk, reminder: MessageTemplate, smtp: SmtpServer) -> None:
    desk.organization.settings.smtp_port = smtp.port
    desk.organization.settings.sender_address = "accounts@northlight.example"
    desk.organization.settings.save()
    answer = owner.post(desk.url(f"templates/{reminder.pk}/test/"), follow=True).content.decode()
    assert "Sent to" in answer
    mail = message_from_bytes(smtp.taken[0].content, policy=policy.default)
    assert mail["Subject"].startswith("[Test] Northlight: ")


def test_a_call_script_is_a_text_like_the_others(owner: Client, desk: Desk) -> None:
    script = MessageTemplate.objects.get(organization=desk.organization, key="call-firm", language="en")
    assert "Firm call" in owner.get(desk.url("templates/")).content.decode()
    at = desk.url(f"templates/{script.pk}/")
    page = owner.get(at).content.decode()
    for absent in ("id_subject", "id_body_html", "Send me the saved text", "Nothing says how to pay"):
        assert absent not in page
    assert "Can you give me a date" in owner.get(f"{at}preview/").content.decode()
    typed = {"body_text": "[Sender Name] here. We will go to court.", "version": "1"}
    advice = owner.post(f"{at}check/", typed).content.decode()
    assert "announces legal steps" in advice
    assert "demand approval" not in advice
    table = owner.post(at, {**typed, "body_text": "[Invoice Table]"})
    assert (table.status_code, "Nobody reads a table out" in table.content.decode()) == (422, True)
    assert owner.post(at, {**typed, "body_text": "[Sender Name] here: when will it be paid?"}).status_code == 302
    script.refresh_from_db()
    assert (script.version, script.is_shipped) == (2, False)
    owner.post(f"{at}restore/")
    script.refresh_from_db()
    assert (script.version, script.is_shipped) == (3, True)


def test_who_may_not_edit_reads_only(browse: Callable[..., Client], desk: Desk, reminder: MessageTemplate) -> None:
    collector = browse(Role.COLLECTOR)
    at = desk.url(f"templates/{reminder.pk}/")
    page = collector.get(at).content.decode()
    assert "An owner or finance head changes texts" in page
    assert "data-previews" not in page
    assert collector.post(at, words(reminder)).status_code == 403


def test_an_account_managers_preview_knows_own_customers_only(
    browse: Callable[..., Client], desk: Desk, reminder: MessageTemplate
) -> None:
    manager = worlds.make_user(organization=desk.organization, role=Role.ACCOUNT_MANAGER)
    page = browse(manager).get(desk.url(f"templates/{reminder.pk}/")).content.decode()
    assert "Harbor &amp; Pine" not in page
    assert "An invented customer" in page


def test_another_organizations_text_is_not_there(owner: Client, desk: Desk) -> None:
    other = worlds.make_organization("southwind")
    late_customer(other, "Elsewhere")
    from tests.web.conftest import prepare

    prepare(other)
    foreign = MessageTemplate.objects.filter(organization=other).first()
    assert foreign is not None
    for path in ("", "preview/"):
        assert owner.get(desk.url(f"templates/{foreign.pk}/{path}")).status_code == 404
    assert owner.post(desk.url(f"templates/{foreign.pk}/copy/"), {"name": "x", "tone": "firm"}).status_code == 404
