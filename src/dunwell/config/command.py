"""The `dunwell` command's way in: what the command needs, then the command."""

from __future__ import annotations

import sys

from dunwell.cli.commands import COMMANDS
from dunwell.cli.main import app
from dunwell.cli.processes import end_with_parent


def run() -> None:
    """Run one command to its end."""
    end_with_parent()
    wanted = COMMANDS.get(next((argument for argument in sys.argv[1:] if not argument.startswith("-")), ""))
    if wanted is None or not wanted.needs_installation:
        app()  # --help, --version, a name that is none, a command that stands alone
        return
    # Here, because it takes longer to import than those take to answer
    from dunwell.config.installation import opened

    with opened(connections=wanted.connections, only_help=not {"--help", "--version"}.isdisjoint(sys.argv)):
        app()
