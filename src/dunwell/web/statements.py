"""A customer's statement of account: choose its day, take the PDF."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.http import Http404, HttpRequest, HttpResponse

from dunwell.followup.services.letterheads import STATEMENT_DAYS
from dunwell.messaging.documents import NotPrintableError
from dunwell.rules.permissions import Permission
from dunwell.web.access import Desk, access
from dunwell.web.found import customer_or_404
from dunwell.web.sent_files import handed_out
from dunwell.workflows.statements import currencies_of
from dunwell.workflows.statements import statement as made

PDF = "application/pdf"


class StatementForm(forms.Form):
    as_of = forms.DateField(
        label="As of",
        help_text="What was open at the end of that day.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    since = forms.DateField(
        label="Payments since",
        help_text="Payments from this day on are listed.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    currency = forms.ChoiceField(label="Currency")

    def __init__(self, desk: Desk, currencies: list[str], data: object = None) -> None:
        initial = {"as_of": desk.today, "since": desk.today - dt.timedelta(STATEMENT_DAYS), "currency": currencies[0]}
        super().__init__(data, initial=initial)  # type: ignore[arg-type]
        self.fields["currency"].choices = [(currency, currency) for currency in currencies]  # type: ignore[attr-defined]
        self._today = desk.today

    def clean_as_of(self) -> dt.date:
        day: dt.date = self.cleaned_data["as_of"]
        if day > self._today:
            raise forms.ValidationError("A statement is of today or of a day before: nobody knows what comes.")
        return day

    def clean(self) -> dict[str, object]:
        values = super().clean() or {}
        since, as_of = values.get("since"), values.get("as_of")
        if since and as_of and since > as_of:
            self.add_error("since", "This is after the statement’s day.")
        return values


def _form(desk: Desk, customer_id: int, data: object = None) -> tuple[object, StatementForm]:
    customer = customer_or_404(desk, customer_id)
    # Everything that ever moved: a statement of last year may be wanted of an account that is quiet now
    currencies = currencies_of(desk.organization, customer, as_of=desk.today, since=dt.date.min)
    return customer, StatementForm(desk, currencies or [desk.organization.base_currency], data)


def statement(request: HttpRequest, slug: str, customer_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.VIEW_BOOK)
    customer, form = _form(desk, customer_id)
    return _page(desk, customer, form)


def _page(desk: Desk, customer: object, form: StatementForm) -> HttpResponse:
    return desk.render(
        "web/statement.html",
        {"place": "customers", "customer": customer, "form": form},
        status=422 if form.errors else 200,
    )


def download(request: HttpRequest, slug: str, customer_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.VIEW_BOOK)
    if not request.GET:
        raise Http404
    customer, form = _form(desk, customer_id, request.GET)
    if not form.is_valid():
        return _page(desk, customer, form)
    try:
        found = made(desk.organization, customer, **form.cleaned_data)  # type: ignore[arg-type]
    except NotPrintableError as error:
        form.add_error(None, str(error))
        return _page(desk, customer, form)
    return handed_out(found.name, PDF, found.content)
