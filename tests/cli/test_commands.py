"""The list of commands agrees with the commands, and nothing is imported for one that was not given."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

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


def test_what_keeps_mails_from_being_caught_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = str(listening.getsockname()[1])
        for folder, said in (("taken/mails", "Mails cannot be kept in"), ("mails", f"on port {port}")):
            result = subprocess.run(
                [sys.executable, "-m", "dunwell", "catch-mail", "--port", port, "--folder", str(tmp_path / folder)],
                env={**os.environ, "COLUMNS": "300"},
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert (result.returncode, said in result.stderr, "Traceback" in result.stderr) == (2, True, False)


def test_settings_that_are_not_usable_are_said_in_words_and_keep_nobody_from_the_help() -> None:
    surroundings = {**os.environ, "DUNWELL_BASE_URL": "dunwell.example.com", "DUNWELL_SMTP_PORT": "0"}

    def dunwell(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "dunwell", *arguments],
            env=surroundings,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    refused = dunwell("run")
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert refused.stderr.startswith("The settings are not usable.\nDUNWELL_SMTP_PORT: Input should be greater")
    surroundings["DUNWELL_SMTP_PORT"] = "587"
    assert dunwell("run").stderr == (
        "The settings are not usable.\n"
        "DUNWELL_BASE_URL must be like https://dunwell.example.com, not 'dunwell.example.com'\n"
    )
    assert dunwell("--version").returncode == 0
    assert dunwell("--help").returncode == 0
