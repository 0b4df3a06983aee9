"""Files sent as they are read: their size is not held in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import IO

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.http import content_disposition_header

CHUNK = 1 << 18


def streamed(request: HttpRequest, chunks: Iterator[bytes], *, name: str, kind: str) -> StreamingHttpResponse:
    """A download made of chunks; each is asked for when the one before is on its way."""
    # Django streams without collecting everything first only when the iterator is of the server's kind.
    content = _asynchronously(chunks) if isinstance(request, ASGIRequest) else chunks
    response = StreamingHttpResponse(content, content_type=kind)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return response


def file_response(request: HttpRequest, path: Path, *, name: str, kind: str) -> StreamingHttpResponse:
    """A file of ours as a download."""
    file = path.open("rb")
    response = streamed(request, _read(file), name=name, kind=kind)
    response["Content-Length"] = str(path.stat().st_size)
    return response


def _read(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK):
            yield chunk


async def _asynchronously(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    def following() -> bytes:
        return next(chunks, b"")

    while chunk := await sync_to_async(following)():
        yield chunk
