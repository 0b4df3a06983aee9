"""`dunwell replay`: what the policy would have done."""

from __future__ import annotations

import datetime as dt
import json
from typing import Annotated

import typer

from dunwell.cli.words import counted
from dunwell.organizations.queries import organization_by_slug
from dunwell.workflows.replay import replay as live_through

DAY = {"formats": ["%Y-%m-%d"], "metavar": "YYYY-MM-DD"}


def replay(
    *,
    organization: Annotated[str, typer.Option(help="Its short name.")],
    first: Annotated[dt.datetime, typer.Option("--from", help="First day.", **DAY)],
    last: Annotated[dt.datetime, typer.Option("--to", help="Last day.", **DAY)],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object only.")] = False,
) -> None:
    """Live through a stretch of history day by day, on what was known each day, sending nothing."""
    if last < first:
        raise typer.BadParameter("--to lies before --from.")
    report = live_through(organization_by_slug(organization), first=first.date(), last=last.date()).as_json()
    if as_json:
        typer.echo(json.dumps(report))
        return
    days = counted(report["days"], "day")
    if not report["notices"]:
        typer.echo(f"{days} in which nothing would have gone out: nothing in the book fell due then.")
        return
    notices = counted(sum(report["notices"].values()), "notice")
    typer.echo(f"{days}, {notices} to {counted(len(report['contacts']), 'customer')}.")
    for step, count in report["notices"].items():
        typer.echo(f"  {step}: {count}")
    waited = report["days_first_notice_to_payment"]
    if waited["n"]:
        typer.echo(
            f"  First notice to payment: {waited['median']} days in the middle, {waited['p90']} for nine of ten "
            f"({counted(waited['n'], 'invoice')})."
        )
    for assumption in report["assumptions"]:
        typer.echo(f"  {assumption}")
