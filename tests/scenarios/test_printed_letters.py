"""Letters that people print and post: nothing is posted for what is paid or held, and nothing twice."""

from __future__ import annotations

import datetime as dt
import io
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from types import FrameType
from typing import Any

import pypdf
import pytest
from django.db import connection, transaction

from dunwell.alerts.models import Alert
from dunwell.alerts.services.collect import collect
from dunwell.alerts.words import words
from dunwell.followup.models import Action, ActionState, DunningPolicy, Notice, NoticeState, PolicyStep
from dunwell.followup.queries.policies import current_draft
from dunwell.followup.services import print_batches
from dunwell.followup.services.notices import edit
from dunwell.followup.services.passes import begin
from dunwell.followup.services.previews import preview_policy
from dunwell.followup.services.print_batches import BatchMovedOnError, changed_letters, make_batch, mark_posted
from dunwell.ledger.models import Customer, Invoice
from dunwell.messaging.documents import NotPrintableError, Press, press
from dunwell.messaging.documents.press import processors
from dunwell.messaging.models import BatchLetter, Message, MessageState, PrintBatch
from dunwell.organizations.calendars import calendar_of
from dunwell.organizations.models import OrganizationSettings, User
from dunwell.rules.alerts import UNPOSTED_AFTER
from tests import worlds
from tests.invariants import DAY
from tests.messaging.smtp_server import SmtpServer
from tests.scenarios.story import Story
from tests.worlds import TODAY

NOON = dt.time(12, 0)


@pytest.fixture
def pen(story: Story, anna: User) -> User:
    """Northlight prints letters, every step goes on paper, and Anna prints them."""
    OrganizationSettings.objects.filter(organization=story.organization).update(letters_by="print")
    PolicyStep.objects.filter(organization=story.organization).update(channel="letter")
    story.organization.refresh_from_db()
    return anna


@contextmanager
def all_compilers_taken() -> Iterator[None]:
    taken = [press()._idle.get(timeout=20) for _ in range(processors())]
    try:
        yield
    finally:
        for compilers in taken:
            press()._idle.put(compilers)


def somebody_is_printing() -> bool:
    frames: list[FrameType | None] = list(sys._current_frames().values())
    while frames:
        frame = frames.pop()
        if frame is not None:
            if frame.f_code is Press.print.__code__:
                return True
            frames.append(frame.f_back)
    return False


def late(story: Story, name: str, **fields: Any) -> Invoice:
    address: dict[str, Any] = {
        "address_line_1": "Hafenstraße 1",
        "postal_code": "20457",
        "city": "Hamburg",
        "country": "DE",
    }
    customer = worlds.make_customer(story.organization, name, **{**address, **fields})
    return worlds.make_invoice(customer, due_on=TODAY - 3 * DAY, total=Decimal(119), number=f"N-{customer.pk}")


def make(story: Story, by: User, day: dt.date = TODAY) -> PrintBatch:
    made = make_batch(organization=story.organization, by=by, now=story.moment(day, NOON), today=day)
    assert made.batch is not None
    return made.batch


def post(story: Story, batch: PrintBatch, by: User, day: dt.date = TODAY) -> print_batches.Posted:
    return mark_posted(
        organization=story.organization,
        batch_id=batch.pk,
        posted_on=day,
        by=by,
        now=story.moment(day, NOON),
        today=day,
    )


def pages(pdf: bytes) -> list[str]:
    return [
        " ".join(page.extract_text().replace("\xa0", " ").split()) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages
    ]


def states(invoice: Invoice) -> set[str]:
    return set(Action.objects.filter(invoice=invoice).values_list("state", flat=True))


