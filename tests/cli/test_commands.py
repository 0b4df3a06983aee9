"""The list of commands agrees with the commands, and nothing is imported for one that was not given."""

from __future__ import annotations

import subprocess
import sys

import pytest

from dunwell.cli.commands import COMMANDS
from dunwell.cli.loading import NotImported


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_what_the_list_says(name: str) -> None:
    listed = COMMANDS[name]
    command = NotImported(name, listed).imported()
    assert command.name == name
    assert command.help.split("\n\n")[0] == listed.help
    if listed.names_who or listed.connections:
        assert listed.needs_installation


def test_what_stands_alone_imports_no_django_and_no_other_command() -> None:
    """`dunwell --help`, `--version` and `catch-mail` answer at once, also where no installation is."""
    program = """
import sys
from dunwell.config.command import run
for arguments in (["--help"], ["--version"], ["catch-mail", "--help"]):
    sys.argv[1:] = arguments
    try:
        run()
    except SystemExit as end:
        assert end.code == 0, arguments
print(*sys.modules, file=sys.stderr)
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    imported = set(result.stderr.split())
    assert "dunwell.cli.catch_mail" in imported
    assert not imported & {"django", "psycopg", "dunwell.config.environment", "dunwell.cli.run"}
