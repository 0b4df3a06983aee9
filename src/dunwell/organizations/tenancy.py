"""Foreign keys that cannot cross from one organization to another.

A row's `customer_id` alone would let a wrong program point at another tenant's customer.
`TenantForeignKey` leaves the constraint to `tenant_key()`, which makes it
`(organization_id, customer_id) → customer (organization_id, id)`: the database refuses the rest.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.migrations.operations import RunSQL


class TenantForeignKey(models.ForeignKey):  # type: ignore[type-arg]
    """A key to a row of the same organization; its constraint comes from `tenant_key()` in a migration."""

    def __init__(self, to: Any, on_delete: Any, **options: Any) -> None:
        options["db_constraint"] = False
        super().__init__(to, on_delete, **options)


def tenant_key(table: str, column: str, target: str) -> RunSQL:
    """The migration operation that ties `table.column` to a row of `target` in the same organization."""
    name = f"{table}_{column}_same_tenant"[:63]
    return RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (organization_id, {column}) "
        f"REFERENCES {target} (organization_id, id) DEFERRABLE INITIALLY IMMEDIATE",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )
