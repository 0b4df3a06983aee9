"""A name server over UDP on the loopback that knows the TXT records a test gives it."""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


@dataclass
class NameServer:
    """`texts` by name, without a dot at the end or capitals. `silent`: it never answers; `fails`: SERVFAIL."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    silent: bool = False
    fails: bool = False
    asked: list[str] = field(default_factory=list)

    def start(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._socket.sendto(b"", self._socket.getsockname())
        self._thread.join(2)
        self._socket.close()

    @property
    def address(self) -> str:
        host, port = self._socket.getsockname()
        return f"{host}:{port}"

    def _serve(self) -> None:
        while True:
            wire, whom = self._socket.recvfrom(4096)
            if not wire:
                return
            query = dns.message.from_wire(wire)
            name = query.question[0].name.to_text(omit_final_dot=True).lower()
            self.asked.append(name)
            if not self.silent:
                self._socket.sendto(self._answer(query, name).to_wire(), whom)

    def _answer(self, query: dns.message.Message, name: str) -> dns.message.Message:
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if self.fails:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif name not in self.texts:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        else:
            # Pieces of 200 letters: what is longer than 255 is split in real records, too
            pieces = [
                " ".join(f'"{text[start : start + 200]}"' for start in range(0, len(text), 200) or [0])
                for text in self.texts[name]
            ]
            answer.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", "TXT", *pieces))
        return answer
