"""Messages: the outbox, one row for each delivery."""

from __future__ import annotations

from dunwell.insights import messages as insights
from dunwell.insights.search import messages_matching
from dunwell.messaging.models import MessageState
from dunwell.rules.permissions import Permission
from dunwell.web import words
from dunwell.web.access import Desk
from dunwell.web.lists.table import Choices, Column, Empty, Rows, Sort, Table
from dunwell.web.lists.tables import filters
from dunwell.web.lists.tables.invoices import CUSTOMER
from dunwell.web.lists.tables.message_bulk import MESSAGE_BULK
from dunwell.web.lists.tables.notices import follow_up

UNDELIVERED = "undelivered"
STATES: Choices = (
    *((name, look.word) for name, look in words.LOOKS["message"].items()),
    (UNDELIVERED, "Failed or uncertain"),
)


def rows(desk: Desk) -> Rows:
    """The messages this person may see."""
    return insights.messages(desk.scope)


def _of_state(_desk: Desk, found: Rows, value: str) -> Rows:
    if value == UNDELIVERED:
        return found.filter(state__in=(MessageState.FAILED, MessageState.UNCERTAIN))
    return found.filter(state=value)


def _search(desk: Desk, found: Rows, text: str) -> Rows:
    return messages_matching(desk.scope, text, found)


MESSAGES = Table(
    name="messages",
    title="Messages",
    one="message",
    many="messages",
    permission=Permission.READ_NOTICES,
    place="followup",
    rows=rows,
    complete=lambda _desk, found: found.select_related("customer"),
    search=_search,
    search_hint="Recipient or subject",
    top="web/followup_head.html",
    tabs="web/followup_tabs.html",
    context=follow_up,
    sort="-queued",
    bulk=MESSAGE_BULK,
    columns=(
        Column(
            "recipient",
            "To",
            "web/cells/message_recipient.html",
            files=(("recipient", lambda row: row.recipient), ("recipient_name", lambda row: row.recipient_name)),
        ),
        CUSTOMER,
        Column(
            "subject",
            "Subject",
            "web/cells/subject.html",
            files=(("subject", lambda row: row.subject),),
            css="span",
        ),
        Column(
            "state",
            "State",
            "web/cells/message_state.html",
            files=(
                ("state", lambda row: row.state),
                ("error", lambda row: row.last_error),
                ("cancelled_because", lambda row: row.cancel_reason),
            ),
            css="end",
        ),
        Column(
            "attempts",
            "Attempts",
            "web/cells/message_attempts.html",
            files=(("attempts", lambda row: row.attempts),),
            css="num wide-only",
        ),
        Column(
            "finished",
            "When",
            "web/cells/message_when.html",
            files=(("next_attempt_at", lambda row: row.next_attempt_at), ("finished_at", lambda row: row.finished_at)),
            css="quiet",
        ),
        Column(
            "queued",
            "Queued",
            "web/cells/written.html",
            files=(("queued_at", lambda row: row.created_at),),
            sort=Sort(("pk",), starts_down=True),
            css="quiet wide-only",
            shown=False,
        ),
    ),
    filters=(
        filters.of_choices("state", "State", STATES, _of_state, anything="Any state"),
        filters.on_days("ended", "Ended", filters.by_moment("finished_at")),
        filters.OF_CUSTOMER,
    ),
    empty=Empty(
        symbol="mail",
        title="Nothing was queued yet",
        text="Each mail that is to go has a row here: where it goes, how far it is, and what the server said.",
        fits_none="No message fits",
        hint="Search finds the beginnings of words in addresses and subjects.",
    ),
)
