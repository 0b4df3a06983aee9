"""People: who works in the organization and as what, and who is asked to join."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django import forms
from django.conf import settings as installation
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from dunwell.followup.queries.worklist import work_left
from dunwell.messaging.channels.port import ServerUnavailableError
from dunwell.organizations.members import invitations, queries, services
from dunwell.organizations.models import Invitation, Membership, Role
from dunwell.rules.permissions import ROLE_NOTES, Permission
from dunwell.web.access import Desk, access
from dunwell.web.refusals import has_second_factor
from dunwell.workflows.invitations import send_invitation

HOUR = dt.timedelta(hours=1)
MOST_INVITATIONS = 30


class InvitationForm(forms.Form):
    email = forms.EmailField(label="E-mail", max_length=254)
    role = forms.ChoiceField(label="Role", choices=Role.choices, initial=Role.COLLECTOR.value)


def people(request: HttpRequest, slug: str) -> HttpResponse:
    desk = access(request, slug, Permission.VIEW_PEOPLE)
    return _page(desk, InvitationForm())


def _page(desk: Desk, form: forms.Form, *, status: int = 200) -> HttpResponse:
    waiting = list(queries.open_invitations(desk.organization)) if desk.may(Permission.MANAGE_PEOPLE) else []
    for invitation in waiting:
        invitation.link = link_of(invitation)  # type: ignore[attr-defined]
        invitation.is_over = invitation.expires_at <= desk.now  # type: ignore[attr-defined]
    members = list(queries.members(desk.organization))
    return desk.render(
        "web/people.html",
        {
            "place": "settings",
            "section": "people",
            "members": members,
            "roles": Role.choices,
            "role_notes": [(label, ROLE_NOTES[value]) for value, label in Role.choices],
            "invitations": waiting,
            "form": form,
            "factors": has_second_factor(desk.user),
        },
        status=status,
    )


def link_of(invitation: Invitation) -> str:
    """The whole address that lets somebody join."""
    return installation.BASE_URL.rstrip("/") + reverse("web:join", args=(queries.token_of(invitation),))


@require_POST
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    desk = access(request, slug, Permission.MANAGE_PEOPLE)
    desk.confirm_identity()
    desk.limit("invite", MOST_INVITATIONS, HOUR, f"More than {MOST_INVITATIONS} invitations in an hour.")
    form = InvitationForm(request.POST)
    if form.is_valid():
        try:
            made = invitations.invite(organization=desk.organization, by=desk.user, now=desk.now, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            _mail(desk, made)
            return redirect(desk.url("web:people"))
    return _page(desk, form, status=422)


@require_POST
def resend(request: HttpRequest, slug: str, invitation_id: int) -> HttpResponse:
    """A new link by mail; the old one leads nowhere from then on."""
    desk = access(request, slug, Permission.MANAGE_PEOPLE)
    desk.limit("invite", MOST_INVITATIONS, HOUR, f"More than {MOST_INVITATIONS} invitations in an hour.")
    try:
        renewed = invitations.renew(
            organization=desk.organization, invitation_id=invitation_id, by=desk.user, now=desk.now
        )
    except Invitation.DoesNotExist as error:
        raise Http404 from error
    _mail(desk, renewed)
    return redirect(desk.url("web:people"))


@require_POST
def withdraw(request: HttpRequest, slug: str, invitation_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.MANAGE_PEOPLE)
    try:
        gone = invitations.withdraw(
            organization=desk.organization, invitation_id=invitation_id, by=desk.user, now=desk.now
        )
    except Invitation.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, f"The invitation of {gone.email} is withdrawn; its link leads nowhere now.")
    return redirect(desk.url("web:people"))


def _mail(desk: Desk, invitation: Invitation) -> None:
    """Send the link and say how that went; it can be copied from the page in any case."""
    instead = "The invitation stands: copy its link below and send it yourself."
    try:
        answer = send_invitation(desk.organization, invitation, link=link_of(invitation), now=desk.now)
    except ServerUnavailableError as error:
        messages.warning(desk.request, f"No mail went to {invitation.email}: {error} {instead}")
        return
    if answer.accepted:
        messages.success(desk.request, f"A mail with the link is on its way to {invitation.email}.")
    else:
        messages.warning(
            desk.request, f"No mail went to {invitation.email}. The server’s words: {answer.words}. {instead}"
        )


def _change(desk: Desk, act: Callable[[], Membership], done: Callable[[Membership], str]) -> HttpResponse:
    """Do it and say so; a change that would leave nobody in charge is refused with the sentence."""
    try:
        membership = act()
    except Membership.DoesNotExist as error:
        raise Http404 from error
    except services.LastOwnerError as error:
        messages.error(desk.request, str(error))
    except ValidationError as error:
        messages.error(desk.request, " ".join(error.messages))
    else:
        messages.success(desk.request, done(membership))
    return redirect(desk.url("web:people"))


def _left_by(changed: Membership) -> str:
    """What is nobody's now, as a sentence."""
    entries = work_left(changed.organization, changed.user)
    if not entries:
        return ""
    them = (
        "An entry of the worklist that was theirs is" if entries == 1 else f"{entries:,} entries that were theirs are"
    )
    return f" {them} nobody’s now: give {'it' if entries == 1 else 'them'} to somebody on the worklist."


