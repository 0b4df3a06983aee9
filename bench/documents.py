"""Documents a second on one core: letters with and without a code, statements of account, copies of invoices.

python -m bench.documents
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import json
import os
import sys
import time
from collections.abc import Callable
from decimal import Decimal

DAY = dt.date(2026, 11, 24)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dunwell.config.settings")
    import django

    django.setup()
    sys.stdout.writelines(json.dumps(row) + "\n" for row in measure())


def measure() -> list[dict[str, object]]:
    from dunwell.messaging.documents import (
        AccountFacts,
        Addressee,
        InvoiceCopyFacts,
        LetterFacts,
        Letterhead,
        OpenItem,
        Press,
        print_invoice_copy,
        print_letter,
        print_statement,
    )
    from dunwell.messaging.rendering.paper import PAY, TABLE

    press = Press()
    with_code = Letterhead(
        "Northlight Media GmbH",
        ("Torstraße 12", "10119 Berlin"),
        bank_details="IBAN: DE89 3704 0044 0532 0130 00",
        language="de",
        locale="de_DE",
    )
    without = dataclasses.replace(with_code, bank_details="Konto 4711")

    def who(number: int) -> Addressee:
        return Addressee((f"Kunde {number} GmbH", f"Hafenstraße {number}", "20457 Hamburg"), f"K-{number}")

    def items(number: int, count: int) -> tuple[OpenItem, ...]:
        return tuple(
            OpenItem(
                f"{number}-{row}", DAY - dt.timedelta(60), DAY - dt.timedelta(30), 30, Decimal(1250), Decimal(1250)
            )
            for row in range(count)
        )

    def letter(head: Letterhead, count: int) -> Callable[[int], bytes]:
        def one(number: int) -> bytes:
            body = ("Sehr geehrte Damen und Herren,", "diese Rechnungen sind noch offen.", TABLE, PAY)
            facts = LetterFacts(f"Erinnerung {number}", body, "EUR", DAY, items(number, count))
            return print_letter(press, head, who(number), facts)

        return one

    def statement(number: int) -> bytes:
        open_items = items(number, 5)
        buckets = (Decimal(0), Decimal(6250), Decimal(0), Decimal(0), Decimal(0))
        facts = AccountFacts("EUR", DAY, DAY - dt.timedelta(90), open_items, (), (), buckets, Decimal(0))
        return print_statement(press, with_code, who(number), facts)

    def copy(number: int) -> bytes:
        facts = InvoiceCopyFacts(f"N-{number}", DAY, DAY + dt.timedelta(30), "EUR", Decimal(1250), "Heft 10")
        return print_invoice_copy(press, with_code, who(number), facts)

    kinds: list[tuple[str, Callable[[int], bytes], int]] = [
        ("letter of 1 invoice", letter(without, 1), 200),
        ("letter of 1 invoice with a code", letter(with_code, 1), 200),
        ("letter of 5 invoices with a code", letter(with_code, 5), 200),
        ("letter of 60 invoices", letter(without, 60), 50),
        ("statement of 5 invoices", statement, 200),
        ("copy of an invoice", copy, 200),
    ]
    return [_measured(kind, make, count) for kind, make, count in kinds]


def _measured(kind: str, make: Callable[[int], bytes], count: int) -> dict[str, object]:
    import pypdf

    pages = len(pypdf.PdfReader(io.BytesIO(make(0))).pages)
    cpu, size = time.process_time(), 0
    for number in range(1, count + 1):
        size += len(make(number))
    cpu = (time.process_time() - cpu) / count
    return {
        "benchmark": "documents",
        "kind": kind,
        "pages": pages,
        "cpu_ms": round(cpu * 1000, 1),
        "documents_per_s_of_a_core": round(1 / cpu),
        "pages_per_s_of_a_core": round(pages / cpu),
        "kb": round(size / count / 1000, 1),
    }


if __name__ == "__main__":
    main()
