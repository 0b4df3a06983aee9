"""History is only added to (design, section 5, number 9)."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from dunwell.organizations.history import history_models, table_of
from dunwell.organizations.models import Organization
from tests import worlds

TABLES = [table_of(model) for model in history_models()]


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
def test_nothing_empties_a_history_table(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL dunwell.history_may_be_emptied = ''")
        with pytest.raises(DatabaseError, match="History is only added to"), transaction.atomic():
            cursor.execute(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize("statement", ["UPDATE {} SET pgh_label = 'forged'", "DELETE FROM {}"])
def test_nothing_changes_what_is_written(organization: Organization, statement: str) -> None:
    organization.name = "Renamed"
    organization.save()
    customer = worlds.make_customer(organization)
    worlds.make_payment(customer, 5, towards=worlds.make_invoice(customer))
    with connection.cursor() as cursor:
        for table in ("organizations_organizationevent", "ledger_paymentevent", "ledger_customerevent"):
            with pytest.raises(DatabaseError, match=r"Cannot (update|delete)"), transaction.atomic():
                cursor.execute(statement.format(table))
