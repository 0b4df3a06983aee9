"""What must be true after a pass, of calls, tasks, channels, sums and past days (design section 5, 2, 3, 6, 7)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal

from django.db import connection

from dunwell.followup.models import Action, ActionState, Task, TaskState
from dunwell.insights.book import ages, book
from dunwell.ledger.models import ChannelChoice, Contact, Customer, Invoice, TouchedCustomer
from dunwell.messaging.channels import channels_set_up
from dunwell.messaging.models import MessageTemplate
from dunwell.organizations.models import Organization
from dunwell.organizations.scope import Scope
from dunwell.rules.channels import Channel
from tests.invariants import Book


def the_worklist_is_right(organization: Organization, day: dt.date) -> None:
    """2 and 3 of calls and internal tasks, after a pass: an entry asks for something that is owed and not held, and
    nothing stands that asks for nothing."""
    book = Book(organization)
    again = TouchedCustomer.objects.filter(organization=organization).values("customer_id")
    for task in Task.objects.filter(organization=organization, state=TaskState.OPEN).exclude(customer__in=again):
        asked = Action.objects.filter(task=task, state=ActionState.PLANNED).select_related("invoice")
        assert asked, f"{task} asks for nothing"
        for action in asked:
            invoice = next(found for found in book.invoices if found.pk == action.invoice_id)
            why = book.reason_not_to_send(invoice, day)
            assert not why, f"{invoice} is on the worklist, but it is {why}"


def the_channel_is_right(organization: Organization) -> None:
    """3 of channels, after a pass: what waits for an address has none on any channel that is set up and has its text,
    and what is on its way has one on the channel it takes."""
    organization = Organization.objects.select_related("settings").get(pk=organization.pk)
    ready = set(channels_set_up(organization))
    texts = MessageTemplate.objects.filter(organization=organization, archived_at=None)
    written = set(texts.values_list("key", "channel"))
    again = TouchedCustomer.objects.filter(organization=organization).values("customer_id")
    actions = Action.objects.filter(organization=organization).exclude(customer__in=again)
    for action in actions.filter(state="waiting", reason="no_address").select_related("step__template", "customer"):
        key = action.step.template.key
        for channel in ready:
            usable = (key, channel) in written and _has_address(action.customer, channel, organization)
            assert not usable, f"{action} waits for an address, and there is {channel}"
    for action in actions.filter(state="planned", channel__in=tuple(Channel)).select_related("customer", "notice"):
        if action.notice is not None and action.notice.state in ("sending", "uncertain", "failed"):
            continue
        assert action.channel in ready, f"{action} goes by {action.channel}, which is not set up"
        has = _has_address(action.customer, action.channel, organization)
        assert has, f"{action} goes by {action.channel} to nowhere"


def _has_address(customer: Customer, channel: str, organization: Organization) -> bool:
    said = {
        (choice.contact_id, choice.channel): choice.said
        for choice in ChannelChoice.objects.filter(contact__customer=customer)
    }
    contacts = list(Contact.objects.filter(customer=customer))
    if channel == Channel.LETTER:
        out = any(said.get((contact.pk, "letter")) == "opted_out" for contact in contacts if contact.is_primary)
        return bool(customer.address_line_1 and customer.city) and customer.address_refused_at is None and not out
    if channel == Channel.EMAIL:
        return any(
            contact.email and contact.email_refused_at is None and said.get((contact.pk, "email")) != "opted_out"
            for contact in contacts
        )
    return any(
        contact.sms_number
        and contact.sms_refused_at is None
        and contact.phone_refused_at is None
        and (
            said.get((contact.pk, "sms")) == "agreed"
            or (not organization.settings.sms_consent_required and (contact.pk, "sms") not in said)
        )
        for contact in contacts
    )


def sums_of_the_book(organization: Organization) -> None:
    """6, after a pass: the ages of each currency add up to what is outstanding, and that is the open balances."""
    again = TouchedCustomer.objects.filter(organization=organization).exists()
    open_now: Counter[str] = Counter()
    for invoice in Invoice.objects.filter(organization=organization, balance__gt=0, is_draft=False):
        open_now[invoice.currency] += invoice.balance
    for total in book(Scope(organization)).totals:
        aged = sum((share.amount for share in ages(total)), Decimal(0))
        assert aged == total.outstanding, f"the ages add up to {aged} of {total.outstanding} {total.currency}"
        assert again or total.outstanding == open_now[total.currency], f"{total.outstanding} of {open_now}"


class PastDays:
    """7. What was open on a day, as it was found on that day, is found again on every later one."""

    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        self.found: dict[dt.date, dict[tuple[int, Decimal, dt.date], Decimal]] = {}

    def note(self, day: dt.date) -> None:
        self.found[day] = self._open(day)

    def check(self, until: dt.date) -> None:
        """Invoices that came, or whose total or date was corrected, since do not count: that is back-dated."""
        for day, before in self.found.items():
            if day >= until:
                continue
            now = self._open(day)
            invoices = Invoice.objects.filter(organization=self.organization)
            stand = set(invoices.values_list("pk", "total", "issued_on"))
            for key, balance in before.items():
                if key in stand:
                    invoice, after = key[0], now.get(key)
                    assert after == balance, f"invoice {invoice} was open with {balance} on {day}, and is with {after}"

    def _open(self, day: dt.date) -> dict[tuple[int, Decimal, dt.date], Decimal]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT invoice_id, total, issued_on, balance FROM ledger_open_items(%s, %s)",
                [self.organization.pk, day],
            )
            return {(invoice, total, issued_on): balance for invoice, total, issued_on, balance in cursor.fetchall()}
