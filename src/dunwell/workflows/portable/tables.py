"""Which tables make up an organization, in which order, and what their columns point to.

Read from the models, so that a table that is added tomorrow is exported, imported and deleted without a line here.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import models

APPS = ("organizations", "ledger", "messaging", "followup", "arrangements", "connectors", "alerts", "insights")
ORGANIZATION, PEOPLE, CONTEXTS = "organizations_organization", "organizations_user", "pghistory_context"

# Follows from the rest, or describes this moment of this installation
NOT_CARRIED = frozenset(
    {
        "ledger_touchedcustomer",
        "ledger_mergedcontact",
        "messaging_channelpause",
        "messaging_messagewords",
        PEOPLE,
        f"{PEOPLE}event",
    }
)
# Readable only under this installation's key: left empty
SECRETS = frozenset(
    {
        ("organizations_organizationsettings", "smtp_password_encrypted"),
        ("organizations_organizationsettings", "twilio_auth_token_encrypted"),
        ("organizations_organizationsettings", "lob_key_encrypted"),
        ("organizations_organizationsettings", "lob_webhook_secret_encrypted"),
        ("messaging_mailprovider", "secrets_encrypted"),
    }
)
# Columns that hold an id (or 0) without being a foreign key
POINTERS = {
    ("followup_action", "anchor_id"): "ledger_duedateextension",
    ("ledger_fileimport", "history_context"): CONTEXTS,
    ("followup_call", "history_context"): CONTEXTS,
}
# Columns that name a file, and the folder below the data folder that it is relative to
FILES = {
    ("ledger_fileimport", "path"): "",
    ("ledger_fileimport", "errors_path"): "",
    ("ledger_document", "path"): "files/documents",
}


@dataclass(frozen=True)
class Table:
    """One table: its columns in order, and for those that point somewhere the table they point to."""

    name: str
    columns: tuple[str, ...]
    key: str  # the primary key's column
    targets: dict[str, str]
    of: str  # the table whose changes it records; empty where it is no history
    owner: str  # the column with the organization's id

    @property
    def has_own_key(self) -> bool:
        """The key is this table's own number, not another's."""
        return self.key not in self.targets


def data_folder() -> Path:
    return Path(settings.DATA_DIR).resolve()


@functools.cache
def tables() -> tuple[Table, ...]:
    """What an organization consists of, each table after those it points to."""
    found = {model._meta.db_table: _table(model) for model in _models()}  # noqa: SLF001 - Django's documented Meta API
    order = TopologicalSorter(
        {
            name: {target for target in table.targets.values() if target != name and target in found}
            for name, table in found.items()
        }
    )
    return tuple(found[name] for name in order.static_order())


def _models() -> list[type[models.Model]]:
    return [
        model
        for model in apps.get_models()
        if model._meta.app_label in APPS  # noqa: SLF001
        and model._meta.managed  # noqa: SLF001
        and model._meta.db_table not in NOT_CARRIED  # noqa: SLF001
        and _owner(model)
    ]


def _owner(model: type[models.Model]) -> str:
    meta = model._meta  # noqa: SLF001
    if meta.db_table == ORGANIZATION:
        return "id"
    if meta.db_table == f"{ORGANIZATION}event":
        return "pgh_obj_id"
    names = [str(field.column) for field in meta.concrete_fields if field.name == "organization"]
    return names[0] if names else ""


def _table(model: type[models.Model]) -> Table:
    meta = model._meta  # noqa: SLF001
    fields = [field for field in meta.concrete_fields if not getattr(field, "generated", False)]
    name = meta.db_table
    targets = {
        str(field.column): field.related_model._meta.db_table  # noqa: SLF001
        for field in fields
        if isinstance(field.related_model, type)
    }
    targets |= {column: target for (table, column), target in POINTERS.items() if table == name}
    recorded = targets.get("pgh_obj_id", "")
    if recorded:
        # A row of history repeats the columns of what it records, its key among them
        original = next(found for found in apps.get_models() if found._meta.db_table == recorded)  # noqa: SLF001
        key = original._meta.pk  # noqa: SLF001
        if not key.is_relation:
            targets[str(key.column)] = recorded
    return Table(
        name=name,
        columns=tuple(str(field.column) for field in fields),
        key=str(meta.pk.column),
        targets=targets,
        of=recorded,
        owner=_owner(model),
    )
