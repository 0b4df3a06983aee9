"""Which commands there are, and what each needs before its module is imported.

Importing all of them takes seconds, which every command and every cron job would pay: one is imported when it is given.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """One command, or a group of commands."""

    place: str  # module and name of the function, or of the group's app
    help: str  # the first paragraph of its own, so that listing all imports none
    needs_installation: bool = True  # settings, the database, Django
    connections: int = 0  # to the database, kept open at most
    names_who: bool = False  # changes are recorded as a command's, with the login of who gave it


# The changes of the others are somebody else's, and named where they are made; or they are no rows of a book
COMMANDS = {
    "migrate": Command(
        "dunwell.cli.migrate:migrate",
        "Bring the database's tables to what this Dunwell needs. Safe to run again, and by several hosts at once.",
    ),
    "serve": Command(
        "dunwell.cli.serve:serve",
        "Serve the pages. Run `dunwell worker` beside it: it does the runs and the sending.",
        connections=12,
    ),
    "worker": Command(
        "dunwell.cli.worker:worker",
        "Do the work in the background: morning runs, sending, imports. Any number may run, on any number of hosts.",
        connections=8,
    ),
    "import": Command(
        "dunwell.cli.imports:import_command",
        "Bring a file's customers, invoices and payments into the book. The same file again changes nothing.",
        names_who=True,
    ),
    "run": Command(
        "dunwell.cli.run:run",
        "Do one pass: assess, plan, compose, dispatch. Running it again sends nothing twice.",
    ),
    "standing": Command(
        "dunwell.cli.standing:standing",
        "Say what is open, what is overdue, and how many customers are current, due soon, late or defaulters.",
        names_who=True,
    ),
    "replay": Command(
        "dunwell.cli.replay:replay",
        "Live through a stretch of history day by day, on what was known each day, sending nothing.",
    ),
    "demo": Command(
        "dunwell.cli.demo:demo",
        "Make the demo organization, live its first day against a mail catcher, serve it. Later starts find it again.",
    ),
    "backup": Command(
        "dunwell.cli.backup:backup",
        "Write the whole installation into one archive: database, stored files, secret key. Dunwell may run meanwhile.",
    ),
    "restore": Command(
        "dunwell.cli.restore:restore",
        "Bring an installation back from its archive. Stop `dunwell serve` and `dunwell worker` before.",
    ),
    "doctor": Command(
        "dunwell.cli.doctor:doctor",
        "Look at everything this installation needs, and say what to do. Exit code 1 when something is bad.",
    ),
    "catch-mail": Command(
        "dunwell.cli.catch_mail:catch_mail",
        "Accept every mail on this machine and keep it as a file; nothing leaves.",
        needs_installation=False,
    ),
    "organization": Command(
        "dunwell.cli.organizations:app",
        "The companies that are owed money.",
        names_who=True,
    ),
    "user": Command(
        "dunwell.cli.users:app",
        "The people who sign in.",
        names_who=True,
    ),
    "policy": Command(
        "dunwell.cli.policy:app",
        "Policies as TOML: export, review, check, import.",
        names_who=True,
    ),
}
