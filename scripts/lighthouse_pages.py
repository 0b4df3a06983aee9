"""`make lighthouse`: what Lighthouse says of four pages of a demo, at a desk and on a phone.

A page is loaded with an empty cache by a browser that is signed in. Scores are of a hundred. Weight is everything the
first view brings over the wire; server time is how long the HTML took, the median of ten requests over a warm
connection.
"""

from __future__ import annotations

import http.client
import json
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import sync_playwright
from screenshots import CHROMIUM, ROOT, addresses, demo_of_our_own, sign_in

LIGHTHOUSE = ROOT / "scripts" / "lighthouse" / "node_modules" / "lighthouse" / "cli" / "index.js"
BENCHMARKS = ROOT / "docs" / "benchmarks.md"
PAGES = ("home", "defaulters", "customer", "invoices")
CATEGORIES = ("performance", "accessibility", "best-practices")
FORMS = {"desk": ["--preset=desktop"], "phone": []}
LEAST = 95
HEAVIEST = 350_000
BEGIN, END = "<!-- make lighthouse -->", "<!-- end -->"


def main() -> None:
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        raise SystemExit("There is no Chromium here: install Debian's package `chromium`.")
    rows, misses = [], 0
    with demo_of_our_own() as (demo, _folder), sync_playwright() as playwright, ExitStack() as stack:
        # Lighthouse opens its pages beside ours, in the same profile: it keeps cookies and empties the cache
        port = _free_port()
        context = playwright.chromium.launch_persistent_context(
            stack.enter_context(tempfile.TemporaryDirectory()),
            executable_path=executable,
            args=[*CHROMIUM, f"--remote-debugging-port={port}"],
        )
        stack.callback(context.close)
        page = context.pages[0]
        sign_in(page, demo)
        found = addresses(page, page.url)
        cookies = "; ".join(f"{one['name']}={one['value']}" for one in context.cookies())
        page.goto("about:blank")
        for name in PAGES:
            served = _server_time(found[name], cookies)
            for form, options in FORMS.items():
                report = _audit(found[name], port, options)
                scores = [round((report["categories"][category]["score"] or 0) * 100) for category in CATEGORIES]
                weight = round(report["audits"]["total-byte-weight"]["numericValue"])
                met = min(scores) >= LEAST and weight <= HEAVIEST
                misses += not met
                cells = [name.capitalize(), form, *map(str, scores), f"{weight / 1000:.0f} kB", f"{served:.0f} ms"]
                rows.append(f"| {' | '.join(cells)} | {'yes' if met else 'no'} |")
                print(rows[-1], flush=True)
                _tell(report)
    _write(rows)
    sys.exit(1 if misses else 0)


def _server_time(address: str, cookies: str) -> float:
    """Milliseconds."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc)
    taken = []
    for _ in range(11):
        started = time.perf_counter()
        connection.request("GET", parts.path, headers={"Cookie": cookies, "Accept-Encoding": "gzip"})
        response = connection.getresponse()
        response.read()
        taken.append((time.perf_counter() - started) * 1000)
        assert response.status == 200, response.status
    return statistics.median(taken[1:])


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _audit(address: str, port: int, options: list[str]) -> dict[str, Any]:
    node = shutil.which("node") or str(Path(sys.executable).parent / "node")
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "report.json"
        command = [node, str(LIGHTHOUSE), address, "--quiet", "--output=json", f"--output-path={output}", *options]
        subprocess.run([*command, f"--port={port}", f"--only-categories={','.join(CATEGORIES)}"], check=True)
        report: dict[str, Any] = json.loads(output.read_text())
        return report


def _tell(report: dict[str, Any]) -> None:
    """What cost the page its points, for who mends it."""
    for category in CATEGORIES:
        for reference in report["categories"][category]["auditRefs"]:
            audit = report["audits"][reference["id"]]
            if reference["weight"] and audit["score"] is not None and audit["score"] < 0.9:
                print(f"    {category}: {audit['title']} {audit.get('displayValue', '')}", flush=True)
                for item in audit.get("details", {}).get("items", [])[:3]:
                    node = item.get("node", {})
                    words = (item.get("description"), item.get("url"), node.get("selector"), node.get("nodeLabel"))
                    print(f"      {' · '.join(str(word) for word in words if word)}", flush=True)


def _write(rows: list[str]) -> None:
    text = BENCHMARKS.read_text()
    head = "| page | as on | performance | accessibility | best practices | first view | server time | met |"
    table = "\n".join([BEGIN, head, "|---|---|---|---|---|---|---|---|", *rows, END])
    BENCHMARKS.write_text(re.sub(f"{BEGIN}.*{END}", lambda _found: table, text, flags=re.DOTALL))


if __name__ == "__main__":
    main()
