"""`dunwell organization …`"""

from __future__ import annotations

import json
from typing import Annotated

import typer

from dunwell.organizations import queries
from dunwell.workflows.organizations import set_up_organization

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
