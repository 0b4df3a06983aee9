"""`dunwell run`: one pass by hand."""

from __future__ import annotations

import datetime as dt
import json
from typing import Annotated

import structlog
import typer
from django.db import connection

from dunwell.cli.dates import DATE
from dunwell.cli.words import counted
from dunwell.organizations import queries
from dunwell.organizations.models import Organization
from dunwell.workflows.run import RunReport, run_organization

log = structlog.get_logger(__name__)


def run(
    *,
    organization: Annotated[str, typer.Option(help="Its short name; left out: every organization.")] = "",
    as_of: Annotated[dt.datetime | None, DATE] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do all but keep and send anything.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object only.")] = False,
) -> None:
    """Do one pass: assess, plan, compose, dispatch. Running it again sends nothing twice.

    What fails for one of several organizations is said for that one; the others' passes are done. Exit code 1 then.
    """
    if organization:
        reports = {organization: _run(queries.organization_by_slug(organization), as_of, dry_run=dry_run)}
        errors: dict[str, str] = {}
    else:
        reports, errors = _run_all(as_of, dry_run=dry_run)
    if as_json:
        everything: dict[str, object] = {slug: report.as_json() for slug, report in reports.items()}
        everything |= {slug: {"error": text} for slug, text in errors.items()}
        typer.echo(json.dumps(everything[organization] if organization else everything, default=str))
    else:
        for slug, report in reports.items():
            _say(slug, report)
    for slug, text in errors.items():
        typer.echo(f"{slug}: the pass failed. {text}", err=True)
    if errors:
        raise typer.Exit(1)


def _run_all(as_of: dt.datetime | None, *, dry_run: bool) -> tuple[dict[str, RunReport], dict[str, str]]:
    """The reports of the organizations whose pass was done, and the errors of the others; by short name."""
    reports: dict[str, RunReport] = {}
    errors: dict[str, str] = {}
    for found in queries.organizations():
        try:
            reports[found.slug] = _run(found, as_of, dry_run=dry_run)
        except Exception as error:  # whatever it is, the others are not to wait for it
            log.exception("run failed", organization=found.slug)
            errors[found.slug] = str(error) or type(error).__name__
            connection.close_if_unusable_or_obsolete()
    return reports, errors


def _run(organization: Organization, as_of: dt.datetime | None, *, dry_run: bool) -> RunReport:
    now = queries.database_now()
    day = as_of.date() if as_of else queries.local_date(organization, now)
    return run_organization(organization, as_of=day, now=now, dry_run=dry_run)


def _say(slug: str, report: RunReport) -> None:
    typer.echo(
        f"{slug}, as of {report.as_of}: {counted(report.assessed, 'customer')} assessed, "
        f"{counted(report.planned, 'reminder')} planned."
    )
    typer.echo(
        f"  {counted(report.notices, 'notice')} written, {report.queued} queued, {report.sent} sent, "
        f"{report.failed} failed, {report.uncertain} uncertain"
    )
    for reason, count in sorted(report.waiting.items()):
        typer.echo(f"  waiting: {reason.replace('_', ' ')} {count}")
    if report.needs_person:
        typer.echo(f"  {counted(len(report.needs_person), 'case needs', 'cases need')} a person")
    for remark in report.remarks:
        typer.echo(f"  {remark}")
