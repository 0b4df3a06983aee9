"""What a person does with notices, through the pages they do it on."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from dunwell.followup.models import Action, ActionState, Notice, NoticeState
from dunwell.messaging.models import Message
from dunwell.organizations.models import OrganizationSettings
from tests.web.conftest import Desk, run

Browse = Callable[..., Client]


def _settings(desk: Desk) -> OrganizationSettings:
    return OrganizationSettings.objects.get(organization=desk.organization)


def test_chasing_starts_only_by_someone_who_says_they_have_read(desk: Desk, owner: Client) -> None:
    page = owner.get(desk.url("follow-up/start/"))
    assert b"Harbor &amp; Pine" in page.content
    owner.post(desk.url("follow-up/start/"))
    assert _settings(desk).chasing_started_at is None
    owner.post(desk.url("follow-up/start/"), {"read": "1"})
    assert _settings(desk).chasing_started_at is not None
    desk.notice.refresh_from_db()
    assert desk.notice.state == NoticeState.QUEUED


def test_without_a_way_to_pay_chasing_does_not_start(desk: Desk, owner: Client) -> None:
    OrganizationSettings.objects.filter(organization=desk.organization).update(payment_url_pattern="", bank_details="")
    page = owner.get(desk.url("follow-up/start/"))
    assert b"A way to pay" in page.content
    assert b"I have read" not in page.content
    response = owner.post(desk.url("follow-up/start/"), {"read": "1"}, follow=True)
    assert b"Chasing cannot start yet." in response.content
    assert _settings(desk).chasing_started_at is None


def test_stop_all_sending_calls_back_and_resume_goes_on(desk: Desk, owner: Client) -> None:
    owner.post(desk.url("follow-up/start/"), {"read": "1"})
    stopped = owner.post(desk.url("follow-up/stop/"), follow=True)
    assert b"All sending is stopped" in stopped.content
    assert not Message.objects.filter(organization=desk.organization, state="queued").exists()
    owner.post(desk.url("follow-up/resume/"))
    assert Message.objects.filter(organization=desk.organization, state="queued").count() == 1


def test_the_notice_is_read_exactly_as_it_goes(desk: Desk, owner: Client) -> None:
    page = owner.get(desk.url(f"notices/{desk.notice.pk}/"))
    assert desk.notice.subject.encode() in page.content
    mail = owner.get(desk.url(f"notices/{desk.notice.pk}/mail/"))
    assert mail.content.decode() == desk.notice.body_html
    text = owner.get(desk.url(f"notices/{desk.notice.pk}/?view=text"))
    assert "Harbor &amp; Pine" in text.content.decode() or desk.notice.body_text.split("\n")[0] in text.content.decode()


def test_the_mail_can_run_nothing_and_reach_nobody(desk: Desk, owner: Client) -> None:
    response = owner.get(desk.url(f"notices/{desk.notice.pk}/mail/"))
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-same-origin" in policy
    assert "script-src" not in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"


def test_approve_lets_it_go(desk: Desk, owner: Client) -> None:
    OrganizationSettings.objects.filter(organization=desk.organization).update(approval_required=True)
    owner.post(desk.url("follow-up/start/"), {"read": "1"})
    run(desk.organization)
    waiting = Notice.objects.get(organization=desk.organization, state=NoticeState.AWAITING_APPROVAL)
    response = owner.post(desk.url(f"notices/{waiting.pk}/approve/"), follow=True)
    assert b"Approved. It goes in its send window." in response.content
    waiting.refresh_from_db()
    assert (waiting.state, waiting.approved_by) == (NoticeState.QUEUED, response.context["desk"].user)
    again = owner.post(desk.url(f"notices/{waiting.pk}/approve/"), follow=True)
    assert b"by now. Nothing was changed." in again.content


def test_edited_words_stand_in_both_versions(desk: Desk, owner: Client) -> None:
    address = desk.url(f"notices/{desk.notice.pk}/edit/")
    words = owner.get(address).context["paragraphs"]
    form = {f"paragraph{index}": paragraph for index, paragraph in enumerate(words)}
    form |= {
        "paragraph0": "Dear Ms <Example>,\r\n\r\nwe spoke on the phone.",
        "subject": "As we agreed",
        "written": desk.notice.changed_at.isoformat(),
    }
    owner.post(address, form)
    desk.notice.refresh_from_db()
    assert desk.notice.subject == "As we agreed"
    assert desk.notice.body_text.startswith("Dear Ms <Example>,\n\nwe spoke on the phone.\n\n")
    assert "<p>Dear Ms &lt;Example&gt;,</p>\n<p>we spoke on the phone.</p>" in desk.notice.body_html
    assert words[0] not in desk.notice.body_html


def test_an_edit_of_an_older_text_is_not_kept(desk: Desk, owner: Client) -> None:
    address = desk.url(f"notices/{desk.notice.pk}/edit/")
    response = owner.post(address, {"subject": "Old", "written": "2020-01-01T00:00:00+00:00"})
    assert response.status_code == 422
    assert b"It was written anew meanwhile" in response.content
    desk.notice.refresh_from_db()
    assert desk.notice.subject != "Old"


def test_a_dropped_invoice_ends_and_the_rest_is_written_anew(desk: Desk, owner: Client) -> None:
    response = owner.post(desk.url(f"notices/{desk.notice.pk}/drop/"), {"invoice": desk.invoice.pk}, follow=True)
    assert response.context["notice"].pk != desk.notice.pk
    assert [item.invoice_id for item in response.context["items"]] != []
    assert desk.invoice.pk not in {item.invoice_id for item in response.context["items"]}
    dropped = Action.objects.filter(invoice=desk.invoice, state=ActionState.FINAL, reason="dropped")
    assert dropped.count() == 1
    assert b"A person took it out." in owner.get(desk.url(f"invoices/{desk.invoice.pk}/")).content


def test_send_now_outside_the_window_asks_and_keeps_the_name(desk: Desk, owner: Client, browse: Browse) -> None:
    owner.post(desk.url("follow-up/start/"), {"read": "1"})
    Notice.objects.filter(pk=desk.notice.pk).update(opens_at="2099-01-01T09:00Z", closes_at="2099-01-01T18:00Z")
    address = desk.url(f"notices/{desk.notice.pk}/send/")
    assert b"outside this customer&#x27;s send window" in owner.post(address, follow=True).content
    assert b"Send now" not in browse("collector").get(desk.url(f"notices/{desk.notice.pk}/")).content
    response = owner.post(address, {"outside_window": "1"}, follow=True)
    assert b"as soon as a worker takes it" in response.content
    desk.notice.refresh_from_db()
    assert desk.notice.window_overridden_by == response.context["desk"].user
    assert Message.objects.filter(state="queued").count() == 1


def test_pages_never_change_anything_by_being_looked_at(desk: Desk, owner: Client) -> None:
    for action in ("approve", "drop", "send", "resolve"):
        assert owner.get(desk.url(f"notices/{desk.notice.pk}/{action}/")).status_code == 405
    for action in ("stop", "resume"):
        assert owner.get(desk.url(f"follow-up/{action}/")).status_code == 405
