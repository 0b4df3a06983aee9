"""`dunwell user …`"""

from __future__ import annotations

import json
import secrets
import sys
from typing import Annotated

import typer

from dunwell.organizations import queries, services
from dunwell.organizations.models import Role
from dunwell.organizations.recording import recorded

app = typer.Typer(help="The people who sign in.", no_args_is_help=True)


@app.command()
def create(
    *,
    email: Annotated[str, typer.Option(help="Address to sign in with.")],
    organization: Annotated[str, typer.Option(help="Slug of the organization to work in.")],
    name: Annotated[str, typer.Option(help="As colleagues know this person.")] = "",
    role: Annotated[Role, typer.Option(help="What this person may do there.")] = Role.OWNER,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object only.")] = False,
) -> None:
    """Make a person who may sign in. Without --password-stdin a password is made up and shown once."""
    where = queries.organization_by_slug(organization)
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else secrets.token_urlsafe(12)
    with recorded(action="user create"):
        user = services.create_user(email=email, name=name, password=password, organization=where, role=role.value)
    if as_json:
        report = {"id": user.pk, "email": user.email, "organization": where.slug, "role": role.value}
        typer.echo(json.dumps(report if password_stdin else {**report, "password": password}))
        return
    typer.echo(f"{user.email} may sign in to {where.name} as {role.label}.")
    if not password_stdin:
        typer.echo(f"Password (shown this once): {password}")