def test_a_letter_waits_for_a_person_and_is_done_when_it_is_posted(story: Story, pen: User, smtp: SmtpServer) -> None:
    invoice = late(story, "Harbor & Pine")
    story.run(TODAY)
    notice = Notice.objects.get()
    assert (notice.channel, notice.state, notice.recipient_name) == ("letter", NoticeState.QUEUED, "Harbor & Pine")
    story.dispatch(TODAY)
    assert Message.objects.get().state == MessageState.QUEUED
    batch = make(story, pen)
    cover, letter = pages(bytes(batch.file.content))
    assert "Harbor & Pine" in cover
    assert "1 letter 1 page" in cover
    assert "Harbor & Pine Billing Hafenstraße 1 20457 Hamburg" in letter
    assert invoice.number in letter
    assert Message.objects.get().state == MessageState.SENDING
    assert post(story, batch, pen).letters == 1
    notice.refresh_from_db()
    assert (notice.state, notice.contact_on) == (NoticeState.SENT, TODAY)
    assert Message.objects.get().state == MessageState.SENT
    assert Message.objects.get().events.get(kind="sent").user == pen
    assert ActionState.DONE in states(invoice)
    assert smtp.taken == []


def test_while_a_pile_is_made_nothing_is_locked_and_what_is_paid_meanwhile_is_not_in_it(
    story: Story, pen: User
) -> None:
    one, other = late(story, "Harbor & Pine"), late(story, "Verlag Nordlicht")
    OrganizationSettings.objects.filter(organization=story.organization).update(hourly_limit=100)
    story.run(TODAY)

    def printing() -> int:
        try:
            made = make_batch(organization=story.organization, by=pen, now=story.moment(TODAY, NOON), today=TODAY)
            assert made.batch is not None
            assert (made.called_back, made.put_off) == (1, 0)
            return made.batch.pk
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as threads:
        with all_compilers_taken():  # the pile cannot be finished
            at_work = threads.submit(printing)
            deadline = time.monotonic() + 20
            while not somebody_is_printing():
                assert time.monotonic() < deadline
                time.sleep(0.01)
            again = make_batch(organization=story.organization, by=pen, now=story.moment(TODAY, NOON), today=TODAY)
            assert again.batch is None, "of two who print at once each letter goes to one"
            with connection.cursor() as cursor, transaction.atomic():
                cursor.execute("SET LOCAL lock_timeout = '2s'")
                message = Message.objects.select_for_update().order_by("pk")[0]
                cursor.execute(
                    "SELECT messaging_room_for(ARRAY[%s::bigint], %s)", [message.pk, story.moment(TODAY, NOON)]
                )
            worlds.make_payment(other.customer, 119, towards=other)
        batch = PrintBatch.objects.get(pk=at_work.result(30))
    assert list(batch.letters.values_list("message__customer", flat=True)) == [one.customer_id]
    cover, letter = pages(bytes(batch.file.content))
    assert ("1 letter 1 page" in cover, "Nordlicht" in cover, one.number in letter) == (True, False, True)
    assert Message.objects.get(customer=other.customer_id).state == MessageState.CANCELLED


def test_a_pile_that_cannot_be_made_leaves_its_letters_in_the_queue(story: Story, pen: User) -> None:
    late(story, "Harbor & Pine")
    story.run(TODAY)
    Customer.objects.update(name="東京")
    with pytest.raises(NotPrintableError, match="東 京"):
        make(story, pen)
    message = Message.objects.get()
    assert (message.state, message.leased_by, message.leased_until) == (MessageState.QUEUED, "", None)


def test_a_letter_that_would_have_boxes_waits_and_names_the_characters(story: Story, pen: User) -> None:
    invoice = late(story, "東京商事")
    others = late(story, "Εκδόσεις Нева")
    story.run(TODAY)
    assert Notice.objects.get().customer_id == others.customer_id
    (waiting,) = Action.objects.filter(invoice=invoice, state=ActionState.WAITING)
    assert waiting.reason == "text_incomplete"
    assert "have no 東 京 商 事, as in “東京商事”" in waiting.detail
    Customer.objects.filter(pk=invoice.customer_id).update(name="Tokyo Shoji")
    story.run(TODAY + DAY)
    assert Notice.objects.filter(customer_id=invoice.customer_id, state=NoticeState.QUEUED).exists()


def test_nothing_is_printed_twice(story: Story, pen: User) -> None:
    late(story, "Harbor & Pine")
    story.run(TODAY)
    batch = make(story, pen)
    again = make_batch(organization=story.organization, by=pen, now=story.moment(TODAY, NOON), today=TODAY)
    assert again.batch is None
    post(story, batch, pen)
    with pytest.raises(BatchMovedOnError, match="already"):
        post(story, batch, pen)
    for day in (TODAY, TODAY + DAY):
        story.run(day)
        assert make_batch(organization=story.organization, by=pen, now=story.moment(day, NOON), today=day).batch is None
    assert Message.objects.count() == 1


