"""Counting no further than pages say: above 10,000 a count reads "10,000+" and costs the same in every book."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any, TypeVar

from django.db.models import IntegerField, QuerySet, Subquery

from dunwell.organizations.models import Organization

MOST_COUNTED = 10_000


class RowCount(Subquery):
    """How many rows a query has, as one value of another: an annotation that groups nothing."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


Name = TypeVar("Name", bound=Hashable)


def counts(organization: Organization, queries: Mapping[Name, QuerySet[Any]]) -> dict[Name, int]:
    """How many rows each query has, at most one above MOST_COUNTED, in one statement; what has none is left out.

    Each query counts what it selects: `values("customer").distinct()` counts customers. An index that begins with what
    it filters by keeps it cheap.
    """
    if not queries:
        return {}
    wanted = {f"n_{number}": RowCount(_bounded(rows)) for number, rows in enumerate(queries.values())}
    row = Organization.objects.filter(pk=organization.pk).values_list(*wanted.values()).get()
    return {name: count for name, count in zip(queries, row, strict=True) if count}


def counts_by(
    organization: Organization, rows: QuerySet[Any], field: str, values: Iterable[str], *, of: str = "pk"
) -> dict[str, int]:
    """How many of `rows` have each of the values, the most first; `of="customer"` counts their customers."""
    found = counts(organization, by_value(rows, field, values, of=of))
    return dict(sorted(found.items(), key=lambda entry: (-entry[1], entry[0])))


def by_value(rows: QuerySet[Any], field: str, values: Iterable[str], *, of: str = "pk") -> dict[str, QuerySet[Any]]:
    """What `counts_by` counts, to be counted in one statement with more."""
    queries = {value: rows.filter(**{field: value}).order_by().values(of) for value in values}
    return queries if of == "pk" else {value: found.distinct() for value, found in queries.items()}


def count(rows: QuerySet[Any]) -> int:
    """How many rows, at most one above MOST_COUNTED."""
    return _bounded(rows.order_by()).count()


def _bounded(rows: QuerySet[Any]) -> QuerySet[Any]:
    chosen = rows if rows.query.values_select else rows.values("pk")
    return chosen[: MOST_COUNTED + 1]
