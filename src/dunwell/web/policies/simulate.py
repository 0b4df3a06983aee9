"""Policies, Simulate: a past period under the present policies and under another, lived through in the background."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.views.decorators.http import require_POST

from dunwell.followup.models import DunningPolicy, Simulation, SimulationState
from dunwell.followup.policy_files import PolicyFile, PolicyFileError, to_toml
from dunwell.followup.queries.policies import surroundings
from dunwell.followup.services.simulations import (
    TooManySimulationsError,
    ask_for_simulation,
    cancel_simulation,
    remove_simulation,
)
from dunwell.insights.simulations import days_with_invoices, simulations
from dunwell.organizations.models import Organization
from dunwell.rules.permissions import Permission
from dunwell.rules.policies import PolicyDraft, problems, refusals
from dunwell.rules.simulation import compare, from_json
from dunwell.web.access import Desk, access
from dunwell.web.entries import date_input
from dunwell.web.lists.files import csv_of_lines
from dunwell.web.policies.rule_forms import LARGEST_TEXT
from dunwell.web.policies.simulation_charts import charts
from dunwell.workflows.simulation import MOST_TIME, Other, SimulationRefusedError, check_bounds, other_from_toml

USUAL_PERIOD = dt.timedelta(days=180)


class SimulationForm(forms.Form):
    """`replaces` is the saved policy that the text is a draft of: the text stands for its next version."""

    policy = forms.ChoiceField(label="Policy to try", required=False, help_text="It is tried for everybody.")
    first = forms.DateField(label="First day", widget=date_input())
    last = forms.DateField(label="Last day", widget=date_input())
    for_everybody = forms.BooleanField(
        label="It chases everybody, whatever rules and customers\u2019 own settings say",
        required=False,
        help_text="Else it chases whom it chases now.",
    )
    file = forms.FileField(
        label="Or a file",
        required=False,
        help_text="TOML, as a download writes it. One policy is tried for everybody; one with its default and rules as "
        "it says.",
    )
    text = forms.CharField(widget=forms.HiddenInput, required=False, max_length=LARGEST_TEXT)
    replaces = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, files: Any = None, *, organization: Organization, initial: Any = None) -> None:
        super().__init__(data, files, initial=initial)
        self.organization = organization
        policy = self.fields["policy"]
        assert isinstance(policy, forms.ChoiceField)
        saved = DunningPolicy.objects.filter(organization=organization, archived_at=None).order_by(
            "-is_default", "name"
        )
        policy.choices = [("", "Choose"), *((str(each.pk), each.name) for each in saved)]
        self.names = {str(each.pk): each.name for each in saved}

    @property
    def draft_name(self) -> str:
        """The name of the unsaved policy that is tried; empty where there is none."""
        text = self["text"].value() or ""
        try:
            return other_from_toml(text).name if text else ""
        except (PolicyFileError, SimulationRefusedError):
            return ""

    def other(self) -> tuple[Other, str]:
        """Of a valid form: what to compare with, and its TOML. Raises ValidationError."""
        values = self.cleaned_data
        text = values["text"]
        if values["file"] is not None:
            if values["file"].size > LARGEST_TEXT:
                raise forms.ValidationError({"file": "The file is too large to be one of policies."})
            try:
                text = values["file"].read().decode("utf-8-sig")
            except UnicodeDecodeError as error:
                raise forms.ValidationError({"file": "The file is not text in UTF-8."}) from error
        if not text:
            if not values["policy"]:
                raise forms.ValidationError({"policy": "Choose a policy, or a file."})
            return Other(self.names[values["policy"]], policy_id=int(values["policy"])), ""
        try:
            other = other_from_toml(text)
        except (PolicyFileError, SimulationRefusedError) as error:
            raise forms.ValidationError({"file": str(error)}) from error
        replaced = DunningPolicy.objects.filter(organization=self.organization, pk=values["replaces"]).first()
        self._refuse(other, replaced if values["file"] is None else None)
        if values["file"] is not None or replaced is None:
            return other, text
        return Other(other.name, other.file, replaced.pk, values["for_everybody"]), text

    def _refuse(self, other: Other, replaced: DunningPolicy | None) -> None:
        for draft in other.file.policies:
            known = replaced or DunningPolicy.objects.filter(organization=self.organization, name=draft.name).first()
            found = refusals(problems(draft, surroundings(self.organization, known)))
            if found:
                raise forms.ValidationError({"file": [f"{draft.name}: {problem.text}" for problem in found]})


def simulate(request: HttpRequest, slug: str) -> HttpResponse:
    """The form, above what was simulated lately."""
    desk = access(request, slug, Permission.EDIT_POLICIES)
    if request.method != "POST":
        return _page(desk, _form(desk, policy=request.GET.get("policy", "")))
    form = SimulationForm(request.POST, request.FILES, organization=desk.organization)
    if form.is_valid():
        try:
            made = _ask(desk, form)
        except forms.ValidationError as error:
            form.add_error(None, error)
        except (SimulationRefusedError, TooManySimulationsError) as error:
            form.add_error(None, str(error))
        else:
            return redirect(desk.url("web:simulation", made.pk))
    return _page(desk, form, status=422)


def of_draft(desk: Desk, draft: PolicyDraft, policy_id: int | None) -> HttpResponse:
    """The form for a policy that is being written: nothing of it is saved."""
    return _page(desk, _form(desk, text=to_toml(PolicyFile((draft,))), replaces=policy_id))


def _form(desk: Desk, **initial: Any) -> SimulationForm:
    first, last = days_with_invoices(desk.organization, until=desk.today)
    initial |= {"last": last, "first": max(first, last - USUAL_PERIOD), "for_everybody": "replaces" not in initial}
    return SimulationForm(organization=desk.organization, initial=initial)


def _ask(desk: Desk, form: SimulationForm) -> Simulation:
    other, text = form.other()
    first, last = form.cleaned_data["first"], form.cleaned_data["last"]
    check_bounds(desk.organization, first=first, last=last, today=desk.today)
    return ask_for_simulation(
        organization=desk.organization,
        name=other.name,
        policies=text,
        policy_id=other.policy_id,
        for_everybody=other.for_everybody,
        first=first,
        last=last,
        by=desk.user,
        now=desk.now,
    )


def _page(desk: Desk, form: SimulationForm, *, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {"place": "policies", "form": form, "simulations": simulations(desk.organization)}
    context["most_minutes"] = MOST_TIME.seconds // 60
    return desk.render("web/policies/simulate.html", context, status=status)


def simulation(request: HttpRequest, slug: str, simulation_id: int) -> HttpResponse:
    """One simulation at whatever stage it is."""
    desk = access(request, slug, Permission.EDIT_POLICIES)
    found = _found(desk, simulation_id)
    context: dict[str, Any] = {"place": "policies", "simulation": found}
    if found.state == SimulationState.DONE:
        present, other = from_json(found.result["present"]), from_json(found.result["other"])
        context |= {
            "lines": compare(present, other),
            "charts": charts(
                present,
                other,
                name=found.name,
                first=found.first,
                last=found.last,
                locale=desk.organization.locale,
            ),
        }
    return desk.render("web/policies/simulation.html", context)


def progress(request: HttpRequest, slug: str, simulation_id: int) -> HttpResponse:
    """The part that is asked for again while the days are lived; at the end the page is loaded anew."""
    desk = access(request, slug, Permission.EDIT_POLICIES)
    found = _found(desk, simulation_id)
    response = desk.render("web/policies/simulation_progress.html", {"simulation": found})
    if not found.is_at_work:
        response["HX-Refresh"] = "true"
    return response


@require_POST
def cancel(request: HttpRequest, slug: str, simulation_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.EDIT_POLICIES)
    found = _found(desk, simulation_id)
    if cancel_simulation(organization=desk.organization, simulation_id=found.pk, now=desk.now):
        messages.success(request, "It is cancelled. Nothing was changed by it.")
    else:
        messages.error(request, f"It had ended before: {found.get_state_display().lower()}.")
    return redirect(desk.url("web:simulation", found.pk))


@require_POST
def remove(request: HttpRequest, slug: str, simulation_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.EDIT_POLICIES)
    found = _found(desk, simulation_id)
    if not remove_simulation(organization=desk.organization, simulation_id=found.pk):
        messages.error(request, "It is at work: cancel it first.")
        return redirect(desk.url("web:simulation", found.pk))
    messages.success(request, "The simulation is removed.")
    return redirect(desk.url("web:simulate"))


def download(request: HttpRequest, slug: str, simulation_id: int) -> HttpResponseBase:
    """The figures side by side as CSV, or everything as JSON (`?as=json`)."""
    desk = access(request, slug, Permission.EDIT_POLICIES)
    found = _found(desk, simulation_id)
    if found.state != SimulationState.DONE:
        raise Http404
    name = f"simulation-{slugify(found.name) or found.pk}-{found.first}-{found.last}"
    if request.GET.get("as") == "json":
        response = HttpResponse(json.dumps(found.result, indent=1), content_type="application/json")
        disposition = content_disposition_header(as_attachment=True, filename=f"{name}.json")
        response["Content-Disposition"] = disposition or "attachment"
        return response
    present, other = from_json(found.result["present"]), from_json(found.result["other"])
    lines = [[line.label, line.present, line.other, line.difference, line.unit] for line in compare(present, other)]
    return csv_of_lines(desk, name, ["figure", "present", "other", "difference", "unit"], lines)


def _found(desk: Desk, simulation_id: int) -> Simulation:
    found = Simulation.objects.filter(organization=desk.organization, pk=simulation_id)
    one = found.select_related("created_by", "policy").first()
    if one is None:
        raise Http404
    return one
