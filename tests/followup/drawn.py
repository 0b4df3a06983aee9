"""Books, policies and changes as Hypothesis draws them, written straight into the database."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from hypothesis import strategies as st

from dunwell.followup.models import (
    Action,
    AssignmentRule,
    CustomerPolicy,
    DunningPolicy,
    Notice,
    NoticeMessage,
    OldDebtRelease,
    PolicyStep,
    PolicyVersion,
    Task,
)
from dunwell.followup.services.calls import Said, record_call
from dunwell.followup.services.tasks import close_tasks
from dunwell.ledger.models import (
    Allocation,
    ChannelChoice,
    Contact,
    Customer,
    DataSource,
    Hold,
    Invoice,
    Payment,
    TouchedCustomer,
    WriteOff,
)
from dunwell.ledger.services.extensions import extend_due_date
from dunwell.messaging.models import BatchLetter, Message, MessageTemplate, PrintBatch, StoredFile
from dunwell.organizations.models import ClosingDay, Organization, User
from dunwell.rules.calendars import Calendar
from dunwell.rules.calls import Outcome
from dunwell.rules.escalation import Step, Tone
from tests import worlds
from tests.rules.strategies import policies
from tests.worlds import TODAY

T = TypeVar("T")
DAY = dt.timedelta(days=1)
CURRENCIES = ("EUR", "USD", "KES")  # the last has no published rate
# A German mobile and a fixed line, as people write them, and a number that says its country
PHONES = ("", "0171 1234567", "030 901820", "+49 171 7654321", "not known")
WEEKS = ([1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6, 7], [7, 1, 2, 3, 4], [2, 5])

ages = st.integers(-12, 25) | st.sampled_from([-3, 0, 1, 3, 7, 14, 20, 45, 366, 500])
USUAL = [Step(1, -3), Step(2, 0), Step(3, 3, Tone.NEUTRAL), Step(4, 7, Tone.FIRM), Step(5, 14, Tone.FINAL)]
amounts = st.sampled_from([5, 20, 40, 100, 250]).map(Decimal)


class World:
    """One organization with what was drawn for it; `today` is the day of the changes that are drawn next."""

    def __init__(self, data: st.DataObject, *, customers: int = 3) -> None:
        self.data = data
        self.today = TODAY
        self.organization = worlds.make_organization(
            "drawn",
            settings={
                "minimum_amount": self.draw(st.sampled_from([0, 0, 30, 60])),
                "contact_interval_days": self.draw(st.integers(0, 4)),
                "weekly_contact_limit": self.draw(st.integers(1, 3)),
                "window_weekdays": self.draw(st.sampled_from(WEEKS)),
                "grace_days": self.draw(st.integers(0, 3)),
                "sms_consent_required": self.draw(st.booleans()),
                "catch_up": self.draw(st.sampled_from(["latest", "latest", "next", "skip"])),
                "segment_known_from_invoices": self.draw(st.integers(1, 3)),
                "segment_frequent_percent": self.draw(st.sampled_from([30, 50, 90])),
            },
        )
        self.template = MessageTemplate.objects.create(
            organization=self.organization, key="text", name="Text", tone="friendly", subject="S", body_html="<p>B</p>"
        )
        for channel in self.draw(st.sampled_from([(), ("sms",), ("sms", "letter")])):
            MessageTemplate.objects.create(
                organization=self.organization, key="text", name="Text", tone="friendly", channel=channel, body_text="B"
            )
        kinds = [("email",)] * 4 + [("email", "sms")] * 2 + [("email", "sms", "letter"), ("sms",), ()]
        self.channels = self.draw(st.sampled_from(kinds))
        self.lineages = itertools.count(1)
        self.policy = DunningPolicy.objects.create(organization=self.organization, name="Drawn", is_default=True)
        self.policies = [self.policy]
        self.new_policy_version()
        if self.draw(st.booleans()):
            self.policies.append(DunningPolicy.objects.create(organization=self.organization, name="Other"))
            self.new_policy_version(self.policies[1])
        for _ in range(self.draw(st.integers(0, 2))):
            self.add_closing_day()
        self.sources = [
            DataSource.objects.create(organization=self.organization, kind=kind, name=kind, fresh_at=self.fresh_at())
            for kind in ("file", "connector")
        ]
        for _ in range(self.draw(st.integers(1, customers))):
            self.add_customer()
        for _ in range(self.draw(st.sampled_from([0, 1, 2])) if len(self.policies) > 1 else 0):
            self.change_rules()

    def draw(self, strategy: st.SearchStrategy[T]) -> T:
        return self.data.draw(strategy)

    def pick(self, rows: Any) -> Any:
        """One of these rows, or None when there is none."""
        found = list(rows.order_by("pk"))
        return self.draw(st.sampled_from(found)) if found else None

    def now(self) -> dt.datetime:
        return dt.datetime.combine(self.today, dt.time(8), tzinfo=dt.UTC)

    def fresh_at(self) -> dt.datetime:
        return self.now() - self.draw(st.sampled_from([0, 0, 0, 0, 2, 20])) * DAY

    def current(self) -> Organization:
        """The organization with its settings as they are in the database."""
        return Organization.objects.select_related("settings").get(pk=self.organization.pk)

    def calendar(self) -> Calendar:
        closed = ClosingDay.objects.filter(organization=self.organization).values_list("date", flat=True)
        return Calendar(frozenset(self.current().settings.window_weekdays), frozenset(closed))

    @property
    def invoices(self) -> Any:
        return Invoice.objects.filter(organization=self.organization)

    @property
    def customers(self) -> Any:
        return Customer.objects.filter(organization=self.organization)

    # What there is from the start

    def add_customer(self) -> None:
        customer = worlds.make_customer(
            self.organization, email=self.draw(st.sampled_from([None, None, None, None, None, ""]))
        )
        customer.country = self.draw(st.sampled_from(["", "DE", "FR"]))
        customer.tags = self.draw(st.sampled_from([[], ["vip"], ["vip", "new"]]))
        customer.source = self.draw(st.sampled_from([None, None, None, None, *self.sources]))
        customer.preferred_channel = self.draw(st.sampled_from(["", "", "", "sms", "letter", "email"]))
        if self.draw(st.booleans()):
            customer.address_line_1, customer.city = "1 High Street", "Leeds"
        customer.save()
        customer.contacts.update(phone=self.draw(st.sampled_from(PHONES)))
        for _ in range(self.draw(st.integers(1, 4))):
            self.add_invoice(customer)
        for _ in range(self.draw(st.integers(0, 2))):
            self.add_contact_made(customer)
        for change in self.draw(st.lists(st.sampled_from([World.hold, World.credit, World.pending]), max_size=1)):
            change(self)

    def add_invoice(self, customer: Customer | None = None) -> None:
        customer = customer or self.pick(self.customers)
        due_on = self.today - self.draw(ages) * DAY
        issued_on = min(due_on - 2 * DAY, self.today)
        worlds.make_invoice(
            customer,
            total=self.draw(amounts),
            due_on=due_on,
            currency=self.draw(st.sampled_from([CURRENCIES[0], *CURRENCIES])),
            issued_on=issued_on,
            first_known_on=max(issued_on, self.today - self.draw(st.sampled_from([0, 30, 700])) * DAY),
            is_draft=self.draw(st.sampled_from([False] * 7 + [True])),
        )

    def add_contact_made(self, customer: Customer) -> None:
        """A notice of the last days, about something else."""
        contact_on = self.today - self.draw(st.integers(0, 8)) * DAY
        self._notice(customer, "EUR", "sent", contact_on, contact_on=contact_on)

    def _notice(self, customer: Customer, currency: str, state: str, as_of: dt.date, **fields: Any) -> Notice:
        step = PolicyStep.objects.filter(version__policy=self.policy, version__is_current=True).first()
        assert step is not None
        return Notice.objects.create(
            organization=self.organization,
            customer=customer,
            currency=currency,
            channel=fields.pop("channel", "email"),
            step=step,
            tone=step.tone,
            as_of=as_of,
            state=state,
            recipient="a@b.example",
            subject="S",
            body_text="B",
            body_html="B",
            amount=1,
            fingerprint="",
            opens_at=self.now(),
            closes_at=self.now(),
            **fields,
        )

    def dispatch(self) -> None:
        """What is planned goes out, or not, as sql/record_outcome.sql would leave it."""
        planned = Action.objects.filter(organization=self.organization, state="planned", notice=None, task=None)
        groups: dict[tuple[int, str, str], list[int]] = {}
        fields = ("pk", "customer_id", "invoice__currency", "channel")
        for pk, *group in planned.order_by("pk").values_list(*fields):
            groups.setdefault(tuple(group), []).append(pk)
        outcomes = st.sampled_from(["sent", "sent", "sent", "uncertain", "failed", "sending", "queued"])
        for (customer_id, currency, channel), pks in groups.items():
            outcome = self.draw(outcomes)
            reached = outcome in ("sent", "uncertain")
            notice = self._notice(
                Customer.objects.get(pk=customer_id),
                currency,
                outcome,
                self.today,
                channel=channel,
                contact_on=self.today if reached or outcome == "sending" else None,
            )
            chosen = Action.objects.filter(pk__in=pks)
            chosen.update(notice=notice)
            if outcome == "sending" and channel == "letter" and self.draw(st.booleans()):
                self.print(notice)
            if reached:
                chosen.update(state="done", reason="", recheck_on=None, done_on=self.today)
            # Sending is no new fact of the ledger: without this, a pass of the same day would leave what the
            # notice changes (a limit, a final tone that waited) to the next morning
            TouchedCustomer.objects.create(organization=self.organization, customer_id=customer_id)

    def print(self, notice: Notice) -> None:
        """A person has printed it; Lob's letters are in no pile."""
        message = Message.objects.create(
            organization=self.organization, customer=notice.customer, channel="letter", recipient="A", sender="B",
            body_text="B", state="sending", next_attempt_at=self.now(), leased_until=self.now() + DAY,
        )  # fmt: skip
        NoticeMessage.objects.create(organization=self.organization, notice=notice, message=message)
        file, _ = StoredFile.objects.get_or_create(
            organization=self.organization,
            sha256="0" * 64,
            defaults={"media_type": "application/pdf", "size": 1, "content": b"P", "used_at": self.now()},
        )
        batch = PrintBatch.objects.create(organization=self.organization, file=file, pages=1, made_at=self.now())
        BatchLetter.objects.create(organization=self.organization, batch=batch, message=message, position=1, pages=1)

    # What may happen between two passes

    def settle_pile(self) -> None:
        """A pile is posted, or a letter is taken out of it and written anew, as the services leave it."""
        letter = self.pick(BatchLetter.objects.filter(organization=self.organization, called_back_at=None))
        if letter is None or letter.batch.posted_at is not None:
            return
        notices = Notice.objects.filter(deliveries__message=letter.message, state="sending")
        notice = notices.first()
        if notice is None:
            return
        actions = Action.objects.filter(notice=notice, state="planned")
        if self.draw(st.booleans()):
            actions.update(state="done", done_on=self.today)
            PrintBatch.objects.filter(pk=letter.batch_id).update(posted_on=self.today, posted_at=self.now())
            notices.update(state="sent", contact_on=self.today)
        else:
            BatchLetter.objects.filter(pk=letter.pk).update(called_back_at=self.now(), called_back_reason="Paid")
            actions.update(notice=None)
            Notice.objects.filter(pk=notice.pk).update(state="cancelled", contact_on=None)
        TouchedCustomer.objects.create(organization=self.organization, customer_id=notice.customer_id)

    def work(self) -> None:
        """A person takes up an entry of the worklist: a call with any outcome, or an internal task."""
        task = self.pick(Task.objects.filter(organization=self.organization, state="open"))
        if task is None:
            return
        shared: dict[str, Any] = {"organization": self.current(), "by": self.person(), "now": self.now()}
        if task.kind == "task":
            needed = self.draw(st.booleans())
            close_tasks(task_ids=[task.pk], needed=needed, as_of=self.today, **shared)
            return
        contact = task.customer.contacts.first()
        outcome = self.draw(st.sampled_from(Outcome))
        said = Said(
            outcome.value,
            contact_id=contact.pk if contact else None,
            note="They said so.",
            promised_on=self.today + self.draw(st.integers(0, 4)) * DAY if outcome is Outcome.PROMISED else None,
        )
        with contextlib.suppress(ValidationError):  # paid meanwhile, or nobody's number
            record_call(customer_id=task.customer_id, task_id=task.pk, said=said, as_of=self.today, **shared)

    def person(self) -> User:
        return User.objects.first() or worlds.make_user()

    def hold(self) -> None:
        invoice = self.pick(self.invoices)
        amount = self.draw(st.sampled_from([None, None, 15, 60, 100]))
        whole_customer = amount is None and self.draw(st.booleans())
        if invoice is None:
            return
        worlds.make_hold(
            invoice.customer,
            invoice=None if whole_customer else invoice,
            amount=amount,
            reason=self.draw(st.sampled_from(["manual", "dispute"])),
            starts_on=self.today + self.draw(st.integers(-3, 1)) * DAY,
            ends_on=self.draw(st.none() | st.integers(2, 6).map(lambda days: self.today + days * DAY)),
        )

    def release_hold(self) -> None:
        hold = self.pick(Hold.objects.filter(organization=self.organization, released_on=None))
        if hold is not None:
            hold.released_on = self.today + self.draw(st.sampled_from([0, 0, 0, 2])) * DAY
            hold.save()

    def credit(self) -> None:
        customer = self.pick(self.customers)
        worlds.make_payment(
            customer, self.draw(amounts), on=self.today, currency=self.draw(st.sampled_from(CURRENCIES))
        )

    def pending(self) -> None:
        invoice = self.pick(self.invoices)
        if invoice is not None:
            worlds.make_payment(
                invoice.customer,
                10,
                on=self.today - self.draw(st.integers(0, 8)) * DAY,
                currency=invoice.currency,
                succeeded_on=None,
                intended_invoice=invoice,
            )

    def end_pending(self) -> None:
        payment = self.pick(Payment.objects.filter(organization=self.organization, succeeded_on=None, failed_on=None))
        if payment is not None:
            setattr(payment, self.draw(st.sampled_from(["succeeded_on", "failed_on"])), self.today)
            payment.save()

    def pay(self) -> None:
        invoice = self.pick(self.invoices.filter(balance__gt=0))
        if invoice is not None:
            part = self.draw(st.sampled_from([invoice.balance, invoice.balance, Decimal(1), invoice.balance + 7]))
            worlds.make_payment(invoice.customer, part, on=self.today, towards=invoice, currency=invoice.currency)

    def take_back(self) -> None:
        entry = self.pick(Allocation.objects.filter(organization=self.organization, reversed_on=None))
        if entry is not None:
            entry.reversed_on = max(self.today, entry.effective_on)
            entry.save()

    def take_back_ahead(self) -> None:
        """A reversal that counts from a day to come."""
        entry = self.pick(Allocation.objects.filter(organization=self.organization, reversed_on=None))
        if entry is not None:
            entry.reversed_on = max(self.today, entry.effective_on) + self.draw(st.integers(1, 4)) * DAY
            entry.save()

    def extend(self) -> None:
        invoice = self.pick(self.invoices.filter(balance__gt=0, is_draft=False))
        if invoice is not None:
            extend_due_date(
                organization=self.organization,
                invoice_id=invoice.pk,
                new_due_on=max(invoice.due_on, self.today) + self.draw(st.integers(1, 12)) * DAY,
                by=None,
                as_of=self.today,
                now=self.now(),
            )

    def remove_customer(self) -> None:
        customer = self.pick(self.customers)
        if customer is not None and self.customers.count() > 1:
            customer.delete()

    def void(self) -> None:
        self.invoices.filter(pk=getattr(self.pick(self.invoices), "pk", None)).update(voided_on=self.today)

    def write_off(self) -> None:
        invoice = self.pick(self.invoices.filter(balance__gt=0))
        if invoice is not None:
            WriteOff.objects.create(
                organization=self.organization, invoice=invoice, amount=invoice.balance, written_off_on=self.today
            )

    def correct_due_date(self) -> None:
        invoice = self.pick(self.invoices)
        if invoice is not None:
            invoice.due_on = max(invoice.issued_on, invoice.due_on + self.draw(st.integers(-10, 30)) * DAY)
            invoice.save()

    def correct_total(self) -> None:
        invoice = self.pick(self.invoices)
        if invoice is not None:
            invoice.total += self.draw(st.sampled_from([1, 30]))
            invoice.save()

    def issue_draft(self) -> None:
        self.invoices.filter(pk=getattr(self.pick(self.invoices.filter(is_draft=True)), "pk", None)).update(
            is_draft=False
        )

    def move_to_another_customer(self) -> None:
        invoice, customer = self.pick(self.invoices), self.pick(self.customers)
        self.invoices.filter(pk=invoice.pk).update(customer=customer)

    def change_contact(self) -> None:
        contact = self.pick(Contact.objects.filter(organization=self.organization))
        contact.email = self.draw(st.sampled_from(["", "someone@new.example"]))
        contact.email_refused_at = self.draw(st.sampled_from([None, None, self.now()]))
        contact.phone = self.draw(st.sampled_from(PHONES))
        contact.save()
        # The database has forgotten the SMS number of another phone; saved again it would be back
        contact.refresh_from_db()
        contact.sms_refused_at = self.draw(st.sampled_from([None, None, self.now()]))
        contact.save()

    def say(self) -> None:
        """Somebody agrees to a channel or opts out of it."""
        contact = self.pick(Contact.objects.filter(organization=self.organization))
        ChannelChoice.objects.update_or_create(
            organization=self.organization,
            contact=contact,
            channel=self.draw(st.sampled_from(["email", "sms", "sms", "letter"])),
            defaults={
                "said": self.draw(st.sampled_from(["agreed", "opted_out"])),
                "source": "staff",
                "said_at": self.now(),
            },
        )

    def prefer(self) -> None:
        customer = self.pick(self.customers)
        customer.preferred_channel = self.draw(st.sampled_from(["", "sms", "letter", "email"]))
        customer.country = self.draw(st.sampled_from(["", "DE", "FR"]))
        customer.address_refused_at = self.draw(st.sampled_from([None, None, self.now()]))
        customer.save()

    def refresh_source(self) -> None:
        source = self.draw(st.sampled_from(self.sources))
        source.fresh_at = self.now()
        source.save()

    def new_policy_version(self, policy: DunningPolicy | None = None) -> None:
        """Another version of one of the policies: steps are kept, changed, added and left out."""
        policy = policy or self.draw(st.sampled_from(self.policies))
        versions = PolicyVersion.objects.filter(policy=policy)
        before = PolicyStep.objects.filter(version__in=versions.filter(is_current=True)).order_by("lineage")
        kept = [step.lineage for step in before if self.draw(st.sampled_from([True, True, True, False]))]
        versions.update(is_current=False)
        number = versions.count() + 1
        version = PolicyVersion.objects.create(organization=self.organization, policy=policy, number=number)
        steps = []
        for step in self.draw(st.just(USUAL) | st.just(USUAL) | policies()):
            every, times = self.draw(st.sampled_from([(None, 1)] * 4 + [(1, 3), (3, 2)]))
            steps.append(
                PolicyStep(
                    organization=self.organization,
                    version=version,
                    # A lineage belongs to one policy of the organization, whatever the version
                    lineage=kept.pop(0) if kept else next(self.lineages),
                    name=f"Step {step.offset_days}",
                    anchor=step.anchor,
                    offset_days=step.offset_days,
                    repeat_every_days=every,
                    times=times,
                    channel=step.channel,
                    tone=step.tone,
                    template=self.template,
                    minimum_balance=self.draw(st.sampled_from([None] * 6 + [Decimal(30)])),
                    maximum_balance=self.draw(st.sampled_from([None] * 8 + [Decimal(90)])),
                    segments=self.draw(st.sampled_from([[]] * 8 + [["new"], ["always_on_time", "frequent_defaulter"]])),
                    minimum_risk=self.draw(st.sampled_from([None] * 6 + [25, 60])),
                )
            )
        PolicyStep.objects.bulk_create(steps)

    def change_rules(self) -> None:
        """Another rule, one that goes, or a customer's own setting."""
        mine: dict[str, Any] = {"organization": self.organization}
        kind = self.draw(st.sampled_from(["rule", "rule", "own", "gone"]))
        customer = self.pick(self.customers)
        policy = self.draw(st.sampled_from(self.policies))
        if kind == "gone":
            rule = self.pick(AssignmentRule.objects.filter(**mine))
            if rule is not None:
                rule.delete()
        elif kind == "own":
            CustomerPolicy.objects.update_or_create(**mine, customer=customer, defaults={"policy": policy})
            TouchedCustomer.objects.create(organization=self.organization, customer_id=customer.pk)
        else:
            last = AssignmentRule.objects.filter(**mine).order_by("-position").first()
            AssignmentRule.objects.create(
                **mine,
                position=last.position + 1 if last else 1,
                name="Rule",
                policy=policy,
                segments=self.draw(st.sampled_from([[], [], ["new"], ["frequent_defaulter"]])),
                balance_above=self.draw(st.sampled_from([None, None, Decimal(100), Decimal(300)])),
                currencies=self.draw(st.sampled_from([[], [], ["EUR"], ["USD", "KES"]])),
                countries=self.draw(st.sampled_from([[], [], ["DE"]])),
                tags=self.draw(st.sampled_from([[], [], ["vip"], ["new", "old"]])),
                minimum_risk=self.draw(st.sampled_from([None, None, 20, 55])),
                customer=self.draw(st.sampled_from([None, None, None, customer])),
            )

    def add_closing_day(self) -> None:
        date = self.today + self.draw(st.integers(-6, 8)) * DAY
        ClosingDay.objects.get_or_create(organization=self.organization, date=date)

    def change_limits(self) -> None:
        limits = self.current().settings
        limits.minimum_amount = self.draw(st.sampled_from([0, 30, 60]))
        limits.contact_interval_days = self.draw(st.integers(0, 4))
        limits.catch_up = self.draw(st.sampled_from(["latest", "next", "skip"]))
        limits.save()

    def release_old_debt(self) -> None:
        invoice = self.pick(self.invoices)
        if invoice is not None:
            OldDebtRelease.objects.get_or_create(
                organization=self.organization, invoice=invoice, defaults={"released_at": self.now()}
            )
            TouchedCustomer.objects.create(organization=self.organization, customer_id=invoice.customer_id)

    def drop(self) -> None:
        """A person takes an invoice out of a notice."""
        action = self.pick(Action.objects.filter(organization=self.organization, state="planned", notice=None))
        if action is not None:
            Action.objects.filter(pk=action.pk).update(state="final", reason="dropped", recheck_on=None)

    # Facts whose day is still to come

    def pay_ahead(self) -> None:
        """A post-dated payment."""
        invoice = self.pick(self.invoices.filter(balance__gt=0))
        if invoice is not None:
            on = self.today + self.draw(st.integers(1, 4)) * DAY
            worlds.make_payment(invoice.customer, invoice.balance, on=on, towards=invoice, currency=invoice.currency)

    def issue_ahead(self) -> None:
        issued_on = self.today + self.draw(st.integers(1, 3)) * DAY
        worlds.make_invoice(
            self.pick(self.customers),
            total=self.draw(amounts),
            issued_on=issued_on,
            due_on=issued_on + self.draw(st.integers(0, 9)) * DAY,
        )


CHANGES: tuple[Callable[[World], None], ...] = (
    World.pay,
    World.pay,
    World.take_back,
    World.take_back_ahead,
    World.credit,
    World.pending,
    World.end_pending,
    World.hold,
    World.hold,
    World.work,
    World.work,
    World.settle_pile,
    World.release_hold,
    World.add_invoice,
    World.add_invoice,
    World.void,
    World.write_off,
    World.correct_due_date,
    World.correct_due_date,
    World.correct_total,
    World.issue_draft,
    World.move_to_another_customer,
    World.change_contact,
    World.say,
    World.prefer,
    World.refresh_source,
    World.new_policy_version,
    World.change_rules,
    World.extend,
    World.extend,
    World.remove_customer,
    World.add_closing_day,
    World.change_limits,
    World.release_old_debt,
    World.drop,
    World.pay_ahead,
    World.issue_ahead,
)
