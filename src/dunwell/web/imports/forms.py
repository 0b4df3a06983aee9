"""What a person says about a file: the upload, and what its columns are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django import forms

from dunwell.ledger.imports.files import LARGEST_FILE
from dunwell.ledger.imports.inspection import Inspection, position_of
from dunwell.ledger.imports.mapping import Mapping
from dunwell.ledger.models import FileScope
from dunwell.rules.columns.dates import ANSWERS as DATE_ANSWERS
from dunwell.rules.columns.headers import SURE
from dunwell.rules.columns.numbers import ANSWERS as NUMBER_ANSWERS
from dunwell.rules.columns.numbers import LABELS
from dunwell.rules.columns.targets import TARGET_NAMES, Target

IGNORED = ("", "Not used")
TARGET_CHOICES = [IGNORED, *((target, name.capitalize()) for target, name in TARGET_NAMES.items())]


class UploadForm(forms.Form):
    file = forms.FileField(
        label="File",
        help_text=f"CSV, TSV or XLSX, up to {LARGEST_FILE // 1024**3} GB (workbooks up to 100,000 rows).",
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.tab,.xlsx,.xlsm", "data-most": LARGEST_FILE}),
        error_messages={"required": "Choose a file first.", "empty": "The file is empty."},
    )


@dataclass(frozen=True)
class ColumnChoice:
    """One column of the file beside the question what it is."""

    header: str
    samples: Sequence[str]
    field: forms.BoundField
    unsure: bool


class ColumnsForm(forms.Form):
    """What each column is, how cells are written, and what the file says about invoices that are not in it."""

    scope = forms.ChoiceField(
        label="This file", choices=FileScope.choices, widget=forms.RadioSelect(attrs={"class": "form-check-input"})
    )
    as_of = forms.DateField(
        label="It describes the book as of",
        required=False,
        help_text="Empty: today. What is dated later is left out.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    dates = forms.ChoiceField(
        label="Dates",
        required=False,
        choices=[
            ("", "Decided by the column"),
            ("D/M/Y", "Day first: 31/01/2026"),
            ("M/D/Y", "Month first: 01/31/2026"),
            ("Y/M/D", "Year first: 2026-01-31"),
        ],
    )
    numbers = forms.ChoiceField(
        label="Amounts",
        required=False,
        choices=[("", "Decided by the column"), *((label, label) for label in LABELS.values())],
    )
    currency = forms.RegexField(
        r"^[A-Za-z]{3}$",
        label="Currency of rows that name none",
        required=False,
        error_messages={"invalid": "Write three letters, for example EUR."},
    )
    terms_days = forms.IntegerField(
        label="Days to pay where there is no due date", required=False, min_value=0, max_value=365
    )
    save_as = forms.CharField(
        label="Keep this reading as", required=False, max_length=100, help_text="For the next file of this kind."
    )

    def __init__(self, data: Any, *, inspection: Inspection, today: dt.date, as_of: dt.date | None) -> None:
        mapping = inspection.mapping
        super().__init__(
            data,
            initial={
                "scope": mapping.scope,
                "as_of": as_of,
                "dates": mapping.dates or "",
                "numbers": LABELS[mapping.numbers] if mapping.numbers else "",
                "currency": mapping.currency,
                "terms_days": mapping.terms_days,
            },
        )
        self.inspection, self.today = inspection, today
        headers = inspection.table.headers
        self.chosen: dict[int, Target] = {}
        for target, header in mapping.columns.items():
            position = position_of(header, headers)
            if position is not None:
                self.chosen[position] = target
        self.doubts = self._doubts()
        for column, header in enumerate(headers):
            self.fields[f"column_{column}"] = forms.ChoiceField(
                label=f"What “{header}” is",
                required=False,
                choices=TARGET_CHOICES,
                initial=self.chosen.get(column) or self.doubts.get(column, ""),
            )

    def _doubts(self) -> dict[int, Target]:
        """The likeliest meaning of columns that are not sure enough to be taken without asking."""
        doubts: dict[int, Target] = {}
        taken = set(self.chosen.values())
        asked = {question.topic for question in self.inspection.questions}
        for guess in self.inspection.guesses:
            is_open = guess.column not in self.chosen and guess.column not in doubts
            if is_open and guess.target in asked and guess.target not in taken:
                doubts[guess.column] = guess.target
                taken.add(guess.target)
        return doubts

    @property
    def column_choices(self) -> list[ColumnChoice]:
        preview = self.inspection.preview
        weak = {
            guess.column for guess in self.inspection.guesses
            if self.chosen.get(guess.column) == guess.target and guess.confidence < SURE
        }  # fmt: skip
        return [
            ColumnChoice(
                header=header,
                samples=[row[column] for _, row in preview if column < len(row) and row[column].strip()][:3],
                field=self[f"column_{column}"],
                unsure=column in self.doubts or column in weak,
            )
            for column, header in enumerate(self.inspection.table.headers)
        ]

    @property
    def settings(self) -> list[forms.BoundField]:
        return [self[name] for name in ("as_of", "dates", "numbers", "currency", "terms_days", "save_as")]

    def clean_as_of(self) -> dt.date | None:
        as_of: dt.date | None = self.cleaned_data["as_of"]
        if as_of is not None and as_of > self.today:
            raise forms.ValidationError("A file can describe today or a day before.")
        return as_of

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        targets = [values.get(f"column_{column}") for column in range(len(self.inspection.table.headers))]
        twice = {target for target in targets if target and targets.count(target) > 1}
        for target in sorted(twice):
            self.add_error(None, f"Two columns are the {TARGET_NAMES[target]}; choose one.")
        for any_of, what in (
            (("invoice_number",), "the invoice number"),
            (("customer_name", "customer_number"), "the customer’s name or number"),
            (("issued_on",), "the issue date"),
            (("total", "balance"), "the total or the open balance"),
        ):
            if not any(target in targets for target in any_of):
                self.add_error(None, f"Say which column is {what}.")
        return values

    def mapping(self) -> Mapping:
        """The mapping of a valid form."""
        values = self.cleaned_data
        headers = self.inspection.table.headers
        columns: dict[Target, str] = {
            values[f"column_{column}"]: header
            for column, header in enumerate(headers)
            if values.get(f"column_{column}")
        }
        return replace(
            self.inspection.mapping,
            columns=columns,
            scope=values["scope"],
            dates=DATE_ANSWERS.get(values["dates"]),
            numbers=NUMBER_ANSWERS.get(values["numbers"]),
            currency=values["currency"].upper(),
            terms_days=values["terms_days"],
        )
