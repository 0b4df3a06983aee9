"""Notices: what one customer receives at once, at hand or just finished."""

from __future__ import annotations

import datetime as dt
from typing import Any

from dunwell.followup.models import NoticeState
from dunwell.insights import notices as insights
from dunwell.messaging.queries.hourly import waiting_for_room
from dunwell.rules.escalation import Tone
from dunwell.rules.permissions import Permission
from dunwell.web import words
from dunwell.web.access import Desk
from dunwell.web.lists.shown import Shown
from dunwell.web.lists.table import Choices, Column, Empty, Filter, Rows, Sort, Table
from dunwell.web.lists.tables import filters
from dunwell.web.lists.tables.followup_bulk import NOTICE_BULK

LAST = "last"
TONES: Choices = tuple((tone.value, words.look("tone", tone.value).word) for tone in Tone)
STATES: Choices = tuple((value, words.look("notice", value).word) for value in NoticeState.values)


def rows(desk: Desk) -> Rows:
    """The notices this person may see."""
    return insights.notices(desk.scope)


def since(desk: Desk, period: str) -> dt.date:
    """The first day of a period: of so many days, or of the last pass."""
    if period.isdigit():
        return desk.today - dt.timedelta(days=int(period) - 1)
    return min(desk.last_run.as_of, desk.today) if desk.last_run else desk.today


def periods(desk: Desk) -> Choices:
    last = "Today" if since(desk, LAST) == desk.today else "Since the last pass"
    return ((LAST, last), ("7", "Last 7 days"), ("30", "Last 30 days"))


def _since(desk: Desk, found: Rows, value: str) -> Rows:
    if desk.request.GET.get("day"):
        return found  # a link to one day says it all
    return insights.at_hand(found, since(desk, value))


def _of_day(_desk: Desk, found: Rows, first: dt.date, last: dt.date) -> Rows:
    # Every state is named, because the index has the state before the day
    return found.filter(state__in=NoticeState.values, as_of__range=(first, last))


def _search(desk: Desk, found: Rows, text: str) -> Rows:
    return insights.of_customers_matching(desk.scope, found, text)


def follow_up(desk: Desk, shown: Shown) -> dict[str, Any]:
    """What the lists of follow-up share: their tabs with counts."""
    period = desk.request.GET.get("period", "")
    first = since(desk, period if period in {"7", "30"} else LAST)
    return {
        "tab": shown.table.name,
        "since": first,
        "for_room": waiting_for_room(desk.scope, desk.now),
        "totals": insights.totals(desk.scope, first),
    }


NOTICES = Table(
    name="followup",
    title="Follow-up",
    one="notice",
    many="notices",
    permission=Permission.READ_NOTICES,
    rows=rows,
    complete=lambda _desk, found: insights.described(found),
    search=_search,
    search_hint="Customer",
    top="web/followup_head.html",
    tabs="web/followup_tabs.html",
    context=follow_up,
    sort="-written",
    bulk=NOTICE_BULK,
    columns=(
        Column(
            "customer",
            "Customer",
            "web/cells/notice_customer.html",
            files=(("customer", lambda row: row.customer.name), ("recipient", lambda row: row.recipient)),
            sort=Sort(("customer__name_key",)),
        ),
        Column("step", "Step", "web/cells/step.html", files=(("step", lambda row: row.step.name),), css="nowrap"),
        Column("tone", "Tone", "web/cells/tone.html", files=(("tone", lambda row: row.tone),), css="wide-only"),
        Column(
            "invoices",
            "Invoices",
            "web/cells/notice_invoices.html",
            files=(("invoices", lambda row: row.invoices),),
            css="num wide-only",
        ),
        Column(
            "amount",
            "Asks for",
            "web/cells/notice_amount.html",
            files=(("currency", lambda row: row.currency), ("amount", lambda row: row.amount)),
            sort=Sort(("amount",), starts_down=True),
            css="num strong end",
        ),
        Column(
            "state",
            "State",
            "web/cells/notice_state.html",
            files=(("state", lambda row: row.state), ("called_back_because", lambda row: row.cancel_reason)),
            css="end",
        ),
        Column(
            "window",
            "Goes",
            "web/cells/notice_window.html",
            files=(
                ("opens_at", lambda row: row.opens_at),
                ("sent_at", lambda row: row.changed_at if row.state == NoticeState.SENT else None),
            ),
            sort=Sort(("opens_at",)),
            css="quiet",
        ),
        Column(
            "subject",
            "Subject",
            "web/cells/subject.html",
            files=(("subject", lambda row: row.subject),),
            css="span",
            shown=False,
        ),
        Column(
            "written",
            "Written",
            "web/cells/written.html",
            files=(("written_at", lambda row: row.created_at),),
            sort=Sort(("pk",), starts_down=True),
            css="quiet wide-only",
            shown=False,
        ),
    ),
    filters=(
        filters.of_choices(
            "state", "State", STATES, lambda _desk, found, value: found.filter(state=value), anything="Any state"
        ),
        filters.of_choices(
            "needs",
            "Whose turn",
            (("person", "For a person"),),
            lambda desk, found, _value: insights.only_stuck(desk.scope, found),
            anything="Anybody’s turn",
        ),
        Filter("period", "Period", _since, periods, default=LAST),
        filters.of_choices(
            "tone", "Tone", TONES, lambda _desk, found, value: found.filter(tone=value), anything="Any tone"
        ),
        filters.on_days("day", "Written for", _of_day),
        filters.OF_CUSTOMER,
    ),
    empty=Empty(
        symbol="send",
        title="No notices today",
        text="The morning’s pass writes a notice for each customer with a step due. What is due and cannot go is "
        "listed under Waiting, with the reason.",
        fits_none="No notice fits",
        hint="Nothing at hand has this state, tone and customer.",
    ),
)
