"""Finding rows: by exact number, or by the beginning of each word of a name, an address or a subject."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import cast

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import connection
from django.db.models import F, Q, QuerySet

from dunwell.ledger.models import Contact, Customer, Invoice
from dunwell.ledger.models.customers import CONTACT_WORDS, CUSTOMER_WORDS
from dunwell.messaging.models import Message
from dunwell.organizations.scope import Row, Scope
from dunwell.rules.names import name_key

# Kept beside the messages by the database; with names and contacts it is an expression
MESSAGE_WORDS = F("words__words")

# An invoice list narrowed by a customer's name looks at so many customers at most.
MOST_CUSTOMERS = 500
# So many rows are found by their words before anything else is asked of them.
MOST_FOUND = 500
# A word is common when so many of the first rows have it.
FIRST_ROWS, COMMON = 300, 11


def words(text: str) -> list[str]:
    """The words of a search, folded as names are stored; at most six."""
    return re.findall(r"\w+", name_key(text)[:200])[:6]


def beginnings(text: str, *, folded: bool = True) -> str:
    """The question for rows with a word for each word of `text` that begins so; empty for a text without words.

    Names are stored `folded`; what is stored as it was written is asked for in both ways.
    """
    as_written = re.findall(r"\w+", text.lower()[:200])[:6]
    ways = {tuple(words(text))} if folded else {tuple(words(text)), tuple(as_written)}
    asked = [" & ".join(f"{word}:*" for word in way) for way in sorted(ways) if way]
    return " | ".join(f"({way})" for way in asked)


def customers_matching(scope: Scope, text: str, customers: QuerySet[Customer]) -> QuerySet[Customer]:
    """Those of `customers` with this number, or with a word in their name for each word of `text`; blank finds all."""
    text = text.strip()
    if not text:
        return customers
    asked = beginnings(text)
    by_name = Q(pk__in=[])
    if asked:
        customers, by_name = _with_words(customers, scope.rows(Customer), CUSTOMER_WORDS, asked, "name_key", "pk")
    numbered = scope.rows(Customer).filter(number=text).values_list("pk", flat=True)[:1]
    # One more id, where there is one: an OR with the number itself would read every customer
    return customers.filter(by_name | Q(pk__in=list(numbered)) if numbered else by_name)


def _with_words(
    rows: QuerySet[Row], whole: QuerySet[Row], vector: SearchVector | F, asked: str, *order: str
) -> tuple[QuerySet[Row], Q]:
    """`rows`, and the condition that they have the words; the vector is that of an index of words.

    The database cannot know how many rows have a beginning of a word, and takes one way for all. An order and a few
    tempt it to read every row in that order until enough have fitted, which is right for a word that many have and
    reads everything for a rare one; by the index of words it is the other way round. So the first rows of `whole` in an
    order that has an index say which it is, and what few have is found before anything else is asked.
    """
    query = SearchQuery(asked, search_type="raw", config="simple")
    found = whole.alias(found_by=vector).filter(found_by=query).order_by()
    if _is_common(whole, vector, asked, order):
        return cast("QuerySet[Row]", rows.alias(found_by=vector)), Q(found_by=query)
    some = list(found.values_list("pk", flat=True)[: MOST_FOUND + 1])
    return rows, Q(pk__in=some if len(some) <= MOST_FOUND else found.values("pk"))


def _is_common(whole: QuerySet[Row], vector: SearchVector | F, asked: str, order: Sequence[str]) -> bool:
    first = whole.annotate(found_by=vector).order_by(*order).values("found_by")[:FIRST_ROWS]
    rows, parameters = first.query.sql_with_params()
    # Beyond its limit the database does not see through: the words of these rows are read, whatever index there is
    sql = f"SELECT count(*) FROM ({rows}) AS first WHERE found_by @@ to_tsquery('simple', %s)"  # noqa: S608 - Django's own SQL
    with connection.cursor() as cursor:
        cursor.execute(sql, [*parameters, asked])
        (fitting,) = cursor.fetchone()
    return bool(fitting >= COMMON)


def customer_ids_matching(scope: Scope, text: str) -> list[int]:
    """At most MOST_CUSTOMERS ids of customers that match, the first by name."""
    found = customers_matching(scope, text, scope.rows(Customer))
    return list(found.order_by("name_key", "pk").values_list("pk", flat=True)[:MOST_CUSTOMERS])


def invoices_matching(scope: Scope, text: str, invoices: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """Those of `invoices` with exactly this number, or of a customer that matches; blank finds all."""
    text = text.strip()
    if not text:
        return invoices
    return invoices.filter(Q(number=text) | Q(customer_id__in=customer_ids_matching(scope, text)))


def contacts_matching(scope: Scope, text: str, contacts: QuerySet[Contact]) -> QuerySet[Contact]:
    """Those with a word in their name or address for each word of `text`."""
    asked = beginnings(text, folded=False)
    if not asked:
        return contacts.none()
    contacts, fits = _with_words(contacts, scope.rows(Contact), CONTACT_WORDS, asked, "pk")
    return contacts.filter(fits)


def messages_matching(scope: Scope, text: str, messages: QuerySet[Message]) -> QuerySet[Message]:
    """Those with a word in their subject or address for each word of `text`."""
    asked = beginnings(text, folded=False)
    if not asked:
        return messages.none()
    messages, fits = _with_words(messages, scope.rows(Message), MESSAGE_WORDS, asked, "-pk")
    return messages.filter(fits)
