"""What happened because of a hold: which steps wait for it, which went after it, which ended while it stood."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from dunwell.followup.models import Action, ActionState
from dunwell.ledger.models import Hold
from dunwell.organizations.scope import Scope
from dunwell.rules.waiting import Final, Waiting

MOST_STEPS = 20
ENDED = (Final.SUPERSEDED, Final.PAID, Final.WRITTEN_OFF, Final.VOID, Final.MISSED)


@dataclass(frozen=True)
class Effect:
    """Steps of the held invoices whose day came while it stood: the newest, `MOST_STEPS` of a kind.

    `waits`: held now. `went`: sent when it was over. `ended`: never sent, as something else came first.
    """

    waits: tuple[Action, ...] = ()
    went: tuple[Action, ...] = ()
    ended: tuple[Action, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.waits or self.went or self.ended)


def end_of(hold: Hold) -> dt.date | None:
    """The first day on which it stands no more; None: it has no end."""
    return min((day for day in (hold.ends_on, hold.released_on) if day is not None), default=None)


def effect_of(scope: Scope, hold: Hold, as_of: dt.date) -> Effect:
    """Read from the steps themselves: one whose day lies in the hold could not go until its end."""
    ends_on = end_of(hold)
    found = scope.rows(Action).filter(customer_id=hold.customer_id)
    if hold.invoice_id is not None:
        found = found.filter(invoice_id=hold.invoice_id)
    found = found.select_related("step", "invoice").order_by("-step_day", "-pk")
    stands = hold.starts_on <= as_of and (ends_on is None or ends_on > as_of)
    came = Q(step_day__gte=hold.starts_on)
    if ends_on is not None:
        came &= Q(step_day__lt=ends_on)
    waits = found.filter(state=ActionState.WAITING, reason=Waiting.HELD.value) if stands else found.none()
    after = Q(done_on__gte=ends_on) if ends_on is not None else Q(done_on__gt=as_of)
    ended = found.filter(came, state=ActionState.FINAL, reason__in=ENDED)
    return Effect(
        tuple(waits[:MOST_STEPS]),
        tuple(found.filter(came & after, state=ActionState.DONE)[:MOST_STEPS]),
        tuple(ended[:MOST_STEPS]),
    )


def with_effects(scope: Scope, holds: Iterable[Hold], as_of: dt.date) -> list[Hold]:
    """The holds, each with its `effect`, for the cards that show them."""
    found = list(holds)
    for hold in found:
        hold.effect = effect_of(scope, hold, as_of)  # type: ignore[attr-defined]
    return found
