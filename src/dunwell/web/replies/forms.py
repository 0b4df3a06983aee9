"""What a person does about a reply."""

from __future__ import annotations

from typing import Any

from django import forms

from dunwell.ledger.models import HoldReason
from dunwell.messaging.services.replies import Dealing
from dunwell.rules.permissions import Permission
from dunwell.web.access import Desk
from dunwell.web.entries import EntryForm, date_input

OF_A_CUSTOMER = ("note", "hold_reason", "hold_until")


class ReplyForm(EntryForm):
    """All of it optional: sent as it is, the reply is dealt with."""

    note = forms.CharField(
        label="Note",
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 3, "wide": True}),
        help_text="Kept with the customer.",
    )
    hold_reason = forms.ChoiceField(
        label="Stop chasing them", required=False, choices=[("", "No, go on"), *HoldReason.choices]
    )
    hold_until = forms.DateField(
        label="Until",
        required=False,
        widget=date_input(),
        help_text="Only with a reason. Chasing goes on that day. Empty: until released.",
    )
    again_on = forms.DateField(
        label="Look at it again on",
        required=False,
        widget=date_input(),
        help_text="It comes back to the worklist that day. Empty: it is dealt with.",
    )

    def __init__(self, data: Any, *, desk: Desk, has_customer: bool) -> None:
        super().__init__(data)
        left_out = set() if has_customer else set(OF_A_CUSTOMER)
        if not desk.may(Permission.HOLD):
            left_out |= {"hold_reason", "hold_until"}
        for name in left_out:
            del self.fields[name]

    def dealing(self) -> Dealing:
        """Of a valid form."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        return Dealing(**values)
