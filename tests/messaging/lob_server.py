"""A server on loopback that speaks Lob's published API for letters: its checks, its errors, its idempotency keys."""

from __future__ import annotations

import base64
import json
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "test_0dc8d51e0acffcb1880e0f19c79b2f5b0cc"
SENDER = "adr_210a8d4b0b76d77b"
# What the specification requires of a letter and of an address in the United States
REQUIRED = ("to[name]", "to[address_line1]", "from", "color", "use_type", "file")


@dataclass(frozen=True)
class Letter:
    """One letter as it was taken."""

    number: str
    fields: dict[str, str]
    pdf: bytes
    key: str


@dataclass
class Script:
    """What the server does with the next requests: a code of Lob's error object, "drop" or "drop after"."""

    does: list[str] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    by_key: dict[str, Letter] = field(default_factory=dict)
    requests: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


_ERRORS = {
    "rate_limit_exceeded": (429, "Rate limit exceeded. Please wait 5 seconds and try your request again."),
    "internal_server_error": (500, "An error has occured on Lob's servers. Please try request again."),
    "service_unavailable": (503, "The Lob servers are temporarily unavailable."),
    "unauthorized": (401, "Your API key is not valid."),
    "failed_deliverability_strictness": (
        422,
        "The address you entered was found but more information is needed (such as an apartment, suite, or box number)",
    ),
    "invalid": (422, "to.address_zip must be in a valid zip format"),
    "file_pages_exceed_max": (422, "The file has too many pages."),
    "foreign_return_address": (422, "The from address must be a US address."),
}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    script: Script

    def log_message(self, *_: Any) -> None:
        """Quiet."""

    def do_POST(self) -> None:
        script = self.script
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with script.lock:
            script.requests += 1
            does = script.does.pop(0) if script.does else ""
            if does == "drop":
                self.close_connection = True
                return
            if does in _ERRORS:
                self._error(does, *_ERRORS[does])
                return
            letter = self._take(body)
        if letter is None:
            return
        if does == "drop after":
            self.close_connection = True
            return
        self._answer(
            200,
            {
                "id": letter.number,
                "object": "letter",
                "expected_delivery_date": "2026-03-25",
                "metadata": {"message": letter.fields.get("metadata[message]", "")},
            },
        )

    def _take(self, body: bytes) -> Letter | None:
        script = self.script
        wanted = "Basic " + base64.b64encode(f"{KEY}:".encode()).decode()
        if self.headers.get("Authorization") != wanted:
            self._error("unauthorized", *_ERRORS["unauthorized"])
            return None
        if self.path != "/v1/letters":
            self._error("unrecognized_endpoint", 404, "The requested endpoint doesn't exist.")
            return None
        fields, pdf = self._parts(body)
        missing = [name for name in REQUIRED if not (fields.get(name) or (name == "file" and pdf))]
        if missing:
            self._error("invalid", 422, f"{missing[0]} is required")
            return None
        if len(fields["to[name]"]) > 40 or len(fields.get("to[company]", "")) > 40:
            self._error("invalid", 422, "to.name length must be less than or equal to 40 characters long")
            return None
        key = self.headers.get("Idempotency-Key", "")
        if key and key in script.by_key:
            return script.by_key[key]
        letter = Letter(f"ltr_{len(script.letters) + 1:016x}", fields, pdf, key)
        script.letters.append(letter)
        script.by_key[key] = letter
        return letter

    def _parts(self, body: bytes) -> tuple[dict[str, str], bytes]:
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        fields: dict[str, str] = {}
        pdf = b""
        for part in message_from_bytes(head + body, policy=policy.HTTP).iter_parts():
            name = part.get_param("name", header="content-disposition")
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            if name == "file":
                pdf = content
            else:
                fields[str(name)] = content.decode()
        return fields, pdf

    def _error(self, code: str, status: int, words: str) -> None:
        self._answer(status, {"error": {"message": words, "status_code": status, "code": code}})

    def _answer(self, status: int, told: dict[str, Any]) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Rate-Limit-Limit", "150")
        self.end_headers()
        self.wfile.write(body)


class LobServer:
    def __init__(self) -> None:
        self.script = Script()
        handler = type("Handler", (_Handler,), {"script": self.script})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def letters(self) -> list[Letter]:
        return self.script.letters

    def will(self, *does: str) -> None:
        self.script.does += does

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
