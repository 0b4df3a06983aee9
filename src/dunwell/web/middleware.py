"""What every request is asked first, and headers that tell the browser what a page may do."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, UnreadablePostError
from django.shortcuts import render
from django.utils.decorators import sync_and_async_middleware
from whitenoise.middleware import WhiteNoiseMiddleware  # type: ignore[import-untyped]

HEADER = "Content-Security-Policy"


def _policy(*rules: str) -> str:
    return "; ".join(rules)


# Everything comes from this server and nothing is written inline; other sites may not frame a page.
POLICY = _policy(
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "frame-src 'self'",
    f"form-action 'self' {settings.OIDC_ORIGIN}".strip(),  # browsers ask it of redirects too: the way to the provider
    "base-uri 'none'",
    "frame-ancestors 'none'",
)

# No page of ours asks for any of these, so nobody who gets into one may either
PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in ("camera", "display-capture", "geolocation", "microphone", "payment", "serial", "usb")
)
SECURITY_HEADERS = {
    HEADER: POLICY,
    "Permissions-Policy": PERMISSIONS,
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}

# A mail is foreign text: no script, no form, no request leaves it. Mail has its styles inline.
MAIL_POLICY = _policy(
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    "img-src data:",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'self'",
    "sandbox allow-same-origin",
)

Handler = Callable[[HttpRequest], HttpResponseBase] | Callable[[HttpRequest], Awaitable[HttpResponseBase]]


@sync_and_async_middleware
def security_headers(get_response: Handler) -> Handler:
    """What a browser may do with each response, also with refusals; a view may have set a stricter policy."""

    def shield(response: HttpResponseBase) -> HttpResponseBase:
        for name, value in SECURITY_HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    if iscoroutinefunction(get_response):

        async def handle_async(request: HttpRequest) -> HttpResponseBase:
            response: HttpResponseBase = await get_response(request)
            return shield(response)

        return handle_async

    def handle(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        assert isinstance(response, HttpResponseBase)
        return shield(response)

    return handle


@sync_and_async_middleware
def no_null_characters(get_response: Handler) -> Handler:
    """Refuse a request that has a NUL in a text: PostgreSQL keeps none, and no person types one."""

    if iscoroutinefunction(get_response):

        async def handle_async(request: HttpRequest) -> HttpResponseBase:
            # Reading an upload's form takes its time
            found = await sync_to_async(_has_null)(request) if request.method == "POST" else _has_null(request)
            if found:
                return await sync_to_async(_unreadable)(request)
            response: HttpResponseBase = await get_response(request)
            return response

        return handle_async

    def handle(request: HttpRequest) -> HttpResponseBase:
        if _has_null(request):
            return _unreadable(request)
        response = get_response(request)
        assert isinstance(response, HttpResponseBase)
        return response

    return handle


def _unreadable(request: HttpRequest) -> HttpResponse:
    return render(request, "400.html", status=400)


def _has_null(request: HttpRequest) -> bool:
    try:
        fields = [*request.GET.lists(), *request.POST.lists()]
    except UnreadablePostError:
        return False  # whoever sent it has gone away
    texts = [request.path_info, *request.COOKIES.values()]  # Django itself cleans the names of files
    for name, values in fields:
        texts += [name, *values]
    return any("\0" in text for text in texts)


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]
    """WhiteNoise, which under ASGI would leave its files open. Ours are small and read at once."""

    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> HttpResponse:
        found = static_file.get_response(request.method, request.META)
        content = b""
        if found.file is not None:
            with contextlib.closing(found.file):
                content = found.file.read()
        response = HttpResponse(content, status=int(found.status))
        del response["Content-Type"]
        for name, value in found.headers:
            response[name] = value
        return response
