"""`dunwell organization …`"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from dunwell.cli.words import counted
from dunwell.organizations import queries
from dunwell.organizations.recording import recorded
from dunwell.workflows.archives import Archive
from dunwell.workflows.organizations import set_up_organization
from dunwell.workflows.portable.bringing_in import bring_in
from dunwell.workflows.portable.taking_out import KIND, VERSION, export_to_file

app = typer.Typer(help="The companies that are owed money.", no_args_is_help=True)


@app.command()
def create(
    slug: Annotated[str, typer.Argument(help="Short name for commands and addresses: letters, digits, hyphens.")],
    *,
    name: Annotated[str, typer.Option(help="As customers know it.")],
    currency: Annotated[str, typer.Option(help="Base currency, an ISO 4217 code such as EUR.")],
    time_zone: Annotated[str, typer.Option(help="IANA name such as Europe/Berlin.")] = "UTC",
    country: Annotated[str, typer.Option(help="ISO 3166 code such as DE; its holidays are no business days.")] = "",
    region: Annotated[str, typer.Option(help="Subdivision for regional holidays, such as BY.")] = "",
    locale: Annotated[
        str, typer.Option(help="How dates and amounts are written; follows the country if left out.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object only.")] = False,
) -> None:
    """Make an organization with the default policy and texts. It sends nothing before you press Start chasing."""
    with recorded(action="organization create"):
        organization = set_up_organization(
            slug=slug,
            name=name,
            base_currency=currency,
            time_zone=time_zone,
            country=country,
            region=region,
            locale=locale,
        )
    if as_json:
        typer.echo(json.dumps({"id": organization.pk, "slug": organization.slug, "name": organization.name}))
        return
    typer.echo(
        f"{organization.name} is there as {organization.slug!r}. Next: `dunwell user create` makes somebody who may "
        f"sign in, `dunwell import FILE --organization {organization.slug}` brings in the book."
    )


@app.command("list")
def list_organizations(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object only.")] = False
) -> None:
    """Show the organizations of this installation."""
    rows = [
        {
            "slug": organization.slug,
            "name": organization.name,
            "currency": organization.base_currency,
            "time_zone": organization.time_zone,
            "country": organization.country,
            "sends": organization.settings.may_send,
        }
        for organization in queries.organizations()
    ]
    if as_json:
        typer.echo(json.dumps({"organizations": rows}))
        return
    for row in rows:
        state = "sends" if row["sends"] else "sends nothing"
        typer.echo(f"{row['slug']}: {row['name']}, {row['currency']}, {row['time_zone']}, {state}")


@app.command("export")
def export_organization(
    slug: Annotated[str, typer.Argument(help="Its short name.")],
    file: Annotated[Path, typer.Argument(help="The archive to write, such as acme.zip.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object only.")] = False,
) -> None:
    """Write everything of one organization into an archive: a CSV for each table, and its files. It may be in use."""
    organization = queries.organization_by_slug(slug)
    if file.exists():
        raise FileExistsError(f"{file} is there already. Choose another name.")
    size = export_to_file(organization, file, now=queries.database_now().isoformat(timespec="seconds"))
    if as_json:
        typer.echo(json.dumps({"slug": slug, "file": str(file), "bytes": size}))
        return
    typer.echo(
        f"{file} holds all of {organization.name}: its book, its follow-up, its history, its files. The mail server's "
        "password is not in it."
    )


@app.command("import")
def import_organization(
    file: Annotated[Path, typer.Argument(help="An archive that `dunwell organization export` wrote.")],
    *,
    slug: Annotated[str, typer.Option(help="Another short name than it had.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object only.")] = False,
) -> None:
    """Make an organization out of its archive, here or in another installation of the same version."""
    with Archive(file, kind=KIND, version=VERSION) as archive:
        result = bring_in(archive, slug=slug)
    organization = result.organization
    if as_json:
        typer.echo(json.dumps({"id": organization.pk, "slug": organization.slug, "new_people": result.new_people}))
        return
    typer.echo(f"{organization.name} is there as {organization.slug!r}.")
    if result.new_people:
        typer.echo(
            f"  {counted(result.new_people, 'person', 'people')} not known here before: they sign in after "
            "asking for a new password."
        )
    typer.echo(
        "  Sending is stopped: make sure that it sends nowhere else, enter the mail server's password, then resume."
    )
