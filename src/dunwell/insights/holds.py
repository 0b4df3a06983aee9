"""What happened because of a hold: which steps wait for it, which went after it, which ended while it stood."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Least

from dunwell.followup.models import Action, ActionState
from dunwell.ledger.models import Hold
from dunwell.organizations.scope import Scope
from dunwell.rules.calendars import ONE_DAY
from dunwell.rules.waiting import Final, Waiting

NEVER = dt.date.max
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


def effects_of(scope: Scope, holds: Iterable[Hold], as_of: dt.date) -> dict[int, Effect]:
    """What each of the holds did, by its key. Read from the steps: one whose day lies in it could not go until its end.

    Two queries for any number of holds.
    """
    steps = scope.rows(Action).filter(
        # A hold without an invoice is one on all of the customer's
        customer=OuterRef("customer"),
        invoice=Coalesce(OuterRef("invoice"), F("invoice")),
    )
    came = steps.filter(step_day__gte=OuterRef("starts_on"), step_day__lt=Coalesce(OuterRef("over_on"), Value(NEVER)))
    went_from = Coalesce(OuterRef("over_on"), Value(as_of + ONE_DAY))
    rows = (
        scope.rows(Hold)
        .filter(pk__in=[hold.pk for hold in holds])
        .annotate(over_on=Least("ends_on", "released_on"))
        .annotate(
            stands=Q(starts_on__lte=as_of) & (Q(over_on=None) | Q(over_on__gt=as_of)),
            waits=_newest(steps.filter(state=ActionState.WAITING, reason=Waiting.HELD.value)),
            went=_newest(came.filter(state=ActionState.DONE, done_on__gte=went_from)),
            ended=_newest(came.filter(state=ActionState.FINAL, reason__in=ENDED)),
        )
        .values_list("pk", "stands", "waits", "went", "ended")
    )
    found = {pk: (waits if stands else [], went, ended) for pk, stands, waits, went, ended in rows}
    keys = {key for kinds in found.values() for kind in kinds for key in kind}
    actions = scope.rows(Action).select_related("step", "invoice").in_bulk(keys)
    return {pk: Effect(*(tuple(actions[key] for key in kind) for kind in kinds)) for pk, kinds in found.items()}


def _newest(steps: QuerySet[Action]) -> ArraySubquery:
    return ArraySubquery(steps.order_by("-step_day", "-pk").values("pk")[:MOST_STEPS])


def with_effects(scope: Scope, holds: Iterable[Hold], as_of: dt.date) -> list[Hold]:
    """The holds, each with its `effect`, for the cards that show them."""
    found = list(holds)
    effects = effects_of(scope, found, as_of) if found else {}
    for hold in found:
        hold.effect = effects[hold.pk]  # type: ignore[attr-defined]
    return found
