"""A small OpenID Connect server: it lets everybody in as whom a test says."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit


class Provider(ThreadingHTTPServer):
    """Says of everybody what `claims` says."""

    claims: dict[str, Any]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answers(BaseHTTPRequestHandler):
    server: Provider

    def log_message(self, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        url = self.server.url
        ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "userinfo_endpoint": "userinfo"}
        if self.path == "/.well-known/openid-configuration":
            self.say({"issuer": url, "jwks_uri": f"{url}/jwks", **{name: f"{url}/{end}" for name, end in ends.items()}})
        elif urlsplit(self.path).path == "/authorize":  # where a browser goes: this provider asks nothing
            sent = parse_qs(urlsplit(self.path).query)
            self.send_response(302)
            back = {"code": "once", "state": sent["state"][0]}
            self.send_header("Location", f"{sent['redirect_uri'][0]}?{urlencode(back)}")
            self.end_headers()
        else:
            assert self.headers["Authorization"] == "Bearer granted"
            self.say(self.server.claims)

    def do_POST(self) -> None:
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        assert sent["code"] == ["once"]
        assert sent["code_verifier"]
        self.say({"access_token": "granted", "token_type": "Bearer"})

    def say(self, what: dict[str, Any]) -> None:
        body = json.dumps(what).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def identity_provider() -> Iterator[Provider]:
    server = Provider(("127.0.0.1", 0), Answers)
    server.claims = {"sub": "17", "email": "alice@northlight.example", "email_verified": True, "name": "Alice"}
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
