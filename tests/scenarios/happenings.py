"""What may happen to an organization and its customers, each drawn as one event."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import tempfile
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from hypothesis import strategies as st

from dunwell.followup.models import (
    Action,
    ActionState,
    DunningPolicy,
    Notice,
    NoticeState,
    PolicyStep,
    Task,
    TaskState,
)
from dunwell.followup.queries.policies import current_draft
from dunwell.followup.services.policies import DEFAULT_STEPS, save_policy
from dunwell.ledger.imports.errors import ImportRefusedError
from dunwell.ledger.imports.files import look_at
from dunwell.ledger.imports.inspection import inspect
from dunwell.ledger.imports.mapping import Mapping
from dunwell.ledger.imports.services import import_file
from dunwell.ledger.models import Allocation, Customer, Hold, Invoice, Payment, WriteOff
from dunwell.organizations.models import OrganizationSettings, User
from dunwell.rules.channels import Channel
from tests import worlds
from tests.crashes import leases_run_out
from tests.invariants import DAY
from tests.messaging.lob_server import LobServer
from tests.messaging.smtp_server import SmtpServer
from tests.messaging.twilio_server import TwilioServer
from tests.scenarios import hands
from tests.scenarios.hands import CHANNELS, Hands
from tests.scenarios.story import Story

CUSTOMERS = 3
SMS_ACCIDENTS = ("429", "503", "500 after", "drop", "garbage", "error 21610", "error 21614", "error 30005")
LETTER_ACCIDENTS = ("drop", "drop after", "internal_server_error", "rate_limit_exceeded", "invalid")
ACCIDENTS = ("rcpt-4", "rcpt-5", "rcpt-unknown", "data-4", "end-4", "end-5", "drop-data", "drop-dot", "drop-end")


@dataclass(frozen=True)
class Event:
    """Something that happens to one customer; what the numbers mean is the event's own business."""

    kind: str
    who: int
    number: int
    yes: bool
    currency: str


def _event(*kinds: str) -> st.SearchStrategy[Event]:
    return st.builds(
        Event,
        kind=st.sampled_from(kinds),
        who=st.integers(0, CUSTOMERS - 1),
        number=st.integers(0, 11),
        yes=st.booleans(),
        currency=st.sampled_from(["EUR", "USD"]),
    )


KINDS = (
    "invoice",
    "invoice",
    "import",
    "credit",
    "payment",
    "bounce",
    "refund",
    "hold",
    "release",
    "due_date",
    "give_up",
    "policy",
    "run_limit",
    "accident",
    "leases",
    "says",
    "moves",
    "set_up",
    "pile",
    "pile",
    "call",
    "call",
    "task",
    "sends_now",
)
any_event = _event(*KINDS)
# What is on its way or to do is met by what would stop it: left to chance it would seldom be
apt_event = _event("apt")


