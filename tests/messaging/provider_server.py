"""A local HTTP server that speaks the interfaces of Postmark, Mailgun, Resend and Amazon SES, as a test tells it to.

Written from their published references: https://postmarkapp.com/developer/api/email-api,
https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages, https://resend.com/docs/api-reference,
https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html.
"""

from __future__ import annotations

import base64
import itertools
import json
import socket
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.utils import getaddresses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PASSWORD = "the-right-key"


@dataclass
class Taken:
    """A mail that the provider has: it may have told so or not."""

    provider: str
    name: str  # what it calls the delivery
    to: list[str]
    cc: list[str]
    bcc: list[str]
    subject: str
    text: str
    html: str
    headers: dict[str, str]
    key: str = ""
    files: tuple[tuple[str, bytes], ...] = ()


@dataclass
class ProviderServer:
    """`will` scripts the next requests, one each; without a script they are taken.

    An int is answered as that status; inactive: Postmark's word for an address that came back. hang: takes the mail and
    never answers; drop-after: takes it and hangs up; drop-before: hangs up at once; garbage: takes it and answers
    something else than JSON.
    """

    script: deque[str | int] = field(default_factory=deque)
    taken: list[Taken] = field(default_factory=list)
    requests: int = 0
    _answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def start(self) -> None:
        world = self

        class Handler(_Handler):
            server_of = world

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def will(self, *does: str | int) -> None:
        self.script.extend(does)

    def name(self) -> str:
        return f"delivery-{next(self._numbers)}"


