"""History is only added to: what every history table has, also one that is added tomorrow.

pghistory's triggers write a row for each change and refuse UPDATE and DELETE of what is written; nothing of theirs
stops TRUNCATE, which fires no row trigger. After each migration every history table gets a trigger that does, and
an index by which an organization's changes are listed, newest first.
"""

from __future__ import annotations

from django.apps import apps
from django.db import connections, models
from pghistory.models import Event


def history_models() -> list[type[models.Model]]:
    """The history tables of ours, by name."""
    found = [model for model in apps.get_models() if issubclass(model, Event) and _is_ours(model)]
    return sorted(found, key=table_of)


def table_of(model: type[models.Model]) -> str:
    return str(model._meta.db_table)  # noqa: SLF001 - Django's documented Meta API


def organization_column(model: type[models.Model]) -> str:
    """The column that says whose a row of history is; an organization's own history has its id."""
    names = {field.column for field in model._meta.concrete_fields}  # noqa: SLF001
    return "organization_id" if "organization_id" in names else "pgh_obj_id"


def protect_history(*, using: str = "default", **signal: object) -> None:
    """Give each history table its trigger and its index, where it lacks them. Django's signal `post_migrate`."""
    del signal
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT to_regproc('organizations_history_is_kept') IS NOT NULL")
        if cursor.fetchone() != (True,):
            return  # migrated to before there was the function
        present = set(connections[using].introspection.table_names(cursor))
        for model in history_models():
            table = table_of(model)
            if table not in present:
                continue
            cursor.execute(
                f"CREATE OR REPLACE TRIGGER history_is_kept BEFORE TRUNCATE ON {table} "
                "EXECUTE FUNCTION organizations_history_is_kept()"
            )
            column = organization_column(model)
            cursor.execute(
                f"CREATE INDEX IF NOT EXISTS {table[:50]}_by_time ON {table} ({column}, pgh_created_at, pgh_id)"
            )


def _is_ours(model: type[models.Model]) -> bool:
    return model.__module__.startswith("dunwell.")
