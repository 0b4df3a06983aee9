"""One message of the outbox: where it goes, how far it is, what the server said."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from dunwell.insights import messages as insights
from dunwell.rules.permissions import Permission
from dunwell.web.access import access


def message(request: HttpRequest, slug: str, message_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.READ_NOTICES)
    found = insights.message(desk.scope, message_id)
    if found is None:
        raise Http404
    return desk.render(
        "web/message.html",
        {
            "place": "followup",
            "message": found,
            "carried": insights.notice_of(desk.scope, found),
            "files": insights.files(desk.scope, found),
            "events": insights.events(desk.scope, found),
        },
    )
