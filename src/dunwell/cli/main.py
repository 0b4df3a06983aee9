"""The `dunwell` command: what stands before the name of a command. The commands themselves are in `commands`."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

import dunwell
from dunwell.cli.commands import COMMANDS
from dunwell.cli.loading import Commands

app = typer.Typer(
    name="dunwell",
    cls=Commands,
    help="Dunning, done well: who is late, the right reminder at the right time, and nothing sent twice.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(dunwell.__version__)
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which Dunwell this is.")
    ] = False,
) -> None:
    """What stands before a command. Changes it makes are recorded as a command's, with the login of who gave it."""
    del version
    assert context.invoked_subcommand is not None  # without a command there is help, and not this
    if COMMANDS[context.invoked_subcommand].names_who:
        from dunwell.organizations.recording import recorded  # needs Django, as the commands do that name who

        context.with_resource(recorded(user="command", login=getpass.getuser()))
