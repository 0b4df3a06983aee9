"""The alerts of one person, and who is told what."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from dunwell.alerts.models.choices import KINDS
from dunwell.alerts.queries import choices as queries
from dunwell.alerts.queries import inbox
from dunwell.alerts.services import choices as services
from dunwell.alerts.services.chat import UnknownServiceError
from dunwell.alerts.words import words
from dunwell.organizations.models import Role
from dunwell.rules.alerts import MEANINGS, AlertKind, ByMail, Choice
from dunwell.rules.permissions import Permission
from dunwell.web.access import Desk, access

PER_PAGE = 50

# One select says both: shown in the app, and by e-mail
WAYS: dict[str, tuple[str, Choice]] = {
    "none": ("Nothing", Choice(in_app=False, mail=ByMail.NONE)),
    "app": ("App", Choice(in_app=True, mail=ByMail.NONE)),
    "daily": ("App, daily mail", Choice(in_app=True, mail=ByMail.DAILY)),
    "mail": ("App, mail at once", Choice(in_app=True, mail=ByMail.AT_ONCE)),
    "daily_only": ("Daily mail", Choice(in_app=False, mail=ByMail.DAILY)),
    "mail_only": ("Mail at once", Choice(in_app=False, mail=ByMail.AT_ONCE)),
}
_NAME_OF = {choice: name for name, (_, choice) in WAYS.items()}


def alerts(request: HttpRequest, slug: str) -> HttpResponse:
    """What this person was told, newest first."""
    desk = access(request, slug)
    told = inbox.receipts(desk.organization, desk.user.pk)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        told = told.filter(pk__lt=int(before))
    rows = list(told[: PER_PAGE + 1])
    shown = rows[:PER_PAGE]
    return desk.render(
        "web/alerts/alerts.html",
        {
            "place": "alerts",
            "entries": [{"receipt": row, "words": words(row.alert, desk.organization.locale)} for row in shown],
            "older": shown[-1].pk if len(rows) > PER_PAGE else None,
            "unread": any(row.read_at is None for row in shown),
        },
    )


def go(request: HttpRequest, slug: str, receipt_id: int) -> HttpResponse:
    """To the page an alert is about; it counts as read."""
    desk = access(request, slug)
    found = inbox.receipts(desk.organization, desk.user.pk).filter(pk=receipt_id).first()
    if found is None:
        raise Http404
    services.mark_read(organization=desk.organization, user_id=desk.user.pk, alert_ids=[found.alert_id])
    return redirect(desk.url("web:home") + words(found.alert, desk.organization.locale).path)


@require_POST
def read_all(request: HttpRequest, slug: str) -> HttpResponse:
    desk = access(request, slug)
    services.mark_read(organization=desk.organization, user_id=desk.user.pk)
    return redirect(desk.url("web:alerts"))


class ChoicesForm(forms.Form):
    """One select for each kind."""

    def __init__(self, *args: Any, current: dict[AlertKind, Choice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in AlertKind:
            title, meaning = MEANINGS[kind]
            self.fields[kind.value] = forms.ChoiceField(
                label=title,
                help_text=meaning,
                choices=[(name, label) for name, (label, _) in WAYS.items()],
                initial=_NAME_OF[current[kind]],
            )

    @property
    def choices(self) -> dict[AlertKind, Choice]:
        return {kind: WAYS[self.cleaned_data[kind.value]][1] for kind in AlertKind}


def own_choices(request: HttpRequest, slug: str) -> HttpResponse:
    """What this person wants to be told."""
    desk = access(request, slug)
    current = queries.choices_of_person(desk.membership)
    form = ChoicesForm(request.POST or None, current=current)
    if request.method == "POST" and form.is_valid():
        changed = {kind: choice for kind, choice in form.choices.items() if choice != current[kind]}
        services.choose_for_oneself(
            organization=desk.organization, user_id=desk.user.pk, choices=changed, actor=desk.actor
        )
        messages.success(request, "Kept. It counts from the next alert on.")
        return redirect(desk.url("web:alert_choices"))
    return desk.render("web/alerts/choices.html", {"place": "alerts", "form": form}, status=422 if form.errors else 200)


class DestinationForm(forms.Form):
    name = forms.CharField(max_length=100, label="Name", help_text="For example “Finance channel”.")
    address = forms.CharField(
        max_length=1000,
        label="Address",
        help_text="As apprise writes it: slack://…, workflows://… (Teams), tgram://…, mmosts://…; kept encrypted.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    kinds = forms.MultipleChoiceField(
        label="Is told",
        choices=KINDS,
        widget=forms.CheckboxSelectMultiple(attrs={"wide": True, "class": "form-check-input"}),
    )


def team(request: HttpRequest, slug: str) -> HttpResponse:
    """Who is told what by their role, and the chats that are told."""
    desk = access(request, slug, Permission.EDIT_SETTINGS if request.method == "POST" else Permission.VIEW_SETTINGS)
    form = DestinationForm(request.POST if request.POST.get("what") == "destination" else None)
    if request.method == "POST" and _changed(desk, form):
        return redirect(desk.url("web:alert_team"))
    roles = [(role.value, role.label) for role in Role]
    current = queries.choices_of_roles(desk.organization, [role for role, _ in roles])
    rows = [
        {
            "kind": kind.value,
            "title": MEANINGS[kind][0],
            "meaning": MEANINGS[kind][1],
            "cells": [{"role": role, "label": label, "way": _NAME_OF[current[kind, role]]} for role, label in roles],
        }
        for kind in AlertKind
    ]
    context = {
        "place": "settings",
        "section": "alerts",
        "roles": roles,
        "rows": rows,
        "ways": [(name, label) for name, (label, _) in WAYS.items()],
        "destinations": queries.destinations(desk.organization),
        "form": form,
    }
    return desk.render("web/alerts/team.html", context, status=422 if form.errors else 200)


def _changed(desk: Desk, form: DestinationForm) -> bool:
    if form.is_bound:
        return _destination_added(desk, form)
    for role in Role.values:
        chosen = {
            kind: WAYS[name][1]
            for kind in AlertKind
            if (name := desk.request.POST.get(f"{kind.value}-{role}", "")) in WAYS
        }
        current = queries.choices_of_roles(desk.organization, [role])
        changed = {kind: choice for kind, choice in chosen.items() if choice != current[kind, role]}
        services.choose_for_role(organization=desk.organization, role=role, choices=changed, actor=desk.actor)
    messages.success(desk.request, "Kept. Who chose for themselves is told as they chose.")
    return True


def _destination_added(desk: Desk, form: DestinationForm) -> bool:
    if not form.is_valid():
        return False
    if any(place.name == form.cleaned_data["name"] for place in queries.destinations(desk.organization)):
        form.add_error("name", "There is a destination of this name already.")
        return False
    try:
        place = services.add_destination(organization=desk.organization, actor=desk.actor, **form.cleaned_data)
    except UnknownServiceError as error:
        form.add_error("address", str(error))
        return False
    messages.success(desk.request, f"{place.name} is told from the next alert on.")
    return True


@require_POST
def remove_destination(request: HttpRequest, slug: str, destination_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.EDIT_SETTINGS)
    if not services.remove_destination(organization=desk.organization, destination_id=destination_id, actor=desk.actor):
        raise Http404
    messages.success(request, "Nothing more is told there.")
    return redirect(desk.url("web:alert_team"))
