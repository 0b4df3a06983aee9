"""How long the server takes for the HTML of each page: a large book against a book of 10,000 open invoices.

python -m bench.pages --invoices 1000000

Each book has a server and tables of its own, so that a page that reads a whole table, whosever rows, shows. Django's
test client in a process beside each book, so without a network; every page warm, the books taking turns, medians.
`--keep FOLDER` keeps the books there: a second call measures those that stand.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench.setting import bench_database

SMALL = 10_000
BUDGET = 2.0
PAGES = {
    "home, figures": "?view=figures",
    "home, work": "?view=work",
    "defaulters": "defaulters/",
    "customers": "customers/",
    "customers of a word": "customers/?q=cust",
    "customer": "customers/{customer}/",
    "invoices": "invoices/",
    "invoices, all by balance": "invoices/?state=all&sort=-balance",
    "invoices, all": "invoices/?state=all",
    "invoices, void": "invoices/?state=void",
    "invoices of a word": "invoices/?q=cust",
    "invoice": "invoices/{invoice}/",
    "payments": "payments/",
    "payments, a currency by amount": "payments/?currency=EUR&sort=-amount",
    "credit notes": "credit-notes/",
    "notices": "follow-up/",
    "waiting": "follow-up/waiting/",
    "ended": "follow-up/ended/",
    "messages": "follow-up/messages/",
    "messages of a word": "follow-up/messages/?q=cust",
    "search, number": "search/?q=I{number}",  # leads to the invoice at once
    "search, word": "search/?q=cust",
    "insights": "insights/",
    "changes": "changes/",
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--invoices", type=int, default=1_000_000)
    arguments.add_argument("--rounds", type=int, default=15)
    arguments.add_argument("--keep", type=Path, help="folder that keeps the books")
    arguments.add_argument("--desk", action="store_true", help="serve one book: pages in, seconds out")
    options = arguments.parse_args()
    if options.desk:
        _serve_desk(options.invoices, options.keep)
    else:
        sys.stdout.write(json.dumps(measure(options.invoices, options.rounds, options.keep)) + "\n")


def measure(invoices: int, rounds: int, keep: Path | None) -> dict[str, Any]:
    with ExitStack() as books:
        small = books.enter_context(_desk_beside(SMALL, keep))
        large = books.enter_context(_desk_beside(invoices, keep))
        return _compare(small, large, invoices, rounds)


def _compare(small: _DeskBeside, large: _DeskBeside, invoices: int, rounds: int) -> dict[str, Any]:
    load = os.getloadavg()[0]
    for _ in range(2):
        for page in PAGES:
            small.seconds(page)
            large.seconds(page)
    found: dict[str, tuple[list[float], list[float]]] = {page: ([], []) for page in PAGES}
    for _ in range(rounds):
        for page, (of_small, of_large) in found.items():
            of_small.append(small.seconds(page))
            of_large.append(large.seconds(page))
    pages = {}
    for page, times in found.items():
        before, after = (statistics.median(one) for one in times)
        pages[page] = {
            "small_ms": round(before * 1000, 1),
            "large_ms": round(after * 1000, 1),
            "ratio": round(after / before, 2),
        }
    return {
        "benchmark": "pages",
        "invoices": invoices,
        "small_invoices": SMALL,
        "rounds": rounds,
        "load_before_and_after": [round(load, 1), round(os.getloadavg()[0], 1)],
        "pages": pages,
        "worst_ratio": max(page["ratio"] for page in pages.values()),
        "over_budget": [name for name, page in pages.items() if page["ratio"] > BUDGET],
    }


class _Desk:
    """The owner of one book, signed in, and the rows the pages of one row are about."""

    def __init__(self, organization: Any, user: Any) -> None:
        from django.test import Client

        from dunwell.ledger.models import Invoice

        self.root = f"/o/{organization.slug}/"
        self.client = Client(headers={"host": "localhost"})
        self.client.force_login(user)
        number = 4321  # an odd number is long overdue
        invoice = Invoice.objects.get(organization=organization, number=f"I{number}")
        self.rows = {"customer": invoice.customer_id, "invoice": invoice.pk, "number": number}

    def seconds(self, page: str) -> float:
        started = time.perf_counter()
        response = self.client.get(self.root + PAGES[page].format(**self.rows))
        seconds = time.perf_counter() - started
        assert response.status_code in {200, 302}, (page, response.status_code)
        return seconds


class _DeskBeside:
    """A desk in a process of its own, with the database of its book."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._answer()  # the book stands

    def seconds(self, page: str) -> float:
        assert self.process.stdin is not None
        self.process.stdin.write(page + "\n")
        self.process.stdin.flush()
        return float(self._answer())

    def _answer(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            msg = "the process with the book has ended; its own words are above"
            raise RuntimeError(msg)
        return line


@contextmanager
def _desk_beside(invoices: int, keep: Path | None) -> Iterator[_DeskBeside]:
    command = [sys.executable, "-m", "bench.pages", "--desk", "--invoices", str(invoices)]
    command += ["--keep", str(keep)] if keep else []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield _DeskBeside(process)  # leaving closes its input, upon which it ends


def _serve_desk(invoices: int, keep: Path | None) -> None:
    with bench_database(keep / str(invoices) if keep else None):
        desk = _desk(invoices)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        for line in sys.stdin:
            sys.stdout.write(f"{desk.seconds(line.strip())}\n")
            sys.stdout.flush()


def _desk(invoices: int) -> _Desk:
    from bench.pages_book import make_pages_book
    from dunwell.organizations.models import Membership
    from dunwell.organizations.queries import database_now

    slug = f"bench-pages-{invoices}"
    owner = Membership.objects.filter(organization__slug=slug).select_related("organization", "user").first()
    if owner is not None:
        return _Desk(owner.organization, owner.user)
    return _Desk(*make_pages_book(slug, invoices=invoices, today=database_now().date()))


if __name__ == "__main__":
    main()
