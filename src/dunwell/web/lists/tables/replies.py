"""Replies: what customers answered, and what was done about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q

from dunwell.insights import replies as insights
from dunwell.insights.search import customers_matching
from dunwell.ledger.models import Customer
from dunwell.messaging.models import Reply
from dunwell.messaging.services.replies import dealt_with
from dunwell.rules.permissions import Permission
from dunwell.web import words
from dunwell.web.access import Desk
from dunwell.web.lists.table import Bulk, Choices, Column, Effect, Empty, Outcome, Rows, Sort, Table
from dunwell.web.lists.tables import filters
from dunwell.web.lists.tables.customer_bulk import left_out
from dunwell.web.lists.tables.notices import follow_up

OPEN, DONE, ALL = "open", "done", "all"
STATES: Choices = ((OPEN, "To be dealt with"), (DONE, "Dealt with"), (ALL, "All"))
MEANINGS: Choices = (("stop", "Stop"), ("start", "Start"), ("other", "In their own words"))


def rows(desk: Desk) -> Rows:
    """The replies this person may see."""
    return insights.replies(desk.scope)


def state_of(reply: Reply) -> str:
    """What was done about a reply, as `words.LOOKS["reply"]` names it."""
    if reply.meaning:
        return reply.meaning
    if reply.dealt_with_at is not None:
        return "done"
    return "later" if reply.look_again_on is not None else "open"


def _of_state(_desk: Desk, found: Rows, value: str) -> Rows:
    return found if value == ALL else found.filter(dealt_with_at__isnull=value == OPEN)


def _of_meaning(_desk: Desk, found: Rows, value: str) -> Rows:
    return found.filter(meaning="" if value == "other" else value)


def _search(desk: Desk, found: Rows, text: str) -> Rows:
    theirs = customers_matching(desk.scope, text, desk.scope.rows(Customer))
    return found.filter(Q(customer__in=theirs) | Q(sender__contains=text.strip()) | Q(body__icontains=text.strip()))


def _add(_desk: Desk, found: Sequence[Any]) -> None:
    for reply in found:
        reply.state = state_of(reply)


def _done_effects(_desk: Desk, found: Rows) -> Sequence[Effect]:
    return (
        Effect(found.filter(dealt_with_at=None).count(), "off the worklist; nothing else changes", "good"),
        Effect(found.exclude(dealt_with_at=None).count(), "dealt with already: left as they are"),
    )


def _done(desk: Desk, ids: list[int], answers: dict[str, Any]) -> Outcome:
    del answers
    own = list(rows(desk).filter(pk__in=ids).values_list("pk", flat=True))
    done = dealt_with(organization=desk.organization, reply_ids=own, by=desk.user, now=desk.now)
    return left_out(done, len(ids), "they were dealt with already")


REPLIES = Table(
    name="replies",
    title="Replies",
    one="reply",
    many="replies",
    permission=Permission.READ_NOTICES,
    place="followup",
    rows=rows,
    complete=lambda _desk, found: found.select_related("customer", "contact", "dealt_with_by"),
    add=_add,
    search=_search,
    search_hint="Customer, number or words",
    top="web/followup_head.html",
    tabs="web/followup_tabs.html",
    context=follow_up,
    sort="-received",
    bulk=(
        Bulk(
            name="done",
            label="Dealt with",
            icon="check",
            permission=Permission.DO_TASKS,
            title="Dealt with",
            button="They are dealt with",
            effects=_done_effects,
            act=_done,
            only_first=True,
        ),
    ),
    columns=(
        Column(
            "sender",
            "From",
            "web/cells/reply_sender.html",
            files=(
                ("from", lambda row: row.sender),
                ("contact", lambda row: row.contact.name if row.contact else ""),
                ("customer", lambda row: row.customer.name if row.customer else ""),
            ),
        ),
        Column(
            "body", "What they wrote", "web/cells/reply_body.html", files=(("text", lambda row: row.body),), css="span"
        ),
        Column(
            "state",
            "What was done",
            "web/cells/reply_state.html",
            files=(
                ("state", lambda row: words.look("reply", state_of(row)).word),
                ("dealt_with_at", lambda row: row.dealt_with_at),
                ("dealt_with_by", lambda row: str(row.dealt_with_by or "")),
            ),
            css="end",
        ),
        Column(
            "received",
            "When",
            "web/cells/reply_when.html",
            files=(("received_at", lambda row: row.received_at),),
            sort=Sort(("received_at", "pk"), starts_down=True),
            css="quiet",
        ),
    ),
    filters=(
        filters.of_choices("state", "State", STATES, _of_state, default=OPEN),
        filters.of_choices("meaning", "Meaning", MEANINGS, _of_meaning, anything="Anything"),
        filters.on_days("received", "Received", filters.by_moment("received_at")),
        filters.OF_CUSTOMER,
    ),
    empty=Empty(
        symbol="message",
        title="Nobody has answered yet",
        text="What customers answer to an SMS comes here, and stays on the worklist until somebody has dealt with it. "
        "STOP and START count by themselves.",
        fits_none="Nothing to deal with",
        hint="Choose “All” under State for what was dealt with.",
    ),
)
