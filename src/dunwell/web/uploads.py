"""How much a request may bring, decided before it is received.

Django's ASGI handler takes a whole body to the disk before any middleware sees the request. This stands in front of it:
a body that says it is too long is refused at once, one that does not say is counted as it comes.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from asgiref.sync import sync_to_async
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string

from dunwell.ledger.imports.files import LARGEST_FILE
from dunwell.ledger.services.documents import LARGEST_DOCUMENT
from dunwell.web.middleware import SECURITY_HEADERS

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

FORM_FIELDS = 1024**2  # what a form has around its file
LARGEST_FORM = LARGEST_DOCUMENT + FORM_FIELDS
# Who has no session can only sign in, or report
LARGEST_OF_STRANGERS = 64 * 1024
# Providers report in batches (SendGrid up to 768 kB); as `api.intake.MOST_BYTES`
LARGEST_REPORTS = 1024**2
HOOKS = re.compile(r"/hooks/.*", re.DOTALL)
LARGEST_ARCHIVE = 4 * 1024**3
# Addresses that take more than a form
LARGER = (
    (re.compile(r"/o/[^/]+/imports/new/"), LARGEST_FILE + FORM_FIELDS),
    (re.compile(r"/setup/archive/"), LARGEST_ARCHIVE + FORM_FIELDS),
)


def most_bytes(path: str, *, has_session: bool) -> int:
    """The most that a request to this address may bring."""
    if HOOKS.fullmatch(path):
        return LARGEST_REPORTS
    if not has_session:
        return LARGEST_OF_STRANGERS
    return next((most for pattern, most in LARGER if pattern.fullmatch(path)), LARGEST_FORM)


class UploadLimit:
    """ASGI middleware around Django."""

    def __init__(self, application: Application, *, session_cookie: str) -> None:
        self._application = application
        self._session_cookie = f"{session_cookie}=".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            await self._application(scope, receive, send)
            return
        headers = dict(scope["headers"])
        most = most_bytes(scope["path"], has_session=self._session_cookie in headers.get(b"cookie", b""))
        if _number(headers.get(b"content-length", b"")) > most:
            await _refuse(send, most)
            return
        taken, has_answered = 0, False

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            # To Django, whoever sends too much has gone away: it lets go of what it has
            return message if taken <= most else {"type": "http.disconnect"}

        async def noted(message: Message) -> None:
            nonlocal has_answered
            has_answered = True
            await send(message)

        await self._application(scope, counted, noted)
        if taken > most and not has_answered:
            await _refuse(send, most)


def _number(text: bytes) -> int:
    return int(text) if text.isdigit() and len(text) < 19 else 0


async def _refuse(send: Send, most: int) -> None:
    page = await sync_to_async(render_to_string)("413.html", {"most": filesizeformat(most)})
    headers = {**SECURITY_HEADERS, "Content-Type": "text/html; charset=utf-8", "Connection": "close"}
    await send(
        {
            "type": "http.response.start",
            "status": 413,
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        }
    )
    await send({"type": "http.response.body", "body": page.encode()})
