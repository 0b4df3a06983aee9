"""What is asked after a call, about an internal task, and about a case."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from dunwell.followup.models import CallOutcome
from dunwell.followup.models.cases import PRIORITIES, ROLES
from dunwell.followup.queries.at_work import at_work, who_may_take
from dunwell.followup.services.calls import Said
from dunwell.followup.services.escalation import EscalationDraft
from dunwell.ledger.models import Contact, Invoice
from dunwell.organizations.models import Membership
from dunwell.web.access import Desk
from dunwell.web.entries import EntryForm, date_input

Choices = list[tuple[str, str]]


def people(found: QuerySet[Membership]) -> Choices:
    """These members by name."""
    by_name = sorted(found.select_related("user"), key=lambda one: str(one.user).casefold())
    return [(str(one.user_id), str(one.user)) for one in by_name]


def _choices(form: forms.Form, name: str, choices: Choices) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


class CallForm(EntryForm):
    outcome = forms.ChoiceField(
        label="What came of it",
        choices=CallOutcome.choices,
        widget=forms.RadioSelect(attrs={"class": "form-check-input", "wide": True}),
        error_messages={"required": "Choose what came of it."},
    )
    contact_id = forms.ChoiceField(label="Who was called", required=False)
    note = forms.CharField(
        label="What was said",
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 3, "wide": True}),
    )
    promised_on = forms.DateField(
        label="Promised for",
        required=False,
        widget=date_input(),
        help_text="Only for a promise: chasing rests through that day.",
    )
    amount = forms.DecimalField(
        label="Amount promised", required=False, max_digits=19, decimal_places=4, help_text="Empty: all of it."
    )
    currency = forms.ChoiceField(label="Currency", required=False)

    def __init__(self, data: Any, *, contacts: list[Contact], invoices: list[Invoice]) -> None:
        super().__init__(data)
        called = [contact for contact in contacts if contact.phone and contact.phone_refused_at is None]
        persons = [(str(contact.pk), f"{contact.name or contact.email} ({contact.phone})") for contact in called]
        _choices(self, "contact_id", [*persons, ("", "Somebody else")])
        self.initial["contact_id"] = persons[0][0] if persons else ""
        currencies = sorted({invoice.currency for invoice in invoices})
        _choices(self, "currency", [(code, code) for code in currencies])
        if len(currencies) < 2:
            self.fields["currency"].widget = forms.HiddenInput()
            self.fields["currency"].initial = "".join(currencies)

    def said(self, values: dict[str, Any]) -> Said:
        contact = values["contact_id"]
        return Said(
            outcome=values["outcome"],
            contact_id=int(contact) if contact else None,
            note=values["note"],
            promised_on=values["promised_on"],
            amount=values["amount"],
            currency=values["currency"],
        )


class TaskForm(EntryForm):
    note = forms.CharField(
        label="Note", required=False, max_length=10_000, widget=forms.Textarea(attrs={"rows": 3, "wide": True})
    )


class CaseForm(EntryForm):
    priority = forms.ChoiceField(
        label="Priority",
        required=False,
        choices=[("", "As the rules say"), *((str(number), word) for number, word in PRIORITIES)],
    )
    owner = forms.ChoiceField(label="Owner of the case", required=False)
    until = forms.DateField(
        label="Until", required=False, widget=date_input(), help_text="From this day the rules decide again."
    )
    note = forms.CharField(
        label="Why", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2, "wide": True})
    )

    def __init__(self, data: Any, *, desk: Desk, customer_id: int, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        _choices(self, "owner", [("", "As the rules say"), *people(who_may_take(desk.organization, [customer_id]))])


class EscalationForm(EntryForm):
    before = forms.CharField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label="Name", max_length=100, error_messages={"required": "It needs a name."})
    priority = forms.TypedChoiceField(label="Raises to", coerce=int, choices=PRIORITIES)
    minimum_days = forms.IntegerField(
        label="Days overdue from", required=False, min_value=1, max_value=3650, help_text="The oldest open invoice."
    )
    minimum_overdue = forms.DecimalField(label="Overdue from", required=False, max_digits=19, decimal_places=4)
    defaulted_again = forms.BooleanField(label="Defaulted again", required=False)
    broken_promise = forms.BooleanField(label="A promise was broken", required=False)
    refused = forms.BooleanField(label="Refuses to pay", required=False)
    last_step_done = forms.BooleanField(label="The last step is done", required=False)
    role = forms.ChoiceField(label="Gives it to everybody who is", required=False)
    owner = forms.ChoiceField(
        label="or to",
        required=False,
        help_text="Who does not work here any more, or does not see the customer, leaves it to the role.",
    )

    def __init__(self, data: Any, *, desk: Desk, rule: EscalationDraft | None = None) -> None:
        super().__init__(data, initial={**vars(rule), "before": rule.name} if rule else {"priority": 2})
        _choices(self, "role", [("", "Nobody in particular"), *ROLES])
        _choices(self, "owner", [("", "Nobody in particular"), *people(at_work(desk.organization))])
        self.fields["minimum_overdue"].help_text = f"In {desk.organization.base_currency}."

    def draft(self, values: dict[str, Any]) -> EscalationDraft:
        given = {name: value for name, value in values.items() if name not in ("before", "owner")}
        return EscalationDraft(**given, owner=int(values["owner"]) if values["owner"] else None)
