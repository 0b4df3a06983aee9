"""The plan of each statement of follow-up as text, on a book large enough that plans are those of production.

python -m bench.explain [--invoices 200000]

Writes docs/plans/<statement>.txt. Statements that a pass runs, or a preview of assignment rules, are explained with the
values they come with, the others by their generic plan; none is left out. `tests/followup/test_plans.py` asks that each
text is of the present statement.
"""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import re
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench.setting import bench_database

TEXTS = Path(__file__).parent.parent / "docs" / "plans"
WRITTEN_NOTICES = 500  # of the book's due ones; so many texts show what composing asks of the database
PARAMETER = re.compile(r"%\((\w+)\)s|%s|%b")
NO_PLAN = "COPY: rows come from the caller, in the order they are given; there is nothing to plan.\n"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--invoices", type=int, default=200_000)
    options = arguments.parse_args()
    with bench_database():
        texts = explain_all(options.invoices)
    TEXTS.mkdir(exist_ok=True)
    for stale in set(TEXTS.glob("*.txt")) - {TEXTS / f"{name}.txt" for name in texts}:
        stale.unlink()
    for name, text in texts.items():
        (TEXTS / f"{name}.txt").write_text(text)
    sys.stdout.write(f"{len(texts)} plans in {TEXTS}\n")


def digest_of(sql: str) -> str:
    """What ties a text to its statement."""
    return hashlib.sha256(sql.encode()).hexdigest()[:16]


def explain_all(invoices: int) -> dict[str, str]:
    from django.db import connection, transaction

    from bench.books import TODAY, make_book, planned_until_yesterday
    from dunwell.followup.queries.assignments import RuleDraft
    from dunwell.followup.services.compose import compose
    from dunwell.followup.services.history import write_history
    from dunwell.followup.services.passes import begin
    from dunwell.followup.services.policies import HIGH_VALUE_STEPS, save_policy
    from dunwell.followup.services.prepare import prepare
    from dunwell.followup.services.previews import preview_rules
    from dunwell.followup.services.texts import Texts
    from dunwell.followup.sql import FOLDER
    from dunwell.organizations.models import Organization
    from dunwell.rules.policies import PolicyDraft
    from dunwell.workflows.sender import sender_of

    statements = {path.stem: path.read_text() for path in sorted(FOLDER.glob("*.sql"))}
    organization = make_book("explained", invoices=invoices, due=invoices // 10)
    organization.settings.run_limit = WRITTEN_NOTICES
    organization.settings.save()
    organization = Organization.objects.select_related("settings").get(pk=organization.pk)
    now = dt.datetime.combine(TODAY, dt.time(8), tzinfo=dt.UTC)
    this = begin(organization, as_of=TODAY, now=now, channels_set_up=("email",))
    sender = sender_of(organization)
    texts: dict[str, str] = {}
    with transaction.atomic():
        planned_until_yesterday(this, assessed=False)
        with connection.execute_wrapper(_explaining(statements, invoices, texts)):
            prepare(this)
            compose(this, None, sender, Texts(organization, sender))
            write_history(organization)
            # What assigns policies, and what says beforehand what a change would do
            save_policy(organization=organization, draft=PolicyDraft("Large debts", HIGH_VALUE_STEPS), by=None)
            preview_rules(this, [RuleDraft("Large debts", "Large debts", balance_above=Decimal(1000))])
        for name, sql in statements.items():
            if name not in texts:
                texts[name] = _text(name, sql, "as its generic plan", _generic(sql))
        transaction.set_rollback(True)
    return texts


def _explaining(statements: dict[str, str], invoices: int, texts: dict[str, str]) -> Callable[..., Any]:
    """Explains each statement when it first comes by, with the values it comes with."""
    from django.db import connection

    # A scratch table is made by a statement whose values are written in: it is known by its beginning
    beginnings = {PARAMETER.split(sql, maxsplit=1)[0]: name for name, sql in statements.items()}
    how = f"with the values of a pass over {invoices:,} open invoices"

    def wrapper(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        beginning = max((start for start in beginnings if str(sql).startswith(start)), key=len, default="")
        name = beginnings.get(beginning, "")
        if name and name not in texts:
            texts[name] = ""  # it is being explained
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (COSTS OFF) {sql}", params)
                texts[name] = _text(name, statements[name], how, [row[0] for row in cursor.fetchall()])
        return execute(sql, params, many, context)

    return wrapper


def _generic(sql: str) -> list[str]:
    from django.db import connection

    from dunwell.followup.services.passes import SCRATCH_TABLE

    # Another statement of the pass has made the scratch table: what fills it is what matters
    sql = SCRATCH_TABLE.sub("", sql)
    if re.search(r"^\s*COPY\b", sql, re.MULTILINE):
        return [NO_PLAN.strip()]
    numbers: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        return f"${numbers.setdefault(found[1] or str(len(numbers)), len(numbers) + 1)}"

    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (GENERIC_PLAN, COSTS OFF) " + PARAMETER.sub(number, sql).replace("%%", "%"))
        return [row[0] for row in cursor.fetchall()]


def _text(name: str, sql: str, how: str, plan: list[str]) -> str:
    used = sorted({index for line in plan for index in re.findall(r"(?:using|Bitmap Index Scan on) (\w+)", line)})
    head = (
        f"{name}.sql, SHA-256 {digest_of(sql)}",
        f"Explained {how}.",
        f"Indexes: {', '.join(used) or 'none'}",
    )
    return "\n".join((*head, "", *plan)) + "\n"


if __name__ == "__main__":
    main()
