"""Policies out as TOML, and in again: read, tried on today's book, and only then saved."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.text import slugify

from dunwell.followup.policy_files import PolicyFileError, from_toml, to_toml
from dunwell.followup.services.assignments import AssignmentRefusedError
from dunwell.followup.services.policies import PolicyRefusedError
from dunwell.rules.permissions import Permission
from dunwell.web.access import Desk, access
from dunwell.web.policies.editor import digest, the_pass
from dunwell.web.policies.rule_forms import FileForm
from dunwell.web.policies.views import version_or_404
from dunwell.workflows.policies import export_policies, import_policies, preview_import


def download(request: HttpRequest, slug: str, policy_id: int) -> HttpResponse:
    """One policy, to be reviewed like code."""
    desk = access(request, slug)
    return _file(desk, version_or_404(desk, policy_id).policy.name)


def download_all(request: HttpRequest, slug: str) -> HttpResponse:
    """All policies and the assignment rules."""
    return _file(access(request, slug))


def _file(desk: Desk, name: str = "") -> HttpResponse:
    response = HttpResponse(to_toml(export_policies(desk.organization, name)), content_type="application/toml")
    file_name = f"{slugify(name) or 'policies'}.toml"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=file_name) or "attachment"
    return response


def upload(request: HttpRequest, slug: str) -> HttpResponse:
    desk = access(request, slug, Permission.EDIT_POLICIES)
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    change = None
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"]
        try:
            read = from_toml(text)
            if request.POST.get("do") == "save" and form.cleaned_data["checked"] == digest(text):
                result = import_policies(organization=desk.organization, file=read, by=desk.user)
                messages.success(request, f"Saved: {', '.join(result.saved) or 'nothing, no policy differs'}.")
                return redirect(desk.url("web:policies"))
            change = preview_import(the_pass(desk), read)
        except PolicyRefusedError as error:
            for problem in error.problems:
                form.add_error("text", problem.text)
        except (PolicyFileError, AssignmentRefusedError) as error:
            form.add_error("text", str(error))
        form.data = {"text": text, "checked": digest(text) if change else ""}
    context = {"place": "policies", "form": form, "change": change}
    return desk.render("web/policies/upload.html", context, status=422 if form.errors else 200)
