"""Commands that are imported when they are given."""

from __future__ import annotations

import pkgutil
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from dunwell.cli.commands import COMMANDS, Command


class NotImported(TyperCommand):
    """Stands in the list for a command; once it is given, the command itself takes over with its options."""

    def __init__(self, name: str, command: Command) -> None:
        super().__init__(name, help=command.help)
        self.place = command.place

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        return self.imported().make_context(info_name, args, parent, **extra)

    def imported(self) -> Any:
        """The command itself."""
        assert self.name is not None
        found = pkgutil.resolve_name(self.place)
        alone = typer.Typer(add_completion=False)
        if isinstance(found, typer.Typer):
            alone.add_typer(found, name=self.name)
        else:
            alone.command(self.name)(found)
        return get_group(alone).commands[self.name]


class Commands(TyperGroup):
    """All commands, none of them imported."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        for name, command in COMMANDS.items():
            self.add_command(NotImported(name, command))
