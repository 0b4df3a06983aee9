"""What is asked about invoices, money and holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms

from dunwell.ledger.models import Hold, HoldReason, Invoice
from dunwell.ledger.services.versions import version_of
from dunwell.web.access import Desk
from dunwell.web.amounts import AmountField, typed
from dunwell.web.entries import EntryForm, date_input

DAY = dt.timedelta(days=1)


def _currency_field() -> forms.CharField:
    return forms.CharField(
        label="Currency",
        min_length=3,
        max_length=3,
        help_text="Three letters, such as EUR.",
        error_messages={"required": "Write the currency."},
    )


class InvoiceForm(EntryForm):
    number = forms.CharField(
        label="Invoice number", max_length=100, error_messages={"required": "An invoice needs its number."}
    )
    issued_on = forms.DateField(label="Issued on", widget=date_input())
    due_on = forms.DateField(label="Due on", widget=date_input())
    currency = _currency_field()
    description = forms.CharField(label="Description", required=False, max_length=500)
    payment_url = forms.URLField(
        label="Payment page",
        required=False,
        max_length=500,
        assume_scheme="https",
        help_text="Empty: as in the settings.",
    )

    field_order = ("number", "total", "currency", "issued_on", "due_on", "description", "payment_url")

    def __init__(
        self, data: Any, *, desk: Desk, invoice: Invoice | None = None, terms: int = 30, currency: str = ""
    ) -> None:
        initial: dict[str, Any] = {
            "issued_on": desk.today,
            "due_on": desk.today + terms * DAY,
            "currency": currency or desk.organization.base_currency,
        }
        if invoice is not None:
            initial = {name: getattr(invoice, name) for name in self.base_fields if name != "version"}
            initial |= {"total": typed(invoice.total, invoice.currency), "version": version_of(invoice)}
        super().__init__(data, initial=initial)
        self.fields["total"] = AmountField(desk.organization, label="Total")
        self.order_fields(self.field_order)

    def fix_figures(self, names: Sequence[str]) -> None:
        """What was sent or paid is shown, not asked."""
        for name in names:
            self.fields[name].disabled = True
            if name == "total":
                self.initial["total"] = self.get_initial_for_field(self.fields["total"], "total")


class ReasonForm(EntryForm):
    """A day and a reason: void, reverse, refund."""

    on = forms.DateField(label="From which day", widget=date_input())
    reason = forms.CharField(
        label="Why",
        max_length=300,
        help_text="Kept in the history.",
        error_messages={"required": "Say why: it is kept in the history."},
    )

    def __init__(self, data: Any, *, today: dt.date) -> None:
        super().__init__(data, initial={"on": today})


class WriteOffForm(EntryForm):
    on = forms.DateField(label="From which day", widget=date_input())
    reason = forms.CharField(label="Why", required=False, max_length=300)

    field_order = ("amount", "on", "reason")

    def __init__(self, data: Any, *, desk: Desk, invoice: Invoice) -> None:
        super().__init__(data, initial={"on": desk.today, "amount": typed(invoice.balance, invoice.currency)})
        self.fields["amount"] = AmountField(
            desk.organization, label=f"Amount in {invoice.currency}", help_text="All that is open, or a part of it."
        )
        self.order_fields(self.field_order)


@dataclass(frozen=True)
class PartRow:
    """An invoice beside the question how much of the money is for it."""

    invoice: Invoice
    field: forms.BoundField


class PartsForm(EntryForm):
    """Money, and how much of it goes to each open invoice."""

    def ask_parts(self, desk: Desk, invoices: Sequence[Invoice], proposed: Mapping[int, Decimal]) -> None:
        self.open_invoices = list(invoices)
        for invoice in self.open_invoices:
            name = f"invoice_{invoice.pk}"
            self.fields[name] = AmountField(
                desk.organization, label=f"Amount for invoice {invoice.number}", required=False
            )
            if invoice.pk in proposed:
                self.initial[name] = typed(proposed[invoice.pk], invoice.currency)

    @property
    def part_rows(self) -> list[PartRow]:
        return [PartRow(invoice, self[f"invoice_{invoice.pk}"]) for invoice in self.open_invoices]

    @property
    def head(self) -> list[forms.BoundField]:
        """The fields above the invoices."""
        return [field for field in self.visible_fields() if not field.name.startswith("invoice_")]

    @property
    def names_parts(self) -> bool:
        """Whether the page that was sent asked for parts at all: one without script may not have had them."""
        return any(name.startswith("invoice_") for name in self.data)

    @property
    def parts(self) -> dict[int, Decimal]:
        """Invoice → amount, of a valid form."""
        found = {invoice.pk: self.cleaned_data.get(f"invoice_{invoice.pk}") for invoice in self.open_invoices}
        return {pk: amount for pk, amount in found.items() if amount}


class PaymentForm(PartsForm):
    currency = _currency_field()
    on = forms.DateField(label="Day", widget=date_input())
    state = forms.ChoiceField(
        label="The money",
        choices=[("arrived", "has arrived"), ("pending", "is on its way")],
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
    )
    reference = forms.CharField(
        label="Reference",
        required=False,
        max_length=200,
        help_text="As on the bank statement; the same one is not taken twice.",
    )
    method = forms.CharField(label="How", required=False, max_length=50, help_text="Bank transfer, card, cash …")

    field_order = ("version", "amount", "currency", "on", "state", "reference", "method")

    def __init__(self, data: Any, *, desk: Desk, currency: str, amount: Decimal | None) -> None:
        initial: dict[str, Any] = {"currency": currency, "on": desk.today, "state": "arrived"}
        if amount is not None:
            initial["amount"] = typed(amount, currency)
        super().__init__(data, initial=initial)
        self.fields["amount"] = AmountField(desk.organization, label="Amount")
        self.order_fields(self.field_order)


class CreditNoteForm(PartsForm):
    number = forms.CharField(
        label="Credit note number", max_length=100, error_messages={"required": "A credit note needs its number."}
    )
    currency = _currency_field()
    issued_on = forms.DateField(label="Issued on", widget=date_input())
    description = forms.CharField(label="Description", required=False, max_length=500)

    field_order = ("version", "number", "total", "currency", "issued_on", "description")

    def __init__(self, data: Any, *, desk: Desk, currency: str, amount: Decimal | None) -> None:
        initial: dict[str, Any] = {"currency": currency, "issued_on": desk.today}
        if amount is not None:
            initial["total"] = typed(amount, currency)
        super().__init__(data, initial=initial)
        self.fields["total"] = AmountField(desk.organization, label="Amount")
        self.order_fields(self.field_order)


class ApplyForm(PartsForm):
    """What is left of a payment or credit note, applied on a day."""

    on = forms.DateField(label="From", widget=date_input(), help_text="The invoices count as paid from this day.")

    def __init__(self, data: Any, *, desk: Desk) -> None:
        super().__init__(data, initial={"on": desk.today})


class ArrivedForm(PartsForm):
    """The day on which money that was on its way arrived."""

    on = forms.DateField(label="Arrived on", widget=date_input())

    def __init__(self, data: Any, *, desk: Desk) -> None:
        super().__init__(data, initial={"on": desk.today})


class HoldForm(EntryForm):
    reason = forms.ChoiceField(
        label="Why",
        choices=[("", "Choose a reason"), *HoldReason.choices],
        error_messages={"required": "Choose a reason."},
    )
    starts_on = forms.DateField(label="From", widget=date_input())
    ends_on = forms.DateField(
        label="Until", required=False, widget=date_input(), help_text="Chasing goes on that day. Empty: until released."
    )
    note = forms.CharField(
        label="Note", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3, "wide": True})
    )

    def __init__(self, data: Any, *, desk: Desk, invoice: Invoice | None = None) -> None:
        super().__init__(data, initial={"starts_on": desk.today})
        if invoice is not None:
            self.fields["amount"] = AmountField(
                desk.organization,
                label=f"Part of it, in {invoice.currency}",
                required=False,
                help_text="Empty: the whole invoice. With a part held, the rest is still asked for.",
            )
            self.order_fields(("version", "reason", "amount", "starts_on", "ends_on", "note"))


class HoldEndForm(EntryForm):
    ends_on = forms.DateField(
        label="Until", required=False, widget=date_input(), help_text="Chasing goes on that day. Empty: until released."
    )
    note = forms.CharField(
        label="Note", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3, "wide": True})
    )

    def __init__(self, data: Any, *, hold: Hold) -> None:
        super().__init__(data, initial={"ends_on": hold.ends_on, "note": hold.note})


class ExtensionForm(EntryForm):
    new_due_on = forms.DateField(label="New due date", widget=date_input())
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=2000,
        help_text="What was agreed, and with whom.",
        widget=forms.Textarea(attrs={"rows": 3, "wide": True}),
    )
