"""Files that go or went with a notice or a message: handed out as they were sent, byte for byte."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from dunwell.followup.models import NoticeFile
from dunwell.messaging.models import MessageFile, StoredFile
from dunwell.rules.permissions import Permission
from dunwell.web.access import access


def of_notice(request: HttpRequest, slug: str, notice_id: int, position: int) -> HttpResponse:
    desk = access(request, slug, Permission.READ_NOTICES)
    entry = desk.scope.rows(NoticeFile).filter(notice_id=notice_id, position=position).select_related("file").first()
    if entry is None or entry.file is None:
        raise Http404
    return handed_out(entry.name, entry.file.media_type, entry.file)


def of_message(request: HttpRequest, slug: str, message_id: int, position: int) -> HttpResponse:
    desk = access(request, slug, Permission.READ_NOTICES)
    entry = desk.scope.rows(MessageFile).filter(message_id=message_id, position=position).select_related("file").first()
    if entry is None:
        raise Http404
    return handed_out(entry.name, entry.file.media_type, entry.file)


def handed_out(name: str, media_type: str, content: StoredFile | bytes) -> HttpResponse:
    """A download, never shown inside this site, whatever it contains."""
    body = content if isinstance(content, bytes) else bytes(content.content)
    response = HttpResponse(body, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox"
    return response
