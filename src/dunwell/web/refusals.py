"""What is said when a request is refused: not allowed, a second factor first, too often."""

from __future__ import annotations

import datetime as dt

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from dunwell.organizations.models import User
from dunwell.rules.lockout import in_words

SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
# What allauth's own limits ask for; they do not say how long is left
ALLAUTH_WAIT = dt.timedelta(minutes=1)


class SecondFactorMissingError(PermissionDenied):
    """The organization demands a second factor, and this person has none yet."""

    def __init__(self, organization: str) -> None:
        super().__init__(f"{organization} asks its members for a second factor. Set one up, then you get in.")


class TooManyRequestsError(PermissionDenied):
    """Asked for too often. `what` reads on from "That was", `wait` is how long until it is possible again."""

    def __init__(self, what: str, wait: dt.timedelta) -> None:
        super().__init__(what)
        self.what, self.wait = what, wait


def has_second_factor(user: User) -> bool:
    return bool(Authenticator.objects.filter(user=user, type__in=SECOND_FACTORS).exists())


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 with the sentence; 429 for what is only too often; the way to set-up for a missing second factor."""
    if isinstance(exception, SecondFactorMissingError):
        messages.warning(request, str(exception))
        return redirect("mfa_index")
    if isinstance(exception, TooManyRequestsError):
        return _too_many(request, exception.what, exception.wait)
    return render(request, "403.html", {"exception": str(exception)}, status=403)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """429 of allauth's limits: signing in, resetting a password, codes."""
    return _too_many(request, "That was tried too often.", ALLAUTH_WAIT)


def _too_many(request: HttpRequest, what: str, wait: dt.timedelta) -> HttpResponse:
    response = render(request, "429.html", {"what": what, "wait": in_words(wait)}, status=429)
    response["Retry-After"] = str(max(1, round(wait.total_seconds())))
    return response
