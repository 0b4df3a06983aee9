"""`dunwell replay`: what the policies would have done, alone or beside others."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from dunwell.cli.words import counted
from dunwell.followup.models import DunningPolicy
from dunwell.followup.policy_files import PolicyFileError
from dunwell.followup.services.assignments import AssignmentRefusedError
from dunwell.followup.services.policies import PolicyRefusedError
from dunwell.organizations.models import Organization
from dunwell.organizations.queries import organization_by_slug
from dunwell.rules.simulation import compare, from_json, percent
from dunwell.workflows.replay import replay as live_through
from dunwell.workflows.simulation import Other, SimulationRefusedError, other_from_toml, simulate

DAY = {"formats": ["%Y-%m-%d"], "metavar": "YYYY-MM-DD"}
REFUSED = 2


def replay(
    *,
    organization: Annotated[str, typer.Option(help="Its short name.")],
    first: Annotated[dt.datetime, typer.Option("--from", help="First day.", **DAY)],
    last: Annotated[dt.datetime, typer.Option("--to", help="Last day.", **DAY)],
    policy: Annotated[
        Path | None,
        typer.Option(help="Compare with the policies of this file, TOML as `policy export` writes it.", metavar="FILE"),
    ] = None,
    policy_name: Annotated[str, typer.Option(help="Compare with this saved policy, for everybody.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object only.")] = False,
) -> None:
    """Live through a stretch of history day by day, on what was known each day, sending nothing.

    With --policy or --policy-name the same days are lived twice, and what would have been sent is put side by side.
    """
    if last < first:
        raise typer.BadParameter("--to lies before --from.")
    if policy is not None and policy_name:
        raise typer.BadParameter("Name either --policy or --policy-name.")
    target = organization_by_slug(organization)
    if policy is not None or policy_name:
        _compare(target, _other(target, policy, policy_name), first.date(), last.date(), as_json=as_json)
        return
    report = live_through(target, first=first.date(), last=last.date()).as_json()
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


def _other(target: Organization, file: Path | None, name: str) -> Other:
    try:
        if file is not None:
            return other_from_toml(file.read_text(encoding="utf-8"))
    except (PolicyFileError, SimulationRefusedError, OSError, UnicodeDecodeError) as error:
        _refuse(str(error))
    found = DunningPolicy.objects.filter(organization=target, name=name).first()
    if found is None:
        _refuse(f"There is no policy '{name}'.")
    return Other(found.name, policy_id=found.pk)


def _compare(target: Organization, other: Other, first: dt.date, last: dt.date, *, as_json: bool) -> None:
    try:
        result = simulate(target, other, first=first, last=last)
    except PolicyRefusedError as error:
        _refuse("\n".join(problem.text for problem in error.problems))
    except (PolicyFileError, AssignmentRefusedError) as error:
        _refuse(str(error))
    if as_json:
        typer.echo(json.dumps(result))
    else:
        for line in _table(result):
            typer.echo(line)


def _table(result: dict[str, Any]) -> list[str]:
    present, other = from_json(result["present"]), from_json(result["other"])
    rows = [("", "now", result["name"][:20], "difference")]
    for line in compare(present, other):
        difference = line.difference
        sign = "" if difference is None else f"{difference:+g}"
        rows.append((line.label, _shown(line.present, line.unit), _shown(line.other, line.unit), sign))
    for channel in sorted({*present.by_channel, *other.by_channel}):
        before, after = present.by_channel.get(channel, 0), other.by_channel.get(channel, 0)
        rows.append((f"By {channel}", str(before), str(after), f"{after - before:+g}"))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [f"{result['from']} to {result['to']}, {counted(result['days'], 'day')}"]
    lines += [
        "  ".join([row[0].ljust(widths[0]), *(row[column].rjust(widths[column]) for column in (1, 2, 3))]).rstrip()
        for row in rows
    ]
    for title, side in (("Steps now", present), (f"Steps of {result['name']}", other)):
        lines.append(f"{title}: notices, invoices reached, share of those due that were paid before it reached them")
        lines += [
            f"  {step.name}: {step.notices}, {step.reached}, {_shown(percent(step.paid_before, step.due), 'percent')}"
            for step in side.by_step
        ]
    return [*lines, *result["assumptions"]]


def _shown(value: float | None, unit: str) -> str:
    if value is None:
        return "-"
    return f"{value:g} %" if unit == "percent" else f"{value:g}"


def _refuse(text: str) -> NoReturn:
    typer.echo(f"{text}\nNothing was lived through.", err=True)
    sys.exit(REFUSED)
