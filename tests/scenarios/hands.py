"""What people do and say while an organization chases: addresses and wishes, print batches, calls, tasks, set-up."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from dunwell.followup.models import (
    Action,
    ActionState,
    CallOutcome,
    Notice,
    NoticeItem,
    NoticeMessage,
    NoticeState,
    PlanState,
    Task,
    TaskKind,
    TaskState,
)
from dunwell.followup.services.calls import Said, record_call
from dunwell.followup.services.notices import NoticeMovedOnError, OutsideWindowError, send_now
from dunwell.followup.services.print_batches import make_batch, mark_posted, take_out, unmark_posted
from dunwell.followup.services.tasks import close_tasks
from dunwell.ledger.models import ChannelChoice, Contact, Customer, Invoice
from dunwell.ledger.services.addresses import keep_choice
from dunwell.ledger.services.phones import look_at_phones
from dunwell.messaging.models import PrintBatch
from dunwell.organizations.models import Organization, OrganizationSettings, User
from dunwell.organizations.secrets import encrypt
from dunwell.rules.channels import Channel
from dunwell.workflows.sender import sender_of
from tests import worlds
from tests.messaging import lob_server, twilio_server

CHANNELS = ("email", "sms", "letter", "call", "task")
SAID = ("opted_out", "agreed")
SET_UP: dict[str, dict[str, Any]] = {
    "no SMS": {"twilio_account_sid": "", "twilio_auth_token_encrypted": "", "twilio_sender": ""},
    "SMS": {
        "twilio_account_sid": twilio_server.ACCOUNT,
        "twilio_auth_token_encrypted": encrypt(twilio_server.TOKEN),
        "twilio_sender": twilio_server.SENDER,
    },
    "no letters": {"letters_by": ""},
    "print": {"letters_by": "print"},
    "Lob": {
        "letters_by": "lob",
        "lob_key_encrypted": encrypt(lob_server.KEY),
        "lob_sender": lob_server.SENDER,
    },
}
OUTCOMES = tuple(CallOutcome.values)


def reach(customer: Customer, how: str, number: int) -> None:
    """`mail`: an address for e-mail alone; `all`: a phone with consent and a postal address as well; `paper`: without
    e-mail; `nothing`."""
    if how in ("all", "paper"):
        worlds.reach_everywhere(customer, phone=f"+49 171 12345{number:02d}")
    if how in ("paper", "nothing"):
        customer.contacts.update(email="")
    if how == "paper":
        ChannelChoice.objects.filter(contact__customer=customer).delete()


def set_up(organization: Organization, what: str) -> None:
    OrganizationSettings.objects.filter(organization=organization).update(**SET_UP[what])


@dataclass
class Hands:
    """A person at work. `called`: each step of an invoice that a call has done, which no second one may do."""

    organization: Organization
    person: User
    called: Counter[tuple[int, int, int, int]] = field(default_factory=Counter)

    def says(self, customer: Customer, number: int, now: dt.datetime) -> None:
        """Somebody opts out of the channel by which something is on its way, or of any, or agrees to it again."""
        contact = customer.contacts.get()
        queued = Notice.objects.filter(customer=customer, state=NoticeState.QUEUED).values_list("channel", flat=True)
        refused = ChannelChoice.objects.filter(contact=contact, said="opted_out").values_list("channel", flat=True)
        channel, said = tuple(Channel)[number % 3].value, SAID[number % 4 == 3]
        if number % 4 == 1:
            channel = queued.order_by("pk").last() or channel
        elif (again := refused.order_by("pk").first()) is not None:
            channel, said = again, "agreed"
        keep_choice(
            organization=self.organization, contact_id=contact.pk, channel=channel, said=said, now=now, by=self.person
        )

    def sends_now(self, number: int, now: dt.datetime) -> bool:
        """A person does not wait for the window of what is queued, an SMS before all. Whether anything may go now."""
        queued = Notice.objects.filter(
            organization=self.organization, state=NoticeState.QUEUED, channel__in=("email", "sms")
        ).order_by("-channel", "pk")
        notice = queued[number % 2 : number % 2 + 1].first() or queued.first()
        if notice is None:
            return False
        organization = Organization.objects.select_related("settings").get(pk=self.organization.pk)
        try:
            send_now(
                organization=organization, notice_id=notice.pk, by=self.person, sender=sender_of(organization), now=now,
                confirmed=True,
            )  # fmt: skip
        except (OutsideWindowError, NoticeMovedOnError):
            return False
        return True

    def moves(self, customer: Customer, number: int) -> None:
        """An address goes or comes, or another channel is preferred. All are facts of the customer."""
        contacts = Contact.objects.filter(customer=customer)
        if number % 4 == 0:
            contacts.update(email="" if number > 5 else f"moved{number}@c{customer.pk}.example")
        elif number % 4 == 1:
            contacts.update(phone="" if number > 5 else f"+49 171 76543{number:02d}")
            look_at_phones(organization_id=self.organization.pk)
        elif number % 4 == 2:
            street = "" if number > 5 else f"Hafenstraße {number}"
            Customer.objects.filter(pk=customer.pk).update(address_line_1=street, city="Hamburg", postal_code="20457")
        else:
            Customer.objects.filter(pk=customer.pk).update(preferred_channel=("", "sms", "letter")[number // 4])

    def prints(self, day: dt.date, now: dt.datetime) -> None:
        if OrganizationSettings.objects.get(organization=self.organization).letters_by == "print":
            make_batch(organization=self.organization, by=self.person, now=now, today=day)

    def at_the_pile(self, number: int, day: dt.date, now: dt.datetime, *, somebody_pays: bool) -> None:
        """The oldest pile that lies there, or a new one, is posted, what may not go any more taken out first; or it is
        thrown away. Between printing and the post somebody in it may pay.

        One of another day always is: nobody posts words of another time. And sometimes one was not posted after all.
        """
        batches = PrintBatch.objects.filter(organization=self.organization).order_by("pk")
        lying = batches.filter(posted_at=None, letters__called_back_at=None).distinct()
        if not lying.exists():
            self.prints(day, now)
        pile = lying.first()
        acts: dict[str, Any] = {"organization": self.organization, "by": self.person, "now": now}
        if pile is not None and somebody_pays:
            self._pays_for_a_letter(pile, number, day)
        if pile is not None and (number % 6 == 0 or pile.made_at.date() < day):
            letters = list(pile.letters.filter(called_back_at=None).values_list("message_id", flat=True))
            take_out(batch_id=pile.pk, message_ids=letters, **acts)
        elif pile is not None:
            if not mark_posted(batch_id=pile.pk, posted_on=day, today=day, **acts).letters:
                mark_posted(batch_id=pile.pk, posted_on=day, today=day, **acts)
        elif number % 3 == 0 and (gone := batches.exclude(posted_at=None).filter(posted_on=day).last()) is not None:
            unmark_posted(batch_id=gone.pk, **acts)

    def _pays_for_a_letter(self, pile: PrintBatch, number: int, day: dt.date) -> None:
        letters = pile.letters.filter(called_back_at=None).order_by("position")
        about = NoticeItem.objects.filter(
            notice__in=NoticeMessage.objects.filter(message__in=letters.values("message")).values("notice"),
            invoice__balance__gt=0,
        ).order_by("invoice")
        if (item := about[number % 2 : number % 2 + 1].first() or about.first()) is not None:
            invoice = item.invoice
            worlds.make_payment(invoice.customer, invoice.balance, on=day, towards=invoice, currency=invoice.currency)

    def calls(self, number: int, day: dt.date, now: dt.datetime) -> Customer | None:
        """Somebody makes the first call of the worklist, and writes down what came of it. Who was called, if anybody.

        Nobody calls by yesterday's list: a reminder may have gone since.
        """
        if not PlanState.objects.filter(organization=self.organization, planned_as_of=day).exists():
            return None
        task = Task.objects.filter(
            organization=self.organization, kind=TaskKind.CALL, state=TaskState.OPEN, due_on__lte=day
        ).first()
        if task is None:
            return None
        asked = list(Action.objects.filter(task=task, state=ActionState.PLANNED))
        owes = Invoice.objects.filter(pk__in=[action.invoice_id for action in asked], balance__gt=0).exists()
        contact = Contact.objects.filter(customer=task.customer_id).exclude(phone="").first()
        outcome = OUTCOMES[number % len(OUTCOMES)] if owes and contact else CallOutcome.REACHED.value
        promised = day + dt.timedelta(days=number % 5) if outcome == CallOutcome.PROMISED else None
        record_call(
            organization=self.organization,
            customer_id=task.customer_id,
            said=Said(outcome, contact.pk if contact else None, note="As they say.", promised_on=promised),
            by=self.person,
            as_of=day,
            now=now,
            task_id=task.pk,
        )
        done = Action.objects.filter(pk__in=[action.pk for action in asked], state=ActionState.DONE)
        for action in done:
            self.called[action.invoice_id, action.anchor_id, action.lineage, action.occurrence] += 1
        assert max(self.called.values(), default=1) == 1, f"a step was called about twice: {self.called}"
        customer: Customer = task.customer
        return customer

    def does_a_task(self, number: int, day: dt.date, now: dt.datetime) -> None:
        task = Task.objects.filter(organization=self.organization, kind=TaskKind.TASK, state=TaskState.OPEN).first()
        if task is not None:
            close_tasks(
                organization=self.organization, task_ids=[task.pk], by=self.person, as_of=day, now=now,
                needed=number % 3 > 0,
            )  # fmt: skip