def test_what_is_paid_after_printing_is_called_back_before_anything_is_marked(story: Story, pen: User) -> None:
    paid, owed = late(story, "Acorn"), late(story, "Birch")
    story.run(TODAY)
    batch = make(story, pen)
    worlds.make_payment(paid.customer, 119, on=TODAY, towards=paid)
    assert set(changed_letters(batch, today=TODAY).values()) == {print_batches.REASONS["changed"]}
    result = post(story, batch, pen)
    assert result.letters == 0
    assert [letter.message.customer.name for letter in result.taken_out] == ["Acorn"]
    batch.refresh_from_db()
    assert batch.posted_at is None
    assert Notice.objects.get(customer=paid.customer).state == NoticeState.CANCELLED
    assert post(story, batch, pen).letters == 1
    story.run(TODAY)
    assert states(paid) == {ActionState.FINAL}
    assert ActionState.DONE in states(owed)


@pytest.mark.parametrize("later", [0, 1])
def test_a_hold_or_a_payment_of_a_later_day_calls_a_printed_letter_back(story: Story, pen: User, later: int) -> None:
    held, partly = late(story, "Acorn"), late(story, "Birch")
    story.run(TODAY)
    batch = make(story, pen)
    day = TODAY + later * DAY
    worlds.make_hold(held.customer, starts_on=day)
    worlds.make_payment(partly.customer, 19, on=day, towards=partly)
    assert len(changed_letters(batch, today=day)) == 2
    assert len(post(story, batch, pen, day).taken_out) == 2
    assert Message.objects.filter(state=MessageState.CANCELLED).count() == 2


def test_stopped_sending_stops_the_post(story: Story, pen: User) -> None:
    late(story, "Acorn")
    story.run(TODAY)
    batch = make(story, pen)
    OrganizationSettings.objects.filter(organization=story.organization).update(sending_stopped_at=worlds.NOW)
    assert set(changed_letters(batch, today=TODAY).values()) == {"All sending is stopped."}


def test_a_letter_that_nobody_printed_is_written_anew_for_the_next_day(story: Story, pen: User) -> None:
    late(story, "Acorn")
    story.run(TODAY)
    story.run(TODAY + DAY)
    assert {notice.as_of: notice.state for notice in Notice.objects.all()} == {
        TODAY: NoticeState.CANCELLED,
        TODAY + DAY: NoticeState.QUEUED,
    }


def test_a_printed_letter_may_be_posted_the_next_day_and_no_second_one_is_written(story: Story, pen: User) -> None:
    late(story, "Acorn")
    story.run(TODAY)
    batch = make(story, pen)
    story.run(TODAY + DAY)
    assert Notice.objects.count() == 1
    assert post(story, batch, pen, TODAY + DAY).letters == 1


def test_a_pile_that_lay_too_long_is_not_posted(story: Story, pen: User) -> None:
    late(story, "Acorn")
    story.run(TODAY)
    batch = make(story, pen)
    with pytest.raises(BatchMovedOnError, match="words are of another time"):
        post(story, batch, pen, TODAY + 8 * DAY)
    with pytest.raises(BatchMovedOnError, match="between the day it was printed and today"):
        mark_posted(
            organization=story.organization,
            batch_id=batch.pk,
            posted_on=TODAY + DAY,
            by=pen,
            now=story.moment(TODAY, NOON),
            today=TODAY,
        )


def test_a_pile_that_nobody_marks_as_posted_is_told_once(story: Story, pen: User) -> None:
    worlds.make_user("cleo@northlight.example", organization=story.organization, role="collector")
    collect(story.organization, now=story.moment(TODAY, dt.time(6)))
    late(story, "Acorn")
    late(story, "Birch")
    story.run(TODAY)
    batch = make(story, pen)
    calendar = calendar_of(story.organization)
    told: dict[int, int] = {}
    for days in range(8):
        collect(story.organization, now=story.moment(TODAY + days * DAY, dt.time(9)))
        told[days] = Alert.objects.filter(kind="letters_not_posted").count()
    # The first day that has two whole business days between it and the day of printing
    first = next(n for n in range(8) if calendar.subtract_business_days(TODAY + n * DAY, UNPOSTED_AFTER) > TODAY)
    assert told == {days: int(days >= first) for days in range(8)}
    alert = Alert.objects.get(kind="letters_not_posted")
    assert words(alert, "en").title.startswith("2 letters of ")
    assert alert.source_key == f"batch:{batch.pk}"


