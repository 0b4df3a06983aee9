"""`dunwell policy`: policies as a file that can be reviewed like code."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from dunwell.cli.words import counted
from dunwell.followup.policy_files import PolicyFileError, from_toml, to_toml
from dunwell.followup.services.assignments import AssignmentRefusedError
from dunwell.followup.services.passes import begin
from dunwell.followup.services.policies import PolicyRefusedError
from dunwell.followup.services.previews import PolicyChange
from dunwell.insights.policies import policies_in_use
from dunwell.organizations.queries import database_now, local_date, organization_by_slug
from dunwell.workflows.policies import export_policies, import_policies, preview_import
from dunwell.workflows.sender import channels_set_up

REFUSED = 2
app = typer.Typer(no_args_is_help=True, help="Policies as TOML: export, review, check, import.")


@app.command("export")
def export_command(
    *,
    organization: Annotated[str, typer.Option(help="Its short name.")],
    name: Annotated[str, typer.Option(help="One policy alone; all of them and the rules if left out.")] = "",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Into this file.", metavar="FILE")] = None,
) -> None:
    """Write policies and assignment rules as TOML."""
    try:
        text = to_toml(export_policies(organization_by_slug(organization), name))
    except PolicyFileError as error:
        _refuse(str(error))
    if output is None:
        typer.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")


@app.command("list")
def list_command(
    *,
    organization: Annotated[str, typer.Option(help="Its short name.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object only.")] = False,
) -> None:
    """Policies with what gives them to customers, archived ones last."""
    found = policies_in_use(organization_by_slug(organization))
    rows: list[dict[str, Any]] = [
        {
            "name": row.policy.name,
            "version": row.version.number,
            "steps": row.steps,
            "is_default": row.policy.is_default,
            "rules": row.rules,
            "customers": row.customers,
            "archived_at": row.policy.archived_at.isoformat() if row.policy.archived_at else None,
        }
        for row in sorted(found, key=lambda row: row.policy.archived_at is not None)
    ]
    if as_json:
        typer.echo(json.dumps({"policies": rows}))
        return
    for row in rows:
        uses = ["the default"] if row["is_default"] else []
        uses += [counted(row["rules"], "rule")] if row["rules"] else []
        uses += [counted(row["customers"], "customer")] if row["customers"] else []
        use = "archived" if row["archived_at"] else ", ".join(uses) or "nobody yet"
        typer.echo(f"{row['name']}, version {row['version']}, {counted(row['steps'], 'step')}: {use}")


@app.command("import")
def import_command(
    file: Annotated[Path, typer.Argument(help="TOML, as export writes it.", metavar="FILE")],
    *,
    organization: Annotated[str, typer.Option(help="Its short name.")],
    check: Annotated[bool, typer.Option("--check", help="Say what would change; save nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object only.")] = False,
) -> None:
    """Save the policies of a file: a new version of each that differs. Others stay."""
    target = organization_by_slug(organization)
    try:
        read = from_toml(file.read_text(encoding="utf-8"))
        if check:
            now = database_now()
            this = begin(target, as_of=local_date(target, now), now=now, channels_set_up=channels_set_up(target))
            _say(preview_import(this, read), as_json=as_json)
            return
        result = import_policies(organization=target, file=read, by=None)
    except PolicyRefusedError as error:
        _refuse("\n".join(problem.text for problem in error.problems))
    except (PolicyFileError, AssignmentRefusedError, OSError, UnicodeDecodeError) as error:
        _refuse(str(error))
    if as_json:
        typer.echo(json.dumps(asdict(result)))
        return
    typer.echo(f"Saved: {', '.join(result.saved) or 'nothing'}. Unchanged: {', '.join(result.unchanged) or 'nothing'}.")
    for warning in result.warnings:
        typer.echo(f"  {warning}")


def _say(change: PolicyChange, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(asdict(change)))
        return
    typer.echo(
        f"{counted(change.changed, 'open invoice')} would be chased otherwise; "
        f"{counted(change.goes_after, 'step')} would go today instead of {change.goes_before}. Nothing was saved."
    )
    for row in change.listed:
        typer.echo(f"  {row.number} ({row.customer}): {row.before or 'nothing'} → {row.after or 'nothing'}")
    for text in change.mails:
        typer.echo(f"  {text}")
    if change.changed > len(change.listed):
        typer.echo(f"  … and {change.changed - len(change.listed)} more.")


def _refuse(text: str) -> NoReturn:
    typer.echo(f"{text}\nNothing was saved.", err=True)
    sys.exit(REFUSED)
