"""How long the server takes for the HTML of each page: a large book against a book of 10,000 open invoices.

python -m bench.pages --invoices 1000000

Django's test client, so without a network; every page warm, the books taking turns, medians. A book is built once: with
`DUNWELL_BENCH_DATABASE_URL` a second call measures the books that stand there.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from typing import Any

from bench.setting import bench_database

SMALL = 10_000
BUDGET = 2.0
PAGES = {
    "home, figures": "?view=figures",
    "home, work": "?view=work",
    "defaulters": "defaulters/",
    "customers": "customers/",
    "customer": "customers/{customer}/",
    "invoices": "invoices/",
    "invoices, all by balance": "invoices/?state=all&sort=-balance",
    "invoice": "invoices/{invoice}/",
    "payments": "payments/",
    "notices": "follow-up/",
    "waiting": "follow-up/waiting/",
    "ended": "follow-up/ended/",
    "messages": "follow-up/messages/",
    "search, number": "search/?q=I{number}",  # leads to the invoice at once
    "search, word": "search/?q=cust",
    "insights": "insights/",
    "changes": "changes/",
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--invoices", type=int, default=1_000_000)
    arguments.add_argument("--rounds", type=int, default=15)
    options = arguments.parse_args()
    with bench_database():
        sys.stdout.write(json.dumps(measure(options.invoices, options.rounds)) + "\n")


def measure(invoices: int, rounds: int) -> dict[str, Any]:
    load = os.getloadavg()[0]
    small, large = _desk(SMALL), _desk(invoices)
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
