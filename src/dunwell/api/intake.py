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

MOST_BYTES = 256 * 1024
# An organization's own traffic: 10,000 messages of a morning with three reports each, in a few minutes
MOST_CALLS, WINDOW = 6_000, dt.timedelta(minutes=1)

Rest = ParamSpec("Rest")


class RefusedError(Exception):
    """The call is not taken; `status` is what its sender is told."""

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
            try:
                now = database_now()
                organization = _organization(slug)
                _limit(request, provider, organization, now)
                return view(request, organization, now, *args, **named)
            except RefusedError as error:
                log.warning("hook_refused", provider=provider, organization=slug, status=error.status, why=str(error))
                return HttpResponse(f"{error}\n", status=error.status, content_type="text/plain")

        return take

    return decorate


def _organization(slug: str) -> Organization:
    organization = Organization.objects.select_related("settings").filter(slug=slug).first()
    if organization is None:
        raise RefusedError("There is nothing here.", 404)
    return organization


def body_of(request: HttpRequest) -> bytes:
    """What was sent, as its signature covers it. Raises RefusedError for a form in parts: nobody signs those."""
    try:
        return request.body
    except RawPostDataException as error:
        raise RefusedError("This is not what is sent here.") from error


def _limit(request: HttpRequest, provider: str, organization: Organization, now: dt.datetime) -> None:
    try:
        size = len(request.body)
    except RawPostDataException:  # a form in parts, which Django has read by now
        size = int(request.META.get("CONTENT_LENGTH") or 0)
    if size > MOST_BYTES:
        raise RefusedError("That is more than this address takes.", 413)
    name = f"hook:{provider}:{organization.pk}"
    if throttles.too_many(name=name, most=MOST_CALLS, window=WINDOW, now=now) is not None:
        raise RefusedError("Too many calls in a minute; try again.", 429)
