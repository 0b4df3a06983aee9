"""What must always be true of tenants and of the history (design section 5, 8 and 9), asked of every table there is."""

from __future__ import annotations

from typing import Any

from django.db import connection

from dunwell.organizations.models import Organization
from dunwell.workflows.portable.tables import Table, tables


def fingerprint(organization: Organization) -> dict[str, str]:
    """A digest of all rows of an organization, table by table: whoever touches one changes it."""
    parts = [
        f"SELECT '{table.name}', md5(coalesce(string_agg(r::text, '|' ORDER BY r::text), ''))"
        f" FROM {table.name} AS r WHERE {table.owner} = %(organization)s"
        for table in tables()
    ]
    return dict(_ask(" UNION ALL ".join(parts), organization))


def history_is_true(organization: Organization) -> None:
    """The last entry of each row's history says what the row says."""
    by_name = {table.name: table for table in tables()}
    for history in tables():
        if history.of in by_name:
            _last_entry_is_the_row(by_name[history.of], history, organization)


def history_is_complete(organization: Organization) -> None:
    """9. The last entry of each row's history says what the row says, and every entry says who it was."""
    history_is_true(organization)
    by_name = {table.name: table for table in tables()}
    for history in tables():
        if history.of in by_name:
            nameless = _ask(
                f"SELECT pgh_label, count(*) FROM {history.name} WHERE {history.owner} = %(organization)s"
                " AND pgh_context_id IS NULL GROUP BY pgh_label",
                organization,
            )
            assert not nameless, f"{history.name} does not say who: {nameless}"


def _last_entry_is_the_row(table: Table, history: Table, organization: Organization) -> None:
    shared = [column for column in table.columns if column in history.columns]
    row, entry = (", ".join(f"{name}.{column}" for column in shared) for name in ("r", "last"))
    stray = _ask(
        f"SELECT r.{table.key} FROM {table.name} AS r LEFT JOIN LATERAL ("
        f" SELECT * FROM {history.name} WHERE pgh_obj_id = r.{table.key} ORDER BY pgh_id DESC LIMIT 1) AS last ON true"
        f" WHERE r.{table.owner} = %(organization)s AND ROW({row}) IS DISTINCT FROM ROW({entry})",
        organization,
    )
    assert not stray, f"the history of {table.name} has not heard of {[key for (key,) in stray]}"


def _ask(sql: str, organization: Organization) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"organization": organization.pk})
        return list(cursor.fetchall())
