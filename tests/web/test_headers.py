"""What a browser is told with every response, and what is refused before it has arrived."""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.conf import LazySettings
from django.test import Client

from dunwell.api.intake import MOST_BYTES
from dunwell.config.asgi import application
from dunwell.organizations.models import User
from dunwell.web.middleware import MAIL_POLICY, POLICY
from dunwell.web.uploads import LARGEST_FORM, LARGEST_OF_STRANGERS, LARGEST_REPORTS, most_bytes
from tests.web.conftest import Desk

NAMES = (
    "Permissions-Policy",
    "Cross-Origin-Resource-Policy",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "Cross-Origin-Opener-Policy",
)
DOORS = (
    "/accounts/login/",
    "/accounts/password/reset/",
    "/accounts/logout/",
    "/accounts/signup/",
    "/nowhere/",
    "/health",
)


@pytest.mark.django_db
def test_every_page_says_what_a_browser_may_do(desk: Desk, owner: Client, addresses: list[str]) -> None:
    stranger = Client(enforce_csrf_checks=True)
    refused = Client(headers={"host": "evil.example"})
    responses = [
        *((address, owner.get(address)) for address in addresses),
        *((address, stranger.get(address)) for address in DOORS),
        ("without a token", stranger.post("/accounts/login/", {"login": "a", "password": "b"})),
        ("another host", refused.get("/accounts/login/")),
    ]
    assert [status for name, status in ((n, r.status_code) for n, r in responses) if name == "another host"] == [400]
    for name, response in responses:
        policy = response["Content-Security-Policy"]
        # A mail's own frame: no script at all, styles as mails have them
        is_mail = name.endswith(("/mail/", "/preview/"))
        assert policy == (MAIL_POLICY if is_mail and response.status_code == 200 else POLICY), name
        for header in NAMES:
            assert response[header], (name, header)


@pytest.mark.django_db
def test_cookies_and_transport_follow_the_base_url(settings: LazySettings, alice: User) -> None:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_HSTS_SECONDS = 60
    response = Client().get("/accounts/login/", secure=True)
    assert response["Strict-Transport-Security"] == "max-age=60"
    cookie = response.cookies[settings.CSRF_COOKIE_NAME]
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")


def _ask(path: str, body: list[bytes], **headers: str) -> tuple[int, bytes]:
    """What the application answers to a request, and no more of its body is read than it asks for."""

    async def ask() -> tuple[int, bytes]:
        scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "query_string": b"",
            "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        }
        server: Any = ApplicationCommunicator(application, scope)  # type: ignore[no-untyped-call]
        for part in body:
            await server.send_input({"type": "http.request", "body": part, "more_body": True})
        start = await server.receive_output(10)
        page = await server.receive_output(10)
        return start["status"], page["body"]

    return async_to_sync(ask)()


def test_too_large_a_request_is_refused_before_it_has_arrived() -> None:
    status, page = _ask(
        "/o/northlight/settings/limits/", [], content_length=str(LARGEST_FORM + 1), cookie="sessionid=x"
    )
    assert status == 413
    assert b"Nothing has been kept" in page
    assert _ask("/accounts/login/", [], content_length=str(LARGEST_OF_STRANGERS + 1))[0] == 413


def test_one_that_does_not_say_how_large_it_is_is_counted() -> None:
    assert _ask("/accounts/login/", [b"x" * 40_000, b"x" * 40_000])[0] == 413


def test_only_the_import_takes_a_whole_book() -> None:
    assert most_bytes("/o/a/imports/new/", has_session=True) > 1024**3
    assert most_bytes("/o/a/imports/new/x", has_session=True) == LARGEST_FORM
    assert most_bytes("/o/a/imports/new/", has_session=False) == LARGEST_OF_STRANGERS


def test_a_hook_takes_what_it_reads_with_a_session_or_without() -> None:
    assert LARGEST_REPORTS == MOST_BYTES == 1024**2
    for has_session in (True, False):
        assert most_bytes("/hooks/email/sendgrid/a/", has_session=has_session) == MOST_BYTES
    assert most_bytes("/accounts/hooks/", has_session=False) == LARGEST_OF_STRANGERS
