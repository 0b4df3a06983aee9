"""Finding customers and invoices: by exact number, or by the beginning of each word of a customer's name."""

from __future__ import annotations

import re

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Q, QuerySet

from dunwell.ledger.models import Customer, Invoice
from dunwell.organizations.scope import Scope
from dunwell.rules.names import name_key

# An invoice list narrowed by a customer's name looks at so many customers at most.
MOST_CUSTOMERS = 500


def words(text: str) -> list[str]:
    """The words of a search, folded as names are stored; at most six."""
    return re.findall(r"\w+", name_key(text)[:200])[:6]


def customers_matching(scope: Scope, text: str, customers: QuerySet[Customer]) -> QuerySet[Customer]:
    """Those of `customers` with this number, or with a word in their name for each word of `text`; blank finds all."""
    text = text.strip()
    if not text:
        return customers
    found = scope.rows(Customer).filter(number=text).values("pk")
    prefixes = words(text)
    if prefixes:
        query = SearchQuery(" & ".join(f"{word}:*" for word in prefixes), search_type="raw", config="simple")
        # A union, because an OR of the two would read every customer
        found = found.union(_by_name(scope, query))
    return customers.filter(pk__in=found)


def _by_name(scope: Scope, query: SearchQuery) -> QuerySet[Customer]:
    # The vector is the expression of the index customer_by_word; keep both the same.
    return (
        scope.rows(Customer)
        .annotate(name_words=SearchVector("name_key", config="simple"))
        .filter(name_words=query)
        .values("pk")  # type: ignore[return-value]
    )


def invoices_matching(scope: Scope, text: str, invoices: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """Those of `invoices` with exactly this number, or of a customer that matches; blank finds all."""
    text = text.strip()
    if not text:
        return invoices
    found = customers_matching(scope, text, scope.rows(Customer))
    customer_ids = list(found.order_by().values_list("pk", flat=True)[:MOST_CUSTOMERS])
    return invoices.filter(Q(number=text) | Q(customer_id__in=customer_ids))
