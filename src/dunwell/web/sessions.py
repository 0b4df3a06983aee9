"""Where one is signed in, and ending it."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from dunwell.organizations.models import User


def sessions(request: HttpRequest) -> HttpResponse:
    """The list; a POST ends one session, or all but this one."""
    assert isinstance(request.user, User)
    own = UserSession.objects.purge_and_list(request.user)
    here = request.session.session_key
    if request.method == "POST":
        wanted = request.POST.get("session", "")
        ended = [entry for entry in own if entry.session_key != here and wanted in {"others", str(entry.pk)}]
        for entry in ended:
            entry.end()
        messages.success(request, f"{len(ended)} session{'' if len(ended) == 1 else 's'} ended.")
        return redirect("account_sessions")
    own.sort(key=lambda entry: (entry.session_key != here, -entry.created_at.timestamp()))
    return render(request, "account/sessions.html", {"sessions": own, "here": here})
