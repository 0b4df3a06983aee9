"""`/health` and `/ready`: asked every few seconds by systemd, Docker, or a proxy, without a name or a session.

They are answered before anything else looks at the request: a probe comes by address, not by host name, and
over plain HTTP. They say yes or no and nothing that a stranger could use.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed, JsonResponse
from django.utils.decorators import sync_and_async_middleware

from dunwell.workflows.checkup.database import readiness

HEALTH, READY = "/health", "/ready"
Handler = Callable[[HttpRequest], HttpResponseBase] | Callable[[HttpRequest], Awaitable[HttpResponseBase]]


@sync_and_async_middleware
def probes(get_response: Handler) -> Handler:
    """First of all middleware."""
    if iscoroutinefunction(get_response):

        async def handle_async(request: HttpRequest) -> HttpResponseBase:
            if request.path_info == HEALTH:
                return health(request)
            if request.path_info == READY:
                return await sync_to_async(ready)(request)
            response: HttpResponseBase = await get_response(request)
            return response

        return handle_async

    def handle(request: HttpRequest) -> HttpResponseBase:
        if request.path_info == HEALTH:
            return health(request)
        if request.path_info == READY:
            return ready(request)
        response = get_response(request)
        assert isinstance(response, HttpResponseBase)
        return response

    return handle


def health(request: HttpRequest) -> HttpResponseBase:
    """The process answers. No database is asked: a restart would not mend one that is away."""
    return _answer(request, {"healthy": True})


def ready(request: HttpRequest) -> HttpResponseBase:
    """Pages can be served: the database answers and has the tables of this Dunwell. The worker is told of."""
    found = readiness()
    facts = {
        "ready": found.ready,
        "database": found.database,
        "migrations": found.migrations,
        "worker": found.worker,
    }
    return _answer(request, facts, status=200 if found.ready else 503)


def _answer(request: HttpRequest, facts: dict[str, bool], *, status: int = 200) -> HttpResponseBase:
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    response = JsonResponse(facts, status=status)
    response["Cache-Control"] = "no-store"
    return response