class _Handler(BaseHTTPRequestHandler):
    server_of: ProviderServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def do_POST(self) -> None:
        world = self.server_of
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        world.requests += 1
        does = world.script.popleft() if world.script else ""
        if does == "drop-before":
            self._hang_up()
            return
        if self.path == "/email":
            self._postmark(json.loads(body), does)
        elif self.path.startswith("/v3/") and self.path.endswith("/messages"):
            self._mailgun(body, does)
        elif self.path == "/emails":
            self._resend(json.loads(body), does)
        elif self.path == "/v2/email/outbound-emails":
            self._amazon_ses(json.loads(body), does)
        else:
            self._answer(404, {"message": "There is nothing here"})

    # Postmark

    def _postmark(self, sent: dict[str, Any], does: str | int) -> None:
        if self.headers["X-Postmark-Server-Token"] != PASSWORD:
            self._answer(401, {"ErrorCode": 10, "Message": "The Server Token you provided was not valid."})
            return
        if does == "inactive":
            found = ", ".join(_addresses(sent["To"]))
            words = (
                "You tried to send to a recipient that has been marked as inactive.\n"
                f"Found inactive addresses: {found}.\n"
                "Inactive recipients are ones that have generated a hard bounce or a spam complaint."
            )
            self._answer(422, {"ErrorCode": 406, "Message": words})
            return
        if does == "odd":
            self._answer(422, {"ErrorCode": 4711, "Message": "A new kind of refusal"})
            return
        if isinstance(does, int):
            self._answer(does, {"ErrorCode": 300, "Message": f"Postmark says {does}"})
            return
        taken = Taken(
            "postmark", self.server_of.name(),
            _addresses(sent.get("To")), _addresses(sent.get("Cc")), _addresses(sent.get("Bcc")),
            sent["Subject"], sent.get("TextBody", ""), sent.get("HtmlBody", ""),
            {header["Name"]: header["Value"] for header in sent.get("Headers", [])},
            files=tuple((file["Name"], base64.b64decode(file["Content"])) for file in sent.get("Attachments", [])),
        )  # fmt: skip
        answer = {"To": sent["To"], "MessageID": taken.name, "ErrorCode": 0, "Message": "OK"}
        self._take(taken, answer, does)

    # Mailgun

    def _mailgun(self, body: bytes, does: str | int) -> None:
        if self.headers["Authorization"] != "Basic " + base64.b64encode(f"api:{PASSWORD}".encode()).decode():
            self._answer(401, b"Forbidden")
            return
        if isinstance(does, int):
            self._answer(does, {"message": f"Mailgun says {does}"})
            return
        fields = _form(self.headers["Content-Type"], body)
        taken = Taken(
            "mailgun", f"<{self.server_of.name()}@mailgun.example>",
            _addresses(fields.get("to")), _addresses(fields.get("cc")), _addresses(fields.get("bcc")),
            fields["subject"], fields.get("text", ""), fields.get("html", ""),
            {name.removeprefix("h:"): value for name, value in fields.items() if name.startswith("h:")},
        )  # fmt: skip
        self._take(taken, {"id": taken.name, "message": "Queued. Thank you."}, does)

    # Resend

    def _resend(self, sent: dict[str, Any], does: str | int) -> None:
        if self.headers["Authorization"] != f"Bearer {PASSWORD}":
            self._answer(403, {"statusCode": 403, "name": "invalid_api_key", "message": "API key is invalid"})
            return
        key = self.headers.get("Idempotency-Key", "")
        if isinstance(does, int):
            self._answer(does, {"statusCode": does, "message": f"Resend says {does}"})
            return
        if key and key in self.server_of._answers:
            self._answer(200, self.server_of._answers[key])
            return
        taken = Taken(
            "resend", self.server_of.name(),
            _addresses(sent["to"]), _addresses(sent.get("cc")), _addresses(sent.get("bcc")),
            sent["subject"], sent.get("text", ""), sent.get("html", ""), sent.get("headers", {}), key,
        )  # fmt: skip
        if key:
            self.server_of._answers[key] = {"id": taken.name}
        self._take(taken, {"id": taken.name}, does)

    # Amazon SES

    def _amazon_ses(self, sent: dict[str, Any], does: str | int) -> None:
        """The key's name is looked at, its signature is not."""
        if not self.headers["Authorization"].startswith(f"AWS4-HMAC-SHA256 Credential={PASSWORD}/"):
            self._answer(403, {"message": "The security token included in the request is invalid."})
            return
        if isinstance(does, int):
            self._answer(does, {"message": f"Amazon SES says {does}"})
            return
        mail = message_from_bytes(base64.b64decode(sent["Content"]["Raw"]["Data"]), policy=policy.default)
        to = sent["Destination"]
        text, html = mail.get_body(("plain",)), mail.get_body(("html",))
        taken = Taken(
            "amazon_ses", self.server_of.name(),
            _addresses(to.get("ToAddresses")), _addresses(to.get("CcAddresses")), _addresses(to.get("BccAddresses")),
            mail["Subject"], text.get_content() if text else "", html.get_content() if html else "",
            {name: str(value) for name, value in mail.items()},
            files=tuple((str(part.get_filename()), part.get_content()) for part in mail.iter_attachments()),
        )  # fmt: skip
        self._take(taken, {"MessageId": taken.name}, does)

    # What happens

    def _take(self, taken: Taken, answer: dict[str, Any], does: str | int) -> None:
        self.server_of.taken.append(taken)
        if does == "drop-after":
            self._hang_up()
        elif does == "hang":
            time.sleep(5)
            self._hang_up()
        elif does == "garbage":
            self._answer(200, b"<html>Welcome to nginx</html>")
        else:
            self._answer(200, answer)

    def _answer(self, status: int, answer: dict[str, Any] | bytes) -> None:
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain" if isinstance(answer, bytes) else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


def _addresses(given: str | list[str] | None) -> list[str]:
    values = [given] if isinstance(given, str) else (given or [])
    return [address for _, address in getaddresses(values) if address]


def _form(kind: str, body: bytes) -> dict[str, str]:
    from urllib.parse import parse_qs

    if kind.startswith("application/x-www-form-urlencoded"):
        return {name: ", ".join(values) for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
    mail = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body, policy=policy.default)
    found: dict[str, str] = {}
    for part in mail.iter_parts():
        name = str(part["Content-Disposition"].params["name"])
        content = part.get_payload(decode=True)
        found[name] = content.decode() if isinstance(content, bytes) else ""
    return found
