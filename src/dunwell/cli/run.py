"""`dunwell run`: one pass by hand."""

from __future__ import annotations

import datetime as dt
import json
from typing import Annotated

import typer

from dunwell.cli.dates import DATE
from dunwell.organizations import queries
from dunwell.organizations.models import Organization
from dunwell.workflows.run import RunReport, run_organization


def run(
    *,
    organization: Annotated[str, typer.Option(help="Its short name; left out: every organization.")] = "",
    as_of: Annotated[dt.datetime | None, DATE] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do all but keep and send anything.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object only.")] = False,
) -> None:
    """Do one pass: assess, plan, compose, dispatch. Running it again sends nothing twice."""
    chosen = [queries.organization_by_slug(organization)] if organization else list(queries.organizations())
    reports = {found.slug: _run(found, as_of, dry_run=dry_run) for found in chosen}
    if as_json:
        everything = {slug: report.as_json() for slug, report in reports.items()}
        typer.echo(json.dumps(everything[organization] if organization else everything, default=str))
        return
    for slug, report in reports.items():
        _say(slug, report)


def _run(organization: Organization, as_of: dt.datetime | None, *, dry_run: bool) -> RunReport:
    now = queries.database_now()
    day = as_of.date() if as_of else queries.local_date(organization, now)
    return run_organization(organization, as_of=day, now=now, dry_run=dry_run)


def _say(slug: str, report: RunReport) -> None:
    typer.echo(
        f"{slug}, as of {report.as_of}: {report.assessed} customers assessed, {report.planned} reminders planned."
    )
    typer.echo(
        f"  {report.notices} notices written, {report.queued} queued, {report.sent} sent, {report.failed} failed, "
        f"{report.uncertain} uncertain"
    )
    for reason, count in sorted(report.waiting.items()):
        typer.echo(f"  waiting: {reason.replace('_', ' ')} {count}")
    if report.needs_person:
        typer.echo(f"  {len(report.needs_person)} cases need a person")
    for remark in report.remarks:
        typer.echo(f"  {remark}")
