"""A server on this machine that speaks Twilio's Messages resource, as its published API describes it.

It refuses what Twilio refuses (credentials, a field that is missing, a number that is none), keeps what it takes, and
can be told per recipient how to misbehave. Where an SMS carries a status address, `report` makes the signed call that
Twilio would make, to the path of that address on whatever client the test has.
"""

from __future__ import annotations

import base64
import json
import re
import threading
from collections import defaultdict, deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.test import Client

from dunwell.messaging.channels.sms.signature import sign

ACCOUNT, TOKEN, SENDER = "AC" + "0" * 32, "the-auth-token", "+15005550006"
BASE = "https://dunwell.example"
_PATH = re.compile(r"/2010-04-01/Accounts/(AC[0-9a-f]{32})/Messages\.json")
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")


@dataclass(frozen=True)
class Sms:
    """One SMS that Twilio has taken."""

    sid: str
    to: str
    body: str
    sender: str
    callback: str


@dataclass
class Script:
    """What the next requests for a number meet, one after another; then they are taken as usual."""

    by_number: dict[str, deque[str]] = field(default_factory=lambda: defaultdict(deque))
    taken: list[Sms] = field(default_factory=list)
    requests: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


class TwilioServer:
    """Behaviors: `429`, `503`, `500 after` (taken, then an error), `hang` (taken, no answer), `drop` (taken, closed),
    `garbage` (taken, no JSON), or `error <code>` for a refusal with a code of Twilio's dictionary.
    """

    def __init__(self) -> None:
        self.script = script = Script()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                with script.lock:
                    script.requests += 1
                    answer = _answer(script, self, body)
                if answer is None:
                    self.close_connection = True
                    return
                status, content = answer
                data = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                """Nothing to standard error."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def taken(self) -> list[Sms]:
        return list(self.script.taken)

    def will(self, number: str, *does: str) -> None:
        self.script.by_number[number].extend(does)

    @staticmethod
    def report(client: Client, sms: Sms, status: str, *, token: str = TOKEN, **fields: str) -> int:
        """Twilio's call about an SMS; the status of our answer."""
        told = {
            "MessageSid": sms.sid, "SmsSid": sms.sid, "AccountSid": ACCOUNT, "From": sms.sender, "To": sms.to,
            "MessageStatus": status, "ApiVersion": "2010-04-01", **fields,
        }  # fmt: skip
        return call(client, sms.callback, told, token=token)

    @staticmethod
    def answer(client: Client, slug: str, sid: str, number: str, body: str, *, token: str = TOKEN) -> int:
        """Twilio's call about an SMS that somebody sent us."""
        told = {
            "MessageSid": sid, "AccountSid": ACCOUNT, "From": number, "To": SENDER, "Body": body, "NumMedia": "0",
            "FromCity": "", "ApiVersion": "2010-04-01",
        }  # fmt: skip
        return call(client, f"{BASE}/hooks/sms/twilio/{slug}/inbound/", told, token=token)


def call(client: Client, address: str, told: dict[str, str], *, token: str = TOKEN) -> int:
    signature = sign(token, address, told.items())
    path = urlsplit(address).path
    return post(client, path, told, signature)


def post(client: Client, path: str, told: dict[str, str], signature: str = "") -> int:
    """A form as Twilio sends it."""
    kind = "application/x-www-form-urlencoded"
    return client.post(path, urlencode(told), content_type=kind, headers={"X-Twilio-Signature": signature}).status_code


def _answer(script: Script, request: BaseHTTPRequestHandler, body: bytes) -> tuple[int, Any] | None:
    path = _PATH.fullmatch(request.path)
    if path is None:
        return 404, {"code": 20404, "message": "The requested resource was not found", "status": 404}
    given = f"{path[1]}:{TOKEN}".encode()
    if request.headers.get("Authorization") != f"Basic {base64.b64encode(given).decode()}" or path[1] != ACCOUNT:
        return 401, {"code": 20003, "message": "Authenticate", "status": 401}
    fields = dict(parse_qsl(body.decode(), keep_blank_values=True))
    number = fields.get("To", "")
    does = script.by_number[number].popleft() if script.by_number[number] else ""
    if (refused := _told_to_refuse(does) or _refused(fields)) is not None:
        status, code, words = refused
        return status, {"code": code, "message": words, "status": status}
    return _taken(script, fields, does)


def _taken(script: Script, fields: dict[str, str], does: str) -> tuple[int, Any] | None:
    number = fields["To"]
    sms = Sms(
        f"SM{len(script.taken):032x}", number, fields["Body"],
        fields.get("From") or fields["MessagingServiceSid"], fields.get("StatusCallback", ""),
    )  # fmt: skip
    script.taken.append(sms)
    if does == "500 after":
        return 500, {"code": 20500, "message": "Internal error", "status": 500}
    if does == "garbage":
        return 201, b"<html>a proxy's page</html>"
    if does in ("hang", "drop"):
        if does == "hang":
            threading.Event().wait(1.5)
        return None
    return 201, {
        "sid": sms.sid, "status": "queued", "num_segments": "1", "to": number, "from": fields.get("From"),
        "body": sms.body, "error_code": None, "error_message": None, "account_sid": ACCOUNT,
    }  # fmt: skip


def _told_to_refuse(does: str) -> tuple[int, int, str] | None:
    if does == "429":
        return 429, 20429, "Too many requests"
    if does == "503":
        return 503, 20503, "Service unavailable"
    return (400, int(does.split()[1]), "As the test says") if does.startswith("error ") else None


def _refused(fields: dict[str, str]) -> tuple[int, int, str] | None:
    """As Twilio's documentation of the resource has it."""
    if not fields.get("To"):
        return 400, 21604, "A 'To' phone number is required."
    if not fields.get("Body"):
        return 400, 21602, "Message body is required."
    if len(fields["Body"]) > 1600:
        return 400, 21617, "The concatenated message body exceeds the 1600 character limit."
    if not fields.get("From") and not fields.get("MessagingServiceSid", "").startswith("MG"):
        return 400, 21603, "A 'From' phone number is required."
    if not _NUMBER.fullmatch(fields["To"]):
        return 400, 21211, f"Invalid 'To' Phone Number: {fields['To']}"
    return None
