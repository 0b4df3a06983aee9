"""What is asked about an assignment rule, a customer's own policy, and a file of policies."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from dunwell.followup.models import DunningPolicy
from dunwell.followup.queries.assignments import RuleDraft
from dunwell.organizations.models import Organization
from dunwell.rules.segments import SEGMENT_NAMES
from dunwell.web.entries import EntryForm

LARGEST_TEXT = 200_000


def policy_names(organization: Organization) -> list[str]:
    policies = DunningPolicy.objects.filter(organization=organization, archived_at=None).order_by("-is_default", "name")
    return list(policies.values_list("name", flat=True))


def split(text: str) -> tuple[str, ...]:
    """What was separated by commas, each once."""
    return tuple(dict.fromkeys(part for each in text.split(",") if (part := each.strip())))


class RuleForm(forms.Form):
    """`before` is the name of the rule that is edited; `checked` the rule whose effect was shown last."""

    before = forms.CharField(widget=forms.HiddenInput, required=False)
    checked = forms.CharField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label="Name", max_length=100, error_messages={"required": "The rule needs a name."})
    policy = forms.ChoiceField(label="Gives the policy")
    balance_above = forms.DecimalField(label="Owes more than", required=False, min_value=0, max_digits=19)
    minimum_risk = forms.IntegerField(
        label="Risk from", required=False, min_value=0, max_value=100, help_text="0 to 100. Empty: whatever the risk."
    )
    currencies = forms.CharField(
        label="Billed in", required=False, max_length=200, help_text="Currencies, as EUR, USD. Empty: all."
    )
    countries = forms.CharField(
        label="Countries", required=False, max_length=200, help_text="Two letters each, as DE, AT. Empty: all."
    )
    tags = forms.CharField(label="Tags", required=False, max_length=500, help_text="Any of them, separated by commas.")
    customer = forms.CharField(
        label="Customer number", required=False, max_length=100, help_text="Only this one customer."
    )
    segments = forms.MultipleChoiceField(
        label="Only customers who are",
        required=False,
        choices=[(name.value, text) for name, text in SEGMENT_NAMES.items()],
        widget=forms.CheckboxSelectMultiple(attrs={"wide": True, "class": "form-check-input"}),
        help_text="None chosen: all.",
    )

    def __init__(self, data: Any = None, *, organization: Organization, rule: RuleDraft | None = None) -> None:
        initial: dict[str, Any] = {}
        if rule is not None:
            initial = {**vars(rule), "before": rule.name, "segments": list(rule.segments)}
            initial |= {name: ", ".join(getattr(rule, name)) for name in ("currencies", "countries", "tags")}
            if rule.balance_above is not None:
                initial["balance_above"] = f"{rule.balance_above.normalize():f}"
        super().__init__(data, initial=initial)
        policy = self.fields["policy"]
        assert isinstance(policy, forms.ChoiceField)
        policy.choices = [(name, name) for name in policy_names(organization)]
        self.fields["balance_above"].help_text = f"All that they owe, in {organization.base_currency}."

    def clean_currencies(self) -> tuple[str, ...]:
        return self._codes("currencies", 3)

    def clean_countries(self) -> tuple[str, ...]:
        return self._codes("countries", 2)

    def clean_tags(self) -> tuple[str, ...]:
        return split(self.cleaned_data["tags"])

    def _codes(self, name: str, letters: int) -> tuple[str, ...]:
        codes = split(self.cleaned_data[name].upper())
        for code in codes:
            if len(code) != letters or not (code.isascii() and code.isalpha()):
                raise forms.ValidationError(f"“{code}” is not a code of {letters} letters.")
        return codes

    def say(self, *, checked: str) -> None:
        """What the page's hidden field holds when it is shown again."""
        data = QueryDict(mutable=True)
        data.update(self.data)
        data["checked"] = checked
        self.data = data

    def draft(self) -> RuleDraft:
        """Of a valid form."""
        values = {name: value for name, value in self.cleaned_data.items() if name not in ("before", "checked")}
        return RuleDraft(**{**values, "segments": tuple(values["segments"])})


class OwnPolicyForm(EntryForm):
    policy = forms.ChoiceField(
        label="Policy", required=False, help_text="A customer’s own policy wins over every assignment rule."
    )

    def __init__(self, data: Any, *, organization: Organization, own: int | None) -> None:
        super().__init__(data, initial={"policy": str(own or "")})
        policies = DunningPolicy.objects.filter(organization=organization, archived_at=None).order_by(
            "-is_default", "name"
        )
        policy = self.fields["policy"]
        assert isinstance(policy, forms.ChoiceField)
        policy.choices = [("", "As the rules say"), *((str(each.pk), each.name) for each in policies)]


class FileForm(forms.Form):
    file = forms.FileField(label="A file", required=False, help_text="TOML, as a download or an export writes it.")
    text = forms.CharField(
        label="Or its text",
        required=False,
        max_length=LARGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 14, "wide": True, "spellcheck": "false"}),
    )
    checked = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        file = values.get("file")
        if file is not None:
            if file.size > LARGEST_TEXT:
                raise forms.ValidationError("The file is too large to be one of policies.")
            try:
                values["text"] = file.read().decode("utf-8-sig")
            except UnicodeDecodeError as error:
                raise forms.ValidationError("The file is not text in UTF-8.") from error
        # A browser sends back what a page shows with other line ends, and that is no other file
        values["text"] = values.get("text", "").replace("\r\n", "\n").strip()
        if not values["text"] and not self.errors:
            raise forms.ValidationError("Choose a file, or paste its text.")
        return values