@require_POST
def change_role(request: HttpRequest, slug: str, membership_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.MANAGE_PEOPLE)
    desk.confirm_identity()
    return _change(
        desk,
        lambda: services.change_role(
            organization=desk.organization,
            membership_id=membership_id,
            role=request.POST.get("role", ""),
            by=desk.user,
        ),
        lambda changed: (
            f"{changed.user} works here as {changed.get_role_display().lower()} from now on.{_left_by(changed)}"
        ),
    )


@require_POST
def deactivate(request: HttpRequest, slug: str, membership_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.MANAGE_PEOPLE)
    desk.confirm_identity()
    return _change(
        desk,
        lambda: services.deactivate(
            organization=desk.organization, membership_id=membership_id, by=desk.user, now=desk.now
        ),
        lambda gone: f"{gone.user} has no access any more. What they did stays under their name.{_left_by(gone)}",
    )


@require_POST
def reactivate(request: HttpRequest, slug: str, membership_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.MANAGE_PEOPLE)
    desk.confirm_identity()
    return _change(
        desk,
        lambda: services.reactivate(organization=desk.organization, membership_id=membership_id, by=desk.user),
        lambda back: f"{back.user} is back as {back.get_role_display().lower()}.",
    )


@require_POST
def transfer(request: HttpRequest, slug: str, membership_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.MANAGE_PEOPLE)
    desk.confirm_identity()
    return _change(
        desk,
        lambda: services.transfer_ownership(organization=desk.organization, membership_id=membership_id, by=desk.user),
        lambda heir: f"{heir.user} owns {desk.organization.name} now; you are finance head.",
    )


@require_POST
def second_factor(request: HttpRequest, slug: str) -> HttpResponse:
    """Demand a second factor of every member, or no longer."""
    desk = access(request, slug, Permission.MANAGE_PEOPLE)
    desk.confirm_identity()
    required = request.POST.get("required") == "1"
    if required and not has_second_factor(desk.user):
        messages.error(request, "Set up a second factor for yourself first: you would be the first one kept out.")
        return redirect(desk.url("web:people"))
    services.demand_second_factor(organization=desk.organization, required=required, by=desk.user)
    sentence = "Members without a second factor set one up before they see anything of it."
    messages.success(request, sentence if required else "A password is enough again.")
    return redirect(desk.url("web:people"))


@require_POST
def leave(request: HttpRequest, slug: str) -> HttpResponse:
    """Stop working here; the first page then is that of another organization, or says that there is none."""
    desk = access(request, slug, Permission.VIEW_BOOK)
    try:
        services.leave(organization=desk.organization, by=desk.user, now=desk.now)
    except services.LastOwnerError as error:
        messages.error(request, str(error))
        return redirect(desk.url("web:people"))
    messages.success(request, f"You have left {desk.organization.name}.")
    return redirect("web:landing")
