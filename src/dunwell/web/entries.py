"""Entering something by hand: a form on a page of its own, errors beside the fields, what was typed is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from dunwell.ledger.services.versions import ChangedMeanwhileError, GoneError, version_of
from dunwell.rules.permissions import Permission
from dunwell.web import undo
from dunwell.web.access import Desk
from dunwell.workflows.by_hand import follow_up


@dataclass(frozen=True)
class Page:
    """What stands around a form. `back` is where Cancel leads, `facts` what a person should know before saving."""

    title: str
    button: str
    back: str
    back_name: str
    place: str = "customers"
    lead: str = ""
    stop: bool = False
    facts: tuple[str, ...] = ()
    upload: bool = False
    context: dict[str, Any] = field(default_factory=dict)


# What to do about an empty field, by its kind; the first that fits
MISSING: tuple[tuple[type[forms.Field], str], ...] = (
    (forms.DateField, "Choose a day."),
    (forms.DateTimeField, "Choose a day and a time."),
    (forms.DecimalField, "Write an amount."),
    (forms.ChoiceField, "Choose one of these."),
    (forms.Field, "Write something here."),
)


class EntryForm(forms.Form):
    """A form that names the version of the row it was filled from, so that nobody overwrites a colleague."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def full_clean(self) -> None:
        """A field without words of its own says in Dunwell's what is missing."""
        for asked in self.fields.values():
            if asked.error_messages["required"] == forms.Field.default_error_messages["required"]:
                asked.error_messages["required"] = next(said for kind, said in MISSING if isinstance(asked, kind))
        super().full_clean()

    @property
    def parts_of_page(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under headings, for a form that is long enough to have some."""
        return []

    @property
    def seen(self) -> int | None:
        """The version the form was filled from; of a valid form."""
        version: int | None = self.cleaned_data.get("version")
        return version

    def wrong(self, error: ValidationError) -> None:
        """What a service refused, beside its field; what belongs to none above the form."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for name, sentences in error.message_dict.items():
            self.add_error(name if name in self.fields else None, sentences)

    def show_present_version(self, row: Any) -> None:
        """After somebody else's change was shown, saving again is a decision."""
        data = self.data.copy() if isinstance(self.data, QueryDict) else dict(self.data)
        data["version"] = str(version_of(row))
        self.data = data


def date_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def show(desk: Desk, page: Page, form: forms.Form, template: str = "web/entry_form.html") -> HttpResponse:
    context = {"place": page.place, "page": page, "form": form, **page.context}
    return desk.render(template, context, status=422 if form.errors else 200)


def saved(form: EntryForm, act: Callable[[dict[str, Any]], Any], row: Any = None) -> Any:
    """What `act` returns for a valid form; None where the form, or the service, has something against it."""
    if not form.is_valid():
        return None
    try:
        return act({name: value for name, value in form.cleaned_data.items() if name != "version"})
    except GoneError as error:
        raise Http404 from error
    except ChangedMeanwhileError as error:
        form.wrong(error)
        if row is not None:
            form.show_present_version(row)
    except ValidationError as error:
        form.wrong(error)
    return None


def done(
    desk: Desk, sentence: str, *, then: str, undo_with: Permission | None = None, after_undo: str = ""
) -> HttpResponse:
    """Say what was done, with a way back where there is one, let the follow-up take it up, and go on to `then`."""
    follow_up(desk.organization, now=desk.now)
    token = undo.offer(desk, undo_with, after_undo) if undo_with is not None else ""
    messages.success(desk.request, sentence, extra_tags=token)
    return redirect(then)


def attempt(
    desk: Desk, act: Callable[[], Any], sentence: str, *, undo_with: Permission | None, then: str
) -> HttpResponse:
    """Do what a single button asks for; what stands against it is said on the page it was pressed on."""
    try:
        act()
    except GoneError as error:
        raise Http404 from error
    except ValidationError as error:
        say_no(desk, error)
        return redirect(then)
    return done(desk, sentence, undo_with=undo_with, then=then)


def say_no(desk: Desk, error: ValidationError) -> None:
    """Why nothing was done, on the page that comes next."""
    messages.error(desk.request, " ".join(error.messages))


def back_to(request: HttpRequest, otherwise: str) -> str:
    """The page a button was on, as its form says; only a path of this site."""
    address = request.POST.get("back", "")
    if address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None):
        return address
    return otherwise
