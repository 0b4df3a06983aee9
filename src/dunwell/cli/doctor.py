"""`dunwell doctor`: what is not well, and what to do about it."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable, Iterator
from typing import Annotated

import typer
from django.db import Error, InterfaceError, OperationalError, ProgrammingError
from rich.console import Console

from dunwell.organizations.queries import database_now
from dunwell.workflows.checkup import database, host, work
from dunwell.workflows.checkup.findings import Finding, State, bad

_SIGNS = {State.GOOD: "[green]✓[/green]", State.WARNING: "[yellow]![/yellow]", State.BAD: "[red]✗[/red]"}


def doctor(*, as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object only.")] = False) -> None:
    """Look at everything this installation needs, and say what to do. Exit code 1 when something is bad."""
    console = Console(highlight=False, soft_wrap=True)
    findings: list[Finding] = []
    for finding in examine():
        findings.append(finding)
        if not as_json:
            _show(console, finding)
    worst = [finding for finding in findings if finding.state is State.BAD]
    if as_json:
        typer.echo(json.dumps({"well": not worst, "findings": [finding.as_json() for finding in findings]}))
    else:
        warnings = sum(finding.state is State.WARNING for finding in findings)
        console.print(f"\n{len(findings)} looked at, {warnings} to consider, {len(worst)} bad.")
    if worst:
        sys.exit(1)


def examine() -> Iterator[Finding]:
    """Everything, in the order in which one thing needs another."""
    yield host.disk()
    yield from host.configuration()
    try:
        now = database_now()
        host_now = dt.datetime.now(dt.UTC)
    except (OperationalError, InterfaceError) as error:
        text = f"it does not answer: {str(error).strip().splitlines()[0]}"
        yield bad("database", text, "Check DUNWELL_DATABASE_URL and that the server runs.")
        return
    yield from database.server()
    yield host.clock(host_now, now)
    tables = database.migrations()
    yield tables
    if tables.state is State.BAD:
        return  # the rest asks tables that may not be there
    checks: list[Callable[[], Iterator[Finding]]] = [
        lambda: database.worker(now),
        lambda: work.stuck(now),
        work.rollups,
        work.mail_servers,
        work.sender_domains,
    ]
    for check in checks:
        yield from _guarded(check)


def _guarded(check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """A check that the database refuses is itself a finding, and the others go on."""
    try:
        yield from check()
    except (Error, ProgrammingError) as error:
        yield bad("database", f"it refused a question: {str(error).splitlines()[0]}", "See its log.")


def _show(console: Console, finding: Finding) -> None:
    console.print(f"{_SIGNS[finding.state]} [bold]{finding.name}[/bold]: ", end="")
    console.print(finding.text, markup=False)
    if finding.advice:
        console.print(f"    {finding.advice}", markup=False)