def test_the_next_step_waits_for_the_post_and_counts_from_it(story: Story, pen: User) -> None:
    invoice = late(story, "Harbor & Pine")
    story.run(TODAY)
    batch = make(story, pen)
    monday = TODAY + 5 * DAY  # the seventh day after the due date is a Sunday; the interval is three days
    story.run(monday)
    waiting = Action.objects.get(invoice=invoice, state=ActionState.WAITING)
    assert (waiting.offset_days, waiting.reason) == (7, "letter_unposted")
    assert waiting.detail == "The letter of 18 March 2026 is printed but not marked as posted."
    this = begin(story.organization, as_of=monday, now=story.moment(monday), channels_set_up=("letter",))
    policy = DunningPolicy.objects.get(organization=story.organization)
    draft = replace(current_draft(policy), name="Renamed")
    preview = preview_policy(this, draft, policy_id=policy.pk)
    assert (preview.changed, preview.goes_after) == (0, 1)  # the letter itself
    assert post(story, batch, pen, monday).letters == 1
    story.run(monday + DAY)
    waiting.refresh_from_db()
    assert (waiting.reason, waiting.detail, waiting.recheck_on) == ("contact_interval", "", monday + 3 * DAY)
    story.run(monday + 3 * DAY)
    assert Notice.objects.get(state=NoticeState.QUEUED).step.offset_days == 7


def test_a_letter_taken_out_of_the_pile_holds_nothing_back(story: Story, pen: User) -> None:
    invoice = late(story, "Harbor & Pine")
    story.run(TODAY)
    batch = make(story, pen)
    monday = TODAY + 5 * DAY
    story.run(monday)
    print_batches.take_out(
        organization=story.organization,
        batch_id=batch.pk,
        message_ids=[Message.objects.get().pk],
        by=pen,
        now=story.moment(monday, NOON),
    )
    story.run(monday, NOON)
    assert Action.objects.get(invoice=invoice, offset_days=7).state == ActionState.PLANNED


def test_a_posted_pile_is_not_told(story: Story, pen: User) -> None:
    worlds.make_user("cleo@northlight.example", organization=story.organization, role="collector")
    collect(story.organization, now=story.moment(TODAY, dt.time(6)))
    late(story, "Acorn")
    story.run(TODAY)
    post(story, make(story, pen), pen)
    collect(story.organization, now=story.moment(TODAY + 6 * DAY, dt.time(9)))
    assert not Alert.objects.filter(kind="letters_not_posted").exists()


def test_a_mark_is_taken_back_within_a_day(story: Story, pen: User) -> None:
    invoice = late(story, "Acorn")
    story.run(TODAY)
    batch = make(story, pen)
    post(story, batch, pen)
    back = print_batches.unmark_posted(
        organization=story.organization, batch_id=batch.pk, by=pen, now=story.moment(TODAY, dt.time(13, 0))
    )
    assert back == 1
    assert Message.objects.get().state == MessageState.SENDING
    assert ActionState.DONE not in states(invoice)
    story.run(TODAY + DAY)
    assert Notice.objects.count() == 1
    assert post(story, batch, pen, TODAY + DAY).letters == 1
    with pytest.raises(BatchMovedOnError, match="more than a day ago"):
        print_batches.unmark_posted(
            organization=story.organization, batch_id=batch.pk, by=pen, now=story.moment(TODAY + 3 * DAY)
        )


def test_a_letter_taken_out_by_a_person_is_written_anew(story: Story, pen: User) -> None:
    late(story, "Acorn")
    story.run(TODAY)
    batch = make(story, pen)
    message = Message.objects.get()
    taken = print_batches.take_out(
        organization=story.organization,
        batch_id=batch.pk,
        message_ids=[message.pk],
        by=pen,
        now=story.moment(TODAY, NOON),
    )
    assert taken == 1
    assert "took it out of the pile" in BatchLetter.objects.get().called_back_reason
    story.run(TODAY)
    fresh = Message.objects.exclude(pk=message.pk).get()
    assert fresh.state == MessageState.QUEUED


