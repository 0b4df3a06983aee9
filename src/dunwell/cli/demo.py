"""`dunwell demo`: everything at once on this machine, with a generated organization."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings
from rich.console import Console

from dunwell.cli.migrate import bring_up_to_date
from dunwell.cli.processes import ChildEndedError, Children, StopRequested, free_port, stop_on_signals
from dunwell.organizations.models import Organization
from dunwell.organizations.queries import database_now
from dunwell.workflows.demo import organization as demo_organization

WEB_PORT = 8000
MAIL_PORT = 2525


def demo(
    *,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Keep serving until Ctrl-C.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout, last.")] = False,
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="Of the pages; the next free one if it is taken.")
    ] = WEB_PORT,
) -> None:
    """Make the demo organization, live its first day against a mail catcher, serve it. Later starts find it again."""
    show = Progress(Console(stderr=True, highlight=False))
    try:
        with stop_on_signals(), Children(logs=Path(settings.DATA_DIR) / "logs") as children:
            _demo(show, children, wanted_port=port, serve=serve, as_json=as_json)
    except StopRequested:
        show.say("Stopped. Nothing is left running.")
        if not show.is_serving:
            sys.exit(130)
    except ChildEndedError as error:
        show.say(str(error))
        sys.exit(1)


class Progress:
    """What is told on the way, and the seconds each phase took."""

    def __init__(self, console: Console) -> None:
        self.console = console
        started_in = float(os.environ.get("DUNWELL_DATABASE_STARTED_IN", "0"))
        self.seconds: dict[str, float] = {"database": started_in}
        self.is_serving = False

    def say(self, text: str) -> None:
        self.console.print(text, markup=False)

    @contextlib.contextmanager
    def phase(self, name: str, text: str) -> Iterator[None]:
        started = time.monotonic()
        with self.console.status(f"{text} …"):
            yield
        self.seconds[name] = round(time.monotonic() - started, 3)
        self.console.print(f"[green]✓[/green] {text} [dim]{self.seconds[name]:.1f} s[/dim]")


def _demo(show: Progress, children: Children, *, wanted_port: int, serve: bool, as_json: bool) -> None:
    mail_port = free_port(MAIL_PORT)
    mails = Path(settings.DATA_DIR).absolute() / "mails"
    children.start("mail", "catch-mail", "--port", str(mail_port), "--folder", str(mails))
    with show.phase("migrate", "Preparing the database"):
        bring_up_to_date()
    with show.phase("organization", "Generating 240 customers and 24 months of invoices"):
        organization = demo_organization.find_demo() or demo_organization.make_demo(now=database_now())
        password = _password()
        demo_organization.make_demo_user(organization=organization, password=password)
    with show.phase("mail", "Starting a mail server that keeps every mail as a file"):
        children.wait_for_port(mail_port)
        # This process sends through it at once; web and worker are told by their environment
        settings.SMTP_HOST, settings.SMTP_PORT, settings.SMTP_SECURITY = "127.0.0.1", mail_port, "none"
    with show.phase("follow_up", "Running the follow-up: who is late, what is due, what goes out"):
        demo_organization.live_first_day(organization=organization)
    summary = {**demo_organization.describe(organization), "seconds": show.seconds}
    _tell(show, organization, summary, mails)
    if serve:
        _serve(show, children, wanted_port=wanted_port, mail_port=mail_port, password=password)
    if as_json:
        sys.stdout.write(json.dumps(summary) + "\n")
        sys.stdout.flush()
    if serve:
        children.wait()


def _serve(show: Progress, children: Children, *, wanted_port: int, mail_port: int, password: str) -> None:
    port = free_port(wanted_port)
    if port != wanted_port:
        show.say(f"Port {wanted_port} is in use, so the pages are on {port}.")
    base_url = f"http://127.0.0.1:{port}"
    surroundings = {
        "DUNWELL_BASE_URL": base_url,
        "DUNWELL_SMTP_HOST": "127.0.0.1",
        "DUNWELL_SMTP_PORT": str(mail_port),
        "DUNWELL_SMTP_SECURITY": "none",
    }
    show.is_serving = True  # from here on Ctrl-C is how it is meant to end
    with show.phase("serve", "Starting web and worker"):
        children.start("web", "serve", "--port", str(port), **surroundings)
        children.start("worker", "worker", **surroundings)
        children.wait_for_port(port)
        children.check()
    show.console.print(f"\n  Open [bold]{base_url}[/bold]")
    show.console.print(f"  Sign in as [bold]{demo_organization.EMAIL}[/bold] with password [bold]{password}[/bold]")
    show.say("  Ctrl-C stops everything.\n")


def _tell(show: Progress, organization: Organization, summary: dict[str, object], mails: Path) -> None:
    moment = demo_organization.first_run_of(organization).astimezone(organization.zone)
    show.say(
        f"\n{organization.name} owns this book of {summary['customers']} customers and {summary['invoices']} invoices, "
        f"{summary['open']} of them open.\n"
        f"Its first run is dated {moment:%A %d %B %Y, %H:%M} in {organization.time_zone}, its last business day, so "
        f"that mails go out whatever day it is now: {summary['planned']} reminders planned, "
        f"{summary['sent']} mails sent. {summary['defaulters']} customers were defaulters on that day; the pages show "
        "today's figures as soon as the worker has made its first pass.\n"
        f"They are files in {mails}; nothing leaves this machine."
    )


def _password() -> str:
    """The demo user's password: made once, kept beside the data, readable by its owner only."""
    path = Path(settings.DATA_DIR) / "demo-password"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(f"demo-{secrets.token_hex(5)}\n")
    return path.read_text().strip()
