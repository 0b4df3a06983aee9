"""A new installation: its first owner, then its first organization.

A stranger on the network may find the address before its owner does. So the code that `dunwell serve` prints is always
asked for, on loopback too: a proxy, or another person's session on the same machine, comes from there as well.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from allauth.account.views import login as allauth_sign_in
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.text import slugify

from dunwell.organizations import beginnings
from dunwell.organizations.models import User
from dunwell.web.setup import places
from dunwell.web.setup.forms import ArchiveForm, FirstOrganizationForm, OwnerForm
from dunwell.workflows.archives import ArchiveUnusableError
from dunwell.workflows.set_up import bring_first_organization, create_first_organization

CODE_KNOWN = "setup_code_known"
TIME_ZONE = "setup_time_zone"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@login_not_required
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """The sign-in; where nobody can sign in yet, the set-up."""
    if request.method == "GET" and beginnings.nobody_yet():
        return redirect("web:setup_owner")
    response: HttpResponseBase = allauth_sign_in(request)
    return response


@login_not_required
def owner(request: HttpRequest) -> HttpResponse:
    """Make the first owner: once, and only who knows the code."""
    if not beginnings.nobody_yet():
        return redirect("web:landing")
    if beginnings.is_set_up_code(request.GET.get("code", "")):
        request.session[CODE_KNOWN] = True
        return redirect("web:setup_owner")  # the code stays in no address
    form = OwnerForm(request.POST or None, code_known=bool(request.session.get(CODE_KNOWN)))
    if request.method == "POST" and form.is_valid() and _owner_made(request, form):
        return redirect("web:setup_organization")
    return render(request, "web/setup/owner.html", {"form": form}, status=422 if form.errors else 200)


def _owner_made(request: HttpRequest, form: OwnerForm) -> bool:
    values = form.cleaned_data
    try:
        user = beginnings.create_first_owner(email=values["email"], name=values["name"], password=values["password"])
    except beginnings.AlreadySetUpError as error:
        form.add_error(None, str(error))
        return False
    except ValidationError as error:
        _add(form, error)
        return False
    login(request, user, backend=BACKEND)
    request.session.pop(CODE_KNOWN, None)
    request.session[TIME_ZONE] = values["time_zone"]
    return True


def organization(request: HttpRequest) -> HttpResponse:
    """Make the first organization, with what the browser gives away as proposals."""
    if not beginnings.no_organization_yet():
        return redirect("web:landing")
    proposal = places.propose(str(request.session.get(TIME_ZONE, "")), request.headers.get("Accept-Language", ""))
    initial = {"country": proposal.country, "base_currency": proposal.currency, "time_zone": proposal.time_zone}
    form = FirstOrganizationForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        made = _organization_made(request, form)
        if made:
            return redirect("web:setup", made)
    return render(request, "web/setup/organization.html", {"form": form}, status=422 if form.errors else 200)


def archive(request: HttpRequest) -> HttpResponse:
    """Make the first organization out of an archive of another installation."""
    if not beginnings.no_organization_yet():
        return redirect("web:landing")
    # Bound by the method: an upload of nothing has neither values nor files
    form = ArchiveForm(request.POST, request.FILES) if request.method == "POST" else ArchiveForm()
    if form.is_valid() and _brought_in(request, form):
        return redirect("web:landing")
    return render(request, "web/setup/archive.html", {"form": form}, status=422 if form.errors else 200)


def _brought_in(request: HttpRequest, form: ArchiveForm) -> bool:
    assert isinstance(request.user, User)
    with tempfile.NamedTemporaryFile(suffix=".zip") as file:
        for chunk in form.cleaned_data["archive"].chunks():
            file.write(chunk)
        file.flush()
        try:
            made = bring_first_organization(owner=request.user, path=Path(file.name))
        except (beginnings.AlreadySetUpError, ArchiveUnusableError) as error:
            form.add_error("archive", str(error).replace(Path(file.name).name, "The archive"))
            return False
    request.session.pop(TIME_ZONE, None)
    messages.success(
        request,
        f"{made.organization.name} is here, and you are an owner of it. Sending is stopped: make sure that it sends "
        "nowhere else, enter the mail server’s password, then resume.",
    )
    return True


def _organization_made(request: HttpRequest, form: FirstOrganizationForm) -> str:
    """The slug of the organization; empty when it was refused."""
    assert isinstance(request.user, User)
    values = form.cleaned_data
    slug = slugify(values["name"])[:50].strip("-") or "organization"
    try:
        create_first_organization(owner=request.user, slug=slug, **values)
    except beginnings.AlreadySetUpError as error:
        messages.error(request, str(error))
        return ""
    except ValidationError as error:
        _add(form, error)
        return ""
    request.session.pop(TIME_ZONE, None)
    return slug


def _add(form: Form, error: ValidationError) -> None:
    """What a service refuses, beside its field; what belongs to no field shown, above them."""
    for name, sentences in error.message_dict.items():
        form.add_error(name if name in form.fields else None, sentences)