def test_a_changed_letter_has_changed_paper(story: Story, pen: User) -> None:
    OrganizationSettings.objects.filter(organization=story.organization).update(approval_required=True)
    invoice = late(story, "Acorn")
    story.run(TODAY)
    notice = Notice.objects.get()
    assert "[Invoice Table]" in notice.body_text
    edit(
        organization=story.organization,
        notice_id=notice.pk,
        by=pen,
        subject="A word from Anna",
        body_text="Dear friends,\n\nplease look at this.\n\n[Invoice Table]\n\nAnna",
        body_html="",
        now=story.moment(TODAY),
    )
    file = notice.files.get().file
    assert file is not None
    (page,) = pages(bytes(file.content))
    assert "A word from Anna" in page
    assert "please look at this." in page
    assert invoice.number in page


def test_a_customer_without_an_address_waits_visibly(story: Story, pen: User) -> None:
    customer = worlds.make_customer(story.organization, "Nowhere", email="")
    invoice = worlds.make_invoice(customer, due_on=TODAY - 3 * DAY)
    story.run(TODAY)
    assert Notice.objects.count() == 0
    assert "no_address" in set(Action.objects.filter(invoice=invoice).values_list("reason", flat=True))


def test_the_contact_is_the_day_it_was_posted(story: Story, pen: User) -> None:
    invoice = late(story, "Acorn")
    story.run(TODAY)
    batch = make(story, pen)
    posted_on = TODAY + DAY
    post(story, batch, pen, posted_on)
    assert Notice.objects.get().contact_on == posted_on
    done = Action.objects.filter(invoice=invoice, state=ActionState.DONE)
    assert set(done.values_list("done_on", flat=True)) == {posted_on}
    print_batches.unmark_posted(
        organization=story.organization, batch_id=batch.pk, by=pen, now=story.moment(posted_on, dt.time(13, 0))
    )
    assert Notice.objects.get().contact_on == TODAY


def test_what_changed_after_the_post_does_not_undo_it(story: Story, pen: User) -> None:
    invoice = late(story, "Acorn")
    story.run(TODAY)
    batch = make(story, pen)
    worlds.make_payment(invoice.customer, 119, on=TODAY + DAY, towards=invoice)
    assert changed_letters(batch, today=TODAY + DAY)
    result = mark_posted(
        organization=story.organization,
        batch_id=batch.pk,
        posted_on=TODAY,
        by=pen,
        now=story.moment(TODAY + DAY, NOON),
        today=TODAY + DAY,
    )
    assert (result.letters, result.taken_out) == (1, [])


def test_another_who_posts_letters_gets_them_written_anew_and_people_print_no_more(story: Story, pen: User) -> None:
    late(story, "Acorn")
    story.run(TODAY)
    OrganizationSettings.objects.filter(organization=story.organization).update(letters_by="lob")
    with pytest.raises(BatchMovedOnError, match="not printed here"):
        make(story, pen)
    OrganizationSettings.objects.filter(organization=story.organization).update(letters_by="print", paper="us_letter")
    story.organization.refresh_from_db()
    story.run(TODAY)
    assert sorted(Notice.objects.values_list("state", flat=True)) == [NoticeState.CANCELLED, NoticeState.QUEUED]


def test_an_address_as_long_as_its_lines_may_be_fits(story: Story, pen: User) -> None:
    late(story, "Acorn", address_line_1="S" * 200, address_line_2="T" * 200, city="U" * 100, region="V" * 100)
    story.run(TODAY)
    assert len(Notice.objects.get().recipient) > 600
    assert len(Message.objects.get().recipient) > 600


def test_each_reads_in_their_language(story: Story, pen: User) -> None:
    late(story, "Eiche", language="de")
    story.run(TODAY)
    (page,) = pages(bytes(Notice.objects.get().files.get().file.content))
    assert "Zahlungserinnerung" in page
    assert "Seite 1 von 1" in page
    assert isinstance(Customer.objects.get().name, str)
