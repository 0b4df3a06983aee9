"""The door of every inbound webhook: who may not come in, and how much at once.

A hook has the organization in its address, and its provider's signature in the request: nothing in it is believed
before that was checked with the organization's own secret.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec

import structlog
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from dunwell.organizations import throttles
from dunwell.organizations.models import Organization
from dunwell.organizations.queries import database_now

log = structlog.get_logger(__name__)

# Providers report in batches (SendGrid up to 768 kB); as `web.uploads.LARGEST_REPORTS`, which stands in front
MOST_BYTES = 1024**2
# Only refused calls are counted: a flood of them keeps no genuine report out, and does not fill the log
MOST_REFUSED, WINDOW = 600, dt.timedelta(minutes=1)

Rest = ParamSpec("Rest")


class RefusedError(Exception):
    """The call is not taken; `status` is what its sender is told, 401 with the way to sign in."""

    def __init__(self, words: str, status: int = 403) -> None:
        super().__init__(words)
        self.status = status


def hook(
    provider: str,
) -> Callable[
    [Callable[Concatenate[HttpRequest, Organization, dt.datetime, Rest], HttpResponse]], Callable[..., HttpResponse]
]:
    """Make a view of `view(request, organization, now, …)`: a POST of bounded size to an organization that there is.

    The address names the organization by its slug. RefusedError becomes its status, in plain text.
    """

    def decorate(
        view: Callable[Concatenate[HttpRequest, Organization, dt.datetime, Rest], HttpResponse],
    ) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @login_not_required
        @require_POST
        @functools.wraps(view)
        def take(request: HttpRequest, slug: str, *args: Any, **named: Any) -> HttpResponse:
            now = database_now()
            organization = Organization.objects.select_related("settings").filter(slug=slug).first()
            if organization is None:
                return _answer(RefusedError("There is nothing here.", 404), provider, slug)
            try:
                _limit(request)
                return view(request, organization, now, *args, **named)
            except RefusedError as error:
                return _refuse(error, provider, organization, now)

        return take

    return decorate


def body_of(request: HttpRequest) -> bytes:
    """What was sent, as its signature covers it. Raises RefusedError for a form in parts: nobody signs those."""
    try:
        return request.body
    except RawPostDataException as error:
        raise RefusedError("This is not what is sent here.") from error


def _limit(request: HttpRequest) -> None:
    try:
        size = len(request.body)
    except RawPostDataException:  # a form in parts, which Django has read by now
        size = int(request.META.get("CONTENT_LENGTH") or 0)
    if size > MOST_BYTES:
        raise RefusedError("That is more than this address takes.", 413)


def _refuse(error: RefusedError, provider: str, organization: Organization, now: dt.datetime) -> HttpResponse:
    if error.status == 401:
        # How a genuine call begins, where the password is only brought when it is asked for
        return HttpResponse(
            f"{error}\n", status=401, content_type="text/plain", headers={"WWW-Authenticate": 'Basic realm="Dunwell"'}
        )
    name = f"hook:{provider}:{organization.pk}"
    if throttles.too_many(name=name, most=MOST_REFUSED, window=WINDOW, now=now) is not None:
        return HttpResponse("Too many refused calls in a minute; try again.\n", status=429, content_type="text/plain")
    return _answer(error, provider, organization.slug)


def _answer(error: RefusedError, provider: str, slug: str) -> HttpResponse:
    log.warning("hook_refused", provider=provider, organization=slug, status=error.status, why=str(error))
    return HttpResponse(f"{error}\n", status=error.status, content_type="text/plain")
