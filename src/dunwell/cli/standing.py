"""`dunwell standing`: what the book is as of a date."""

from __future__ import annotations

import datetime as dt
import json
from typing import Annotated

import typer

from dunwell.cli.dates import DATE
from dunwell.cli.words import counted
from dunwell.followup.queries.standing import book_standing
from dunwell.organizations.queries import database_now, local_date, organization_by_slug
from dunwell.rules.money import plain


def standing(
    *,
    organization: Annotated[str, typer.Option(help="Its short name.")],
    as_of: Annotated[dt.datetime | None, DATE] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object only.")] = False,
) -> None:
    """Say what is open, what is overdue, and how many customers are current, due soon, late or defaulters."""
    found = organization_by_slug(organization)
    day = as_of.date() if as_of else local_date(found, database_now())
    result = book_standing(found, day)
    if as_json:
        report = {
            "as_of": day.isoformat(),
            "open_invoices": result.open_invoices,
            "overdue_invoices": result.overdue_invoices,
            "outstanding": {currency: plain(amount) for currency, amount in result.outstanding.items()},
            "overdue": {currency: plain(amount) for currency, amount in result.overdue.items()},
            "customers": {name: result.customers[name] for name in ("current", "due_soon", "late", "defaulter")},
        }
        typer.echo(json.dumps(report))
        return
    typer.echo(
        f"{found.name} as of {day}: {counted(result.open_invoices, 'open invoice')}, {result.overdue_invoices} overdue."
    )
    for currency, amount in result.outstanding.items():
        typer.echo(f"  {plain(amount)} {currency} outstanding, {plain(result.overdue[currency])} {currency} overdue")
    customers = result.customers
    typer.echo(
        f"  Customers: {customers['current']} current, {customers['due_soon']} due soon, {customers['late']} late, "
        f"{counted(customers['defaulter'], 'defaulter')}"
    )
