"""Writing a policy: rows of steps, a look at what the change does, and only then the next version."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from dunwell.followup.models import PolicyVersion
from dunwell.followup.queries.policies import draft_of, surroundings
from dunwell.followup.services.passes import Pass, begin
from dunwell.followup.services.policies import (
    HIGH_VALUE_STEPS,
    PolicyChangedError,
    PolicyRefusedError,
    save_policy,
)
from dunwell.followup.services.previews import PolicyChange, preview_policy
from dunwell.rules.permissions import Permission
from dunwell.rules.policies import PolicyDraft, StepDraft, problems, refusals
from dunwell.web.access import Desk, access
from dunwell.web.policies.forms import Sheet
from dunwell.web.policies.simulate import of_draft
from dunwell.web.policies.views import version_or_404
from dunwell.workflows.sender import channels_set_up

MOST_CHECKS = 30
MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Warned:
    """A warning, with the names of the steps it is about."""

    steps: list[str]
    text: str


def add(request: HttpRequest, slug: str) -> HttpResponse:
    """A new policy: empty, a copy (`?of=`), or the shipped example (`?example=high-value`)."""
    desk = access(request, slug, Permission.EDIT_POLICIES)
    return _answer(desk, None, lambda: _beginning(desk))


def edit(request: HttpRequest, slug: str, policy_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.EDIT_POLICIES)
    version = version_or_404(desk, policy_id)
    return _answer(desk, version, lambda: draft_of(version))


def the_pass(desk: Desk) -> Pass:
    """A pass of today, for a preview. It takes the organization's turn, so nobody asks for many."""
    desk.limit("policy check", MOST_CHECKS, MINUTE, f"More than {MOST_CHECKS} checks in a minute.")
    channels = channels_set_up(desk.organization)
    return begin(desk.organization, as_of=desk.today, now=desk.now, channels_set_up=channels)


def digest(said: object) -> str:
    """What was looked at, so that what is saved is what was looked at."""
    return hashlib.sha256(repr(said).encode()).hexdigest()[:32]


def _beginning(desk: Desk) -> PolicyDraft:
    of = desk.request.GET.get("of", "")
    if of.isascii() and of.isdigit() and len(of) < 19:
        draft = draft_of(version_or_404(desk, int(of)))
        steps = tuple(replace(step, lineage=None) for step in draft.steps)
        return PolicyDraft(f"Copy of {draft.name}", steps, draft.sender)
    if desk.request.GET.get("example") == "high-value":
        return PolicyDraft("High value", HIGH_VALUE_STEPS)
    return PolicyDraft("", (StepDraft("", 0),))


def _answer(desk: Desk, version: PolicyVersion | None, beginning: Any) -> HttpResponse:
    if desk.request.method != "POST":
        sheet = Sheet.of(desk.organization, beginning(), version.number if version else None)
        return _show(desk, version, sheet)
    do = desk.request.POST.get("do", "")
    if do == "add" or do.startswith("remove-"):
        return _show(desk, version, Sheet.rearranged(desk.organization, desk.request.POST, do))
    sheet = Sheet.posted(desk.organization, desk.request.POST.copy())
    draft = sheet.draft()
    if draft is None:
        return _show(desk, version, sheet)
    policy_id = version.policy_id if version else None
    if do == "simulate":
        return _simulate(desk, version, sheet, draft)
    seen: int | None = sheet.policy.cleaned_data["seen"] if version else None
    was_checked = sheet.policy.cleaned_data["checked"] == digest(draft)
    try:
        if do == "save" and was_checked:
            made = save_policy(
                organization=desk.organization, draft=draft, policy_id=policy_id, by=desk.user, seen=seen
            )
            return _saved(desk, made, version)
        change = _look(desk, version, draft, seen)
    except PolicyChangedError as error:
        sheet.refuse(error.problems[0])
        # Saving again, after a colleague's version was named, is a decision
        sheet.say(seen=str(error.version.number), checked="")
        return _show(desk, error.version, sheet, changed=error.version)
    except PolicyRefusedError as error:
        for problem in error.problems:
            sheet.refuse(problem)
        return _show(desk, version, sheet)
    sheet.say(checked=digest(draft))
    return _show(desk, version, sheet, draft=draft, change=change, is_new_look=do == "save")


def _simulate(desk: Desk, version: PolicyVersion | None, sheet: Sheet, draft: PolicyDraft) -> HttpResponse:
    """Try what is written here on a past period; nothing of it is saved."""
    found = refusals(problems(draft, surroundings(desk.organization, version.policy if version else None)))
    for problem in found:
        sheet.refuse(problem)
    return _show(desk, version, sheet) if found else of_draft(desk, draft, version.policy_id if version else None)


def _look(desk: Desk, version: PolicyVersion | None, draft: PolicyDraft, seen: int | None) -> PolicyChange:
    if version is not None and seen != version.number:
        raise PolicyChangedError(version)
    return preview_policy(the_pass(desk), draft, policy_id=version.policy_id if version else None)


def _saved(desk: Desk, made: PolicyVersion, before: PolicyVersion | None) -> HttpResponse:
    if before is not None and made.pk == before.pk:
        messages.success(desk.request, "No step differs, so there is no new version.")
    else:
        what = f"Version {made.number} is saved" if before else f"“{made.policy.name}” is saved"
        and_then = "The next pass plans by it." if before else "It chases nobody until it is the default, or assigned."
        messages.success(desk.request, f"{what}. {and_then}")
    return redirect(desk.url("web:policy", made.policy_id))


def _show(
    desk: Desk,
    version: PolicyVersion | None,
    sheet: Sheet,
    *,
    draft: PolicyDraft | None = None,
    change: PolicyChange | None = None,
    changed: PolicyVersion | None = None,
    is_new_look: bool = False,
) -> HttpResponse:
    warnings: dict[str, Warned] = {}
    if draft is not None:
        around = surroundings(
            desk.organization, version.policy if version else None, channels_set_up(desk.organization)
        )
        for problem in problems(draft, around):
            name = draft.steps[problem.step].name if problem.step is not None else ""
            said = warnings.setdefault(problem.text, Warned([], problem.text))
            said.steps.extend([name] if name else [])
    forms = [sheet.policy, *sheet.steps]
    refused = any(form.is_bound and form.errors for form in forms)
    context = {
        "place": "policies",
        "version": version,
        "policy": version.policy if version else None,
        "sheet": sheet,
        "refused": refused,
        "change": change,
        "changed": changed,
        "warnings": list(warnings.values()),
        "is_new_look": is_new_look,
    }
    return desk.render("web/policies/editor.html", context, status=422 if refused else 200)
