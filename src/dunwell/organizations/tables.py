"""The tables of an app, all made by one operation: what its first migration does.

Django's own operations go one by one, and after each of them the models that are related to the changed one are
rendered anew. Every model here points to an organization, so each is related to all: an empty database took 100 seconds
of Python (decision 0080).
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger


class CreateTables(Operation):
    """Create models with all they have, triggers too, in one step.

    Each model comes whole: its keys may point to one that follows, as the database is told of keys when all tables
    are there.
    """

    serialization_expand_args = ["tables"]
    reversible = False  # the way back is a backup

    def __init__(self, tables: Sequence[CreateModel]) -> None:
        self.tables = tables

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.__dict__.pop("apps", None)  # rendered again when asked for, once, with all of them
        for table in self.tables:
            table.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for table in self.tables:
            table.database_forwards(app_label, schema_editor, from_state, to_state)
        for table in self.tables:
            for trigger in table.options.get("triggers", ()):
                AddTrigger(table.name, trigger).database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Create {len(self.tables)} tables"
