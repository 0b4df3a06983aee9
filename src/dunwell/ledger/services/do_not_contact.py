"""The list of addresses that nothing more goes to: what the database does not see by itself, and lifting.

Triggers keep the list from what contacts say and servers refuse (`models/do_not_contact.py`). Here is the rest: words
that come from an address which is no contact's any more, and a person who takes an address off the list.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import connection, transaction

from dunwell.ledger.models import DoNotContact, Said, WhyNot
from dunwell.ledger.models.do_not_contact import RESTORING
from dunwell.ledger.queries.do_not_contact import without_contact
from dunwell.organizations.models import Organization, User
from dunwell.organizations.recording import recorded

_WORDS = 300


@contextmanager
def restoring() -> Iterator[None]:
    """Inside, rows come back as the history has them, the list among them: nothing follows from them once more.

    Inside a transaction; one that is rolled back ends this by itself.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, 'on', true)", [RESTORING])
    yield
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, 'off', true)", [RESTORING])


def keep_words_of_nobody(
    *, organization_id: int, address: str, channel: str, said: str, source: str, now: dt.datetime, detail: str
) -> None:
    """Somebody whom the book does not know (any more) opts out, or agrees again."""
    found = DoNotContact.objects.filter(
        organization_id=organization_id, address=address.lower(), channel=channel, why=WhyNot.OPTED_OUT
    )
    if said == Said.AGREED:
        found.delete()
        return
    DoNotContact.objects.update_or_create(
        organization_id=organization_id,
        address=address.lower(),
        channel=channel,
        why=WhyNot.OPTED_OUT,
        defaults={"since": now, "source": source, "detail": detail[:_WORDS]},
    )


def keep_refusal_of_nobody(
    *, organization_id: int, address: str, channel: str, source: str, now: dt.datetime, detail: str
) -> None:
    """A server refuses an address that was a contact's when the message was written."""
    DoNotContact.objects.get_or_create(
        organization_id=organization_id,
        address=address.lower(),
        channel=channel,
        why=WhyNot.REFUSED,
        defaults={"since": now, "source": source, "detail": detail[:_WORDS]},
    )


@transaction.atomic
def lift(*, organization: Organization, ids: Sequence[int], by: User) -> int:
    """A person says that these addresses may be used again when somebody comes with them; how many were lifted.

    One that a contact has now is left as it is: it is settled with that contact, where everybody sees who said so.
    """
    with recorded(user=by.pk, action="lift do not contact"):
        found = without_contact(DoNotContact.objects.filter(organization=organization, pk__in=ids))
        lifted, _ = DoNotContact.objects.filter(pk__in=list(found.values_list("pk", flat=True))).delete()
    return lifted
