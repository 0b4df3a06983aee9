"""The `dunwell` command: one module per noun, registered here."""

from __future__ import annotations

import getpass
import sys
from typing import Annotated

import typer
from django.core.exceptions import ValidationError
from django.db import OperationalError, ProgrammingError

import dunwell
from dunwell.cli import (
    backup,
    catch_mail,
    demo,
    doctor,
    imports,
    migrate,
    organizations,
    policy,
    replay,
    restore,
    run,
    serve,
    standing,
    users,
    worker,
)
from dunwell.cli.postgres import ProgramError
from dunwell.cli.processes import end_with_parent
from dunwell.organizations.recording import recorded
from dunwell.workflows.archives import ArchiveUnusableError

app = typer.Typer(
    name="dunwell",
    help="Dunning, done well: who is late, the right reminder at the right time, and nothing sent twice.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(organizations.app, name="organization")
app.add_typer(users.app, name="user")
app.add_typer(policy.app, name="policy")
app.command("migrate")(migrate.migrate)
app.command("serve")(serve.serve)
app.command("worker")(worker.worker)
app.command("import")(imports.import_command)
app.command("run")(run.run)
app.command("standing")(standing.standing)
app.command("replay")(replay.replay)
app.command("demo")(demo.demo)
app.command("backup")(backup.backup)
app.command("restore")(restore.restore)
app.command("doctor")(doctor.doctor)
app.command("catch-mail")(catch_mail.catch_mail)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(dunwell.__version__)
        raise typer.Exit


# What is changed in them is somebody else's, and named where it is made; or it is no row of a book
_WITHOUT_NAME = {"serve", "worker", "run", "demo", "catch-mail", "migrate", "backup", "restore", "doctor", "replay"}


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
    if context.invoked_subcommand not in _WITHOUT_NAME:
        context.with_resource(recorded(user="command", login=getpass.getuser()))


def run_app() -> None:
    """Run the command of the command line. Errors a person can act on become one sentence and exit code 1."""
    end_with_parent()
    try:
        app()
    except ValidationError as error:
        _refuse("\n".join(_sentences(error)))
    except LookupError as error:
        if type(error) in {KeyError, IndexError}:
            raise  # a fault of ours, not a thing that is not there
        _refuse(str(error))
    except (
        ArchiveUnusableError,
        ProgramError,
        restore.RestoreRefusedError,
        migrate.MigrationRefusedError,
        FileExistsError,
    ) as error:
        _refuse(str(error))
    except OperationalError as error:
        _refuse(f"The database does not answer: {str(error).strip()}")
    except ProgrammingError as error:
        if "does not exist" not in str(error):
            raise
        _refuse(f"The database has not been prepared; run `dunwell migrate` first. ({str(error).splitlines()[0]})")


def _refuse(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.exit(1)


def _sentences(error: ValidationError) -> list[str]:
    if not hasattr(error, "error_dict"):
        return list(error.messages)
    return [
        f"{field.replace('_', ' ')}: {message}" if field != "__all__" else message
        for field, messages in error.message_dict.items()
        for message in messages
    ]
