"""Finding rows: by exact number, or by the beginning of each word of a name, an address or a subject."""

from __future__ import annotations

import re

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Q, QuerySet

from dunwell.ledger.models import Contact, Customer, Invoice
from dunwell.ledger.models.customers import CONTACT_WORDS
from dunwell.messaging.models import Message
from dunwell.messaging.models.outbox import MESSAGE_WORDS
from dunwell.organizations.scope import Row, Scope
from dunwell.rules.names import name_key

# An invoice list narrowed by a customer's name looks at so many customers at most.
MOST_CUSTOMERS = 500
# So many rows are found by their words before they are put in order.
MOST_SORTED = 500


def words(text: str) -> list[str]:
    """The words of a search, folded as names are stored; at most six."""
    return re.findall(r"\w+", name_key(text)[:200])[:6]


def beginnings(text: str, *, folded: bool = True) -> SearchQuery | None:
    """The question for rows with a word for each word of `text` that begins so; nothing for a text without words.

    Names are stored `folded`; what is stored as it was written is asked for in both ways.
    """
    as_written = re.findall(r"\w+", text.lower()[:200])[:6]
    ways = {tuple(words(text))} if folded else {tuple(words(text)), tuple(as_written)}
    asked = [" & ".join(f"{word}:*" for word in way) for way in sorted(ways) if way]
    if not asked:
        return None
    return SearchQuery(" | ".join(f"({way})" for way in asked), search_type="raw", config="simple")


def customers_matching(scope: Scope, text: str, customers: QuerySet[Customer]) -> QuerySet[Customer]:
    """Those of `customers` with this number, or with a word in their name for each word of `text`; blank finds all."""
    text = text.strip()
    if not text:
        return customers
    found = scope.rows(Customer).filter(number=text).values("pk")
    query = beginnings(text)
    if query is not None:
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


def customer_ids_matching(scope: Scope, text: str) -> list[int]:
    """At most MOST_CUSTOMERS ids of customers that match."""
    found = customers_matching(scope, text, scope.rows(Customer))
    return list(found.order_by().values_list("pk", flat=True)[:MOST_CUSTOMERS])


def invoices_matching(scope: Scope, text: str, invoices: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """Those of `invoices` with exactly this number, or of a customer that matches; blank finds all."""
    text = text.strip()
    if not text:
        return invoices
    return invoices.filter(Q(number=text) | Q(customer_id__in=customer_ids_matching(scope, text)))


def contacts_matching(scope: Scope, text: str, contacts: QuerySet[Contact]) -> QuerySet[Contact]:
    """Those with a word in their name or address for each word of `text`."""
    query = beginnings(text, folded=False)
    if query is None:
        return contacts.none()
    # The vector is the expression of the index contact_by_word
    return contacts.filter(organization=scope.organization).alias(found_by=CONTACT_WORDS).filter(found_by=query)


def messages_matching(scope: Scope, text: str, messages: QuerySet[Message]) -> QuerySet[Message]:
    """Those with a word in their subject or address for each word of `text`."""
    query = beginnings(text, folded=False)
    if query is None:
        return messages.none()
    # The vector is the expression of the index message_by_word
    return messages.filter(organization=scope.organization).alias(found_by=MESSAGE_WORDS).filter(found_by=query)


def first_of(found: QuerySet[Row], *order: str) -> QuerySet[Row]:
    """The same rows in an order, for a page that shows the first few of them.

    An order and a few tempt the database to read every row in that order until enough have matched: with a rare word
    that is all of them. So the index of words is asked first; only a word that many have is left to that walk, which
    then soon ends where an index has the order.
    """
    some = list(found.order_by().values_list("pk", flat=True)[: MOST_SORTED + 1])
    if len(some) <= MOST_SORTED:
        found = found.model._default_manager.filter(pk__in=some)  # noqa: SLF001 - Django's documented Meta API
    return found.order_by(*order)