class Happenings:
    """To what happens, and when: the day and the time of day that it is."""

    smtp: SmtpServer
    twilio: TwilioServer
    lob: LobServer
    did: Counter[str]
    story: Story
    person: User
    hands: Hands
    customers: list[Customer]
    tried: Counter[str]
    day: dt.date
    at: dt.time

    def _check(self) -> None:
        """Look at what has reached somebody, before anything else happens."""
        raise NotImplementedError

    def _send(self, now: dt.datetime) -> None:
        """A worker sends what may go."""
        raise NotImplementedError

    def _happens(self, event: Event) -> None:
        customer = self._somebody(event.who)
        amount = Decimal(10 * (event.number + 1))
        invoice = Invoice.objects.filter(customer=customer, balance__gt=0).order_by("due_on", "id").first()
        if event.kind == "invoice":
            due_on = self.day + (event.number - 8) * 2 * DAY
            worlds.make_invoice(customer, due_on=due_on, total=amount, currency=event.currency)
        elif event.kind == "credit":
            worlds.make_payment(customer, amount, on=self.day, currency=event.currency)
        elif event.kind in ("bounce", "refund"):
            self._takes_back(customer, event.kind)
        elif event.kind == "import":
            self._imports(customer, event, amount)
        elif event.kind == "policy":
            way = CHANNELS[(event.who + event.number) % len(CHANNELS)] if event.yes else None
            self._edits_policy(event.number % 4, event.number % 5, way)
        elif event.kind == "run_limit":
            OrganizationSettings.objects.filter(organization=self.story.organization).update(
                run_limit=event.number if event.number in (1, 2) else None
            )
        elif event.kind == "release":
            Hold.objects.filter(customer=customer, released_on=None, starts_on__lte=self.day).update(
                released_on=self.day
            )
        elif event.kind == "accident":
            self._accident(customer, event)
        elif event.kind == "leases":
            leases_run_out()
        elif event.kind in ("says", "moves", "set_up", "pile", "call", "task", "sends_now", "pays_off"):
            self._works(customer, event)
        elif invoice is not None:
            self._happens_to(invoice, event, amount)

    def _apt(self, event: Event) -> Event:
        """Of what fits what stands now, what was tried least often: what waits for its window is sent at once, refused
        or partly paid, a letter is paid between printing and the post, somebody is called, or pays what is on the list.
        """
        organization = self.story.organization
        queued = set(Notice.objects.filter(organization=organization, state=NoticeState.QUEUED).values_list("channel"))
        to_do = set(Task.objects.filter(organization=organization, state=TaskState.OPEN).values_list("kind"))
        prints = OrganizationSettings.objects.filter(organization=organization, letters_by="print").exists()
        # A call first: on its first day a round has days enough until the weekend for what must keep its distance
        fits = {
            "call": ("call",) in to_do,
            "pile": prints and ("letter",) in queued,
            "sends_now": ("sms",) in queued,
            "says": bool(queued),
            "pays_off": bool(to_do),
            "part": True,
        }
        can = [kind for kind, does in fits.items() if does]
        first = event.number % len(can)
        kind = min(can[first:] + can[:first], key=lambda one: self.tried[one])
        self.tried[kind] += 1
        # Somebody answers the telephone, opts out, and posts the pile
        number = 6 * (event.number % 2) if kind == "call" else event.number // 4 * 4 + 1
        return dataclasses.replace(event, kind=kind, yes=True, number=number)

    def _works(self, customer: Customer, event: Event) -> None:
        """What people do with channels and the worklist. What they send is judged at once."""
        now = self.story.moment(self.day, self.at)
        if event.kind == "says":
            self.hands.says(customer, event.number, now)
        elif event.kind == "moves":
            self.hands.moves(customer, event.number)
        elif event.kind == "set_up":
            hands.set_up(self.story.organization, tuple(hands.SET_UP)[event.number % len(hands.SET_UP)])
        elif event.kind == "pile":
            self.hands.at_the_pile(event.number, self.day, now, somebody_pays=event.yes)
            self._check()
        elif event.kind == "sends_now":
            if self.hands.sends_now(event.number, now):
                self._send(now)
                self._check()
        elif event.kind == "call":
            self._calls(event, now)
        elif event.kind == "pays_off":
            self._pays_off(event.number)
        else:
            self.hands.does_a_task(event.number, self.day, now)

    def _calls(self, event: Event, now: dt.datetime) -> None:
        """Somebody calls. Of another invoice of the same customer a step by mail may be due at once: it keeps its
        distance."""
        called = self.hands.calls(event.number, self.day, now)
        self.did["calls"] += called is not None
        if called is not None and event.yes:
            steps = PolicyStep.objects.filter(
                organization=self.story.organization, version__is_current=True, channel__in=tuple(Channel)
            ).exclude(tone="final")
            step = steps.order_by("channel", "offset_days").first()
            offset = step.offset_days if step else event.number
            worlds.make_invoice(called, due_on=self.day - offset * DAY)

    def _accident(self, customer: Customer, event: Event) -> None:
        contact = customer.contacts.get()
        if event.yes:
            self.smtp.will(contact.email, ACCIDENTS[event.number % len(ACCIDENTS)])
        elif event.number % 2 and contact.sms_number:
            self.twilio.will(contact.sms_number, SMS_ACCIDENTS[event.number % len(SMS_ACCIDENTS)])
        else:
            self.lob.will(LETTER_ACCIDENTS[event.number % len(LETTER_ACCIDENTS)])

    def _somebody(self, who: int) -> Customer:
        """One of those to whom something is on its way, if there are any: there it matters."""
        queued = Notice.objects.filter(organization=self.story.organization, state=NoticeState.QUEUED)
        waiting = sorted(set(queued.values_list("customer_id", flat=True)))
        chosen = [customer for customer in self.customers if customer.pk in waiting] or self.customers
        return chosen[who % len(chosen)]

    def _pays_off(self, number: int) -> None:
        """What somebody is asked to call about, or to look after, is paid."""
        tasks = Task.objects.filter(organization=self.story.organization, state=TaskState.OPEN).order_by("pk")
        task = tasks[number % 2 : number % 2 + 1].first() or tasks.first()
        for action in Action.objects.filter(task=task, state=ActionState.PLANNED).select_related("invoice__customer"):
            owed = action.invoice
            if owed.balance > 0:
                worlds.make_payment(owed.customer, owed.balance, on=self.day, towards=owed, currency=owed.currency)

    def _happens_to(self, invoice: Invoice, event: Event, amount: Decimal) -> None:
        customer = invoice.customer
        if event.kind == "payment":
            paid = {} if event.yes else {"succeeded_on": None}
            worlds.make_payment(customer, amount, on=self.day, towards=invoice, currency=invoice.currency, **paid)
        elif event.kind == "part":
            half = (invoice.balance / 2).quantize(Decimal("0.01"))
            if half > 0:
                worlds.make_payment(customer, half, on=self.day, towards=invoice, currency=invoice.currency)
        elif event.kind == "hold":
            starts_on = self.day + event.number % 4 * DAY
            ends_on = starts_on + (event.number % 3 + 1) * DAY if event.yes else None
            target = invoice if event.number > 5 else None
            worlds.make_hold(customer, invoice=target, starts_on=starts_on, ends_on=ends_on)
        elif event.kind == "due_date":
            due_on = max(invoice.issued_on, invoice.due_on + (event.number - 4) * 2 * DAY)
            Invoice.objects.filter(pk=invoice.pk).update(due_on=due_on)
        elif event.yes:
            Invoice.objects.filter(pk=invoice.pk).update(voided_on=self.day)
        else:
            WriteOff.objects.create(
                organization=self.story.organization,
                invoice=invoice,
                amount=invoice.balance,
                written_off_on=self.day,
            )

    def _takes_back(self, customer: Customer, how: str) -> None:
        """A payment bounces, or is given back: what it had settled is open again."""
        payments = Payment.objects.filter(customer=customer, failed_on=None, refunded_on=None)
        payment = payments.exclude(succeeded_on=None).order_by("-id").first()
        if payment is not None:
            Allocation.objects.filter(payment=payment, reversed_on=None).update(reversed_on=self.day)
            changed = {"failed_on": self.day} if how == "bounce" else {"refunded_on": self.day}
            Payment.objects.filter(pk=payment.pk).update(**changed)

    def _imports(self, customer: Customer, event: Event, amount: Decimal) -> None:
        """A file names a new invoice of this customer, one of yesterday's file again, and a row that is no good."""
        due_on = self.day + (event.number - 8) * 2 * DAY
        numbers = sorted(Invoice.objects.filter(customer=customer).values_list("number", flat=True))[-1:]
        rows = [
            f"{customer.name},{number},{due_on - 30 * DAY},{due_on},{amount},{event.currency}"
            for number in (f"F-{self.did['events']}", *(numbers if event.yes else []))
        ]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "book.csv"
            head = "customer,invoice number,invoice date,due date,amount,currency"
            path.write_text("\n".join((head, *rows, "nobody,X,never,,,")) + "\n")
            chosen = Mapping(scope="adds")
            facts = look_at(path, encoding=chosen.encoding, delimiter=chosen.delimiter)
            inspection = inspect(facts, mapping=chosen, base_currency="EUR")
            now = self.story.moment(self.day, self.at)
            with contextlib.suppress(ImportRefusedError):
                import_file(
                    organization=self.story.organization,
                    inspection=inspection,
                    as_of=self.day,
                    now=now,
                    actor=self.person.pk,
                )
                self.did["imports"] += 1

    def _edits_policy(self, shift: int, place: int, way: str | None) -> None:
        """Every step but the first moves by some days, and one goes another way: the next version of the policy."""
        policy = DunningPolicy.objects.get(organization=self.story.organization, is_default=True)
        draft = current_draft(policy)
        steps = list(draft.steps)
        for number, offset in enumerate((-3, 0, 3 + shift, 7 + shift, 14 + shift)):
            steps[number] = dataclasses.replace(steps[number], offset_days=offset)
        if way is not None:
            text = "" if way in ("call", "task") else DEFAULT_STEPS[place].template
            steps[place] = dataclasses.replace(steps[place], channel=way, template=text)
        save_policy(
            organization=self.story.organization,
            draft=dataclasses.replace(draft, steps=tuple(steps)),
            policy_id=policy.pk,
            by=self.person,
        )
