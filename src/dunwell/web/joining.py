"""Joining by an invitation's link: with the account one has, or with a new one."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from django import forms
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from dunwell.organizations.members import invitations, queries
from dunwell.organizations.members.queries import InvitationOverError
from dunwell.organizations.models import Invitation, Membership, User
from dunwell.organizations.queries import database_now

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


class NewAccountForm(forms.Form):
    name = forms.CharField(label="Your name", max_length=200, help_text="As colleagues know you.")
    password = forms.CharField(
        label="Password",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 10 characters.",
    )


@never_cache
@login_not_required
def join(request: HttpRequest, token: str) -> HttpResponse:
    """What the link opens: one button for who is signed in, the sign-in for who has an account, else a new one."""
    now = database_now()
    try:
        invitation = queries.invitation_of(token, now)
        if isinstance(request.user, User):
            return _with_this_account(request, token, invitation, request.user)
        if User.objects.filter(email__iexact=invitation.email).exists():
            return _page(request, invitation, {"has_account": True})
        return _with_new_account(request, token, invitation)
    except InvitationOverError as error:
        return render(request, "web/join_over.html", {"why": str(error)}, status=410)


def _page(request: HttpRequest, invitation: Invitation, more: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return render(request, "web/join.html", {"invitation": invitation, **more}, status=status)


def _with_this_account(request: HttpRequest, token: str, invitation: Invitation, user: User) -> HttpResponse:
    if invitation.email.lower() != user.email.lower():
        return _page(request, invitation, {"other_account": True})
    if request.method != "POST":
        return _page(request, invitation, {"this_account": True})
    return _joined(request, invitations.accept(token=token, user=user, now=database_now()))


def _with_new_account(request: HttpRequest, token: str, invitation: Invitation) -> HttpResponse:
    form = NewAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            membership = invitations.accept_with_new_account(token=token, now=database_now(), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            login(request, membership.user, backend=BACKEND)
            record_authentication(request, membership.user, method="password")
            return _joined(request, membership)
    return _page(request, invitation, {"form": form}, status=422 if form.errors else 200)


def _joined(request: HttpRequest, membership: Membership) -> HttpResponse:
    messages.success(request, f"Welcome to {membership.organization.name}.")
    return redirect("web:home", membership.organization.slug)
