"""What a notice names besides its invoices: asked for only where a text speaks of it, or a step sends a copy."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from dunwell.followup.sql import statement
from dunwell.ledger.models import Hold, HoldReason
from dunwell.messaging.channels.port import Copy
from dunwell.messaging.rendering import AccountManagerFacts, PromiseFacts
from dunwell.rules.channels import Channel

OWNER, DECISION_MAKER, BALANCES, PROMISE = "owner", "decision_maker", "balances", "promise"
# A digest of all that is open and what holds it: of a notice that speaks of more than its own invoices
ACCOUNT = "account"
# By the path of the tag that speaks of it
OF_TAGS = {
    "account_manager.name": OWNER,
    "account_manager.email": OWNER,
    "balance_by_currency": BALANCES,
    "promise.made_on": PROMISE,
    "promise.pay_on": PROMISE,
}


def who_promised(organization_id: int, customers: Collection[int]) -> set[int]:
    """Those of the customers who ever promised something: few, while every shipped reminder speaks of it."""
    promises = Hold.objects.filter(
        organization_id=organization_id, customer_id__in=list(customers), reason=HoldReason.PROMISE
    )
    return set(promises.values_list("customer_id", flat=True))


def wanted_by(tags: Collection[str], leading: Any, promised: Collection[int], *, statement: bool = False) -> list[str]:
    """Which of them the text with these tags, and the step of the row `leading`, ask for; in a fixed order.

    Only of the customers in `promised` there can be a promise: the others are not asked about, neither now nor in each
    check before sending. One that is entered later has the notice written anew, as any change of the customer has.
    `statement`: a statement of account goes along, so that the notice rests on the whole account.
    """
    wanted = {OF_TAGS[tag] for tag in tags if tag in OF_TAGS}
    if leading.customer_id not in promised:
        wanted.discard(PROMISE)
    if statement or BALANCES in wanted:
        wanted.add(ACCOUNT)
    if leading.channel != Channel.EMAIL:
        return sorted(wanted)  # copies are e-mails
    if leading.copy_to_owner:
        wanted.add(OWNER)
    if leading.copy_to_decision_maker:
        wanted.add(DECISION_MAKER)
    return sorted(wanted)


@dataclass(frozen=True)
class SideFacts:
    """The answers; empty where there is none, or nobody asked."""

    owner: AccountManagerFacts | None = None
    decision_maker: tuple[str, str] | None = None
    balances: tuple[tuple[str, Decimal], ...] = ()
    promise: PromiseFacts | None = None

    def copies(self, leading: Any) -> list[Copy]:
        """Who gets a copy of the e-mail that the step of `leading` sends to its contact, each address once.

        The decision maker is seen by the contact; our own account manager is not.
        """
        if leading.channel != Channel.EMAIL:
            return []
        copies = []
        if leading.copy_to_decision_maker and self.decision_maker is not None:
            name, address = self.decision_maker
            copies.append(Copy(address, name, DECISION_MAKER))
        if leading.copy_to_owner and self.owner is not None:
            copies.append(Copy(self.owner.email, self.owner.name, OWNER, hidden=True))
        by_address = {copy.address.casefold(): copy for copy in reversed(copies)}
        by_address.pop(leading.address.casefold(), None)
        return [copy for copy in copies if by_address.get(copy.address.casefold()) is copy]


NOTHING = SideFacts()


def read(stored: str | None) -> SideFacts:
    """From what `followup_side_facts` answers."""
    if not stored:
        return NOTHING
    found = json.loads(stored)
    owner, person, promise = found.get(OWNER), found.get(DECISION_MAKER), found.get(PROMISE)
    return SideFacts(
        owner=AccountManagerFacts(owner["name"], owner["email"]) if owner else None,
        decision_maker=(person["name"], person["email"]) if person else None,
        balances=tuple((currency, Decimal(amount)) for currency, amount in sorted(found.get(BALANCES, {}).items())),
        promise=PromiseFacts(dt.date.fromisoformat(promise["made_on"]), dt.date.fromisoformat(promise["pay_on"]))
        if promise
        else None,
    )


def side_facts_of(
    organization_id: int, customer_id: int, invoice_ids: Collection[int], as_of: dt.date, tags: Collection[str]
) -> SideFacts:
    """What a text with these tags says about one customer, for whoever tries it out."""
    wanted = sorted({OF_TAGS[tag] for tag in tags if tag in OF_TAGS})
    if not wanted:
        return NOTHING
    with connection.cursor() as cursor:
        cursor.execute(
            statement("side_facts"),
            {
                "organization": organization_id,
                "customer": customer_id,
                "invoices": list(invoice_ids),
                "as_of": as_of,
                "wanted": wanted,
            },
        )
        return read(cursor.fetchone()[0])
