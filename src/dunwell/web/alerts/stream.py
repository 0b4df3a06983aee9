"""News as server-sent events: the number of unread alerts, and each new one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

from asgiref.sync import sync_to_async
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from dunwell.alerts.queries import inbox
from dunwell.alerts.words import words
from dunwell.organizations.models import Membership
from dunwell.rules.permissions import Permission
from dunwell.web.access import access
from dunwell.web.alerts.newsroom import NEWSROOM

KIND = "text/event-stream"
KEEP_ALIVE = 25.0  # seconds; proxies close what is silent for a minute


@dataclass
class Reader:
    """One open page, and the newest receipt it knows."""

    membership_id: int
    last_id: int


async def stream(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Open as long as the page is. Whoever does not ask for events gets none: a request that ends."""
    membership = await sync_to_async(_membership)(request, slug)
    if KIND not in request.headers.get("Accept", ""):
        return HttpResponse("This address tells news to an open page.", status=406, content_type="text/plain")
    seen = request.headers.get("Last-Event-ID", "")
    newest = await sync_to_async(_newest)(membership)
    reader = Reader(membership.pk, int(seen) if seen.isdigit() and len(seen) < 19 else newest)
    response = StreamingHttpResponse(_news(membership.organization_id, reader), content_type=KIND)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"  # nginx would keep it until it is full
    return response


def _membership(request: HttpRequest, slug: str) -> Membership:
    return access(request, slug, Permission.VIEW_BOOK).membership


def _newest(membership: Membership) -> int:
    return inbox.newest_id(membership.organization, membership.user_id)


async def _news(organization_id: int, reader: Reader) -> AsyncIterator[bytes]:
    async with NEWSROOM.bell(organization_id) as bell:
        while True:
            bell.clear()
            events = await sync_to_async(_look)(reader)
            if events is None:
                return
            yield events
            try:
                await asyncio.wait_for(bell.wait(), KEEP_ALIVE)
            except TimeoutError:
                yield b": still here\n\n"


def _look(reader: Reader) -> bytes | None:
    """The count, and what is new; None when the person is no member any more. Gives the connection back at once."""
    try:
        membership = (
            Membership.objects.filter(pk=reader.membership_id, user__is_active=True)
            .select_related("organization")
            .first()
        )
        if membership is None:
            return None
        organization = membership.organization
        events = [_event("unread", reader.last_id, inbox.unread_count(organization, membership.user_id))]
        for receipt in inbox.newer_than(organization, membership.user_id, reader.last_id):
            reader.last_id = receipt.pk
            told = words(receipt.alert, organization.locale)
            events.append(_event("alert", receipt.pk, {"id": receipt.pk, "title": told.title, "more": told.more}))
        return "".join(events).encode()
    finally:
        connection.close()


def _event(name: str, number: int, data: object) -> str:
    return f"event: {name}\nid: {number}\ndata: {json.dumps(data)}\n\n"
