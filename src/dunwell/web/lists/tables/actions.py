"""Steps that are due and wait, and steps that ended without being sent; each with its reason."""

from __future__ import annotations

from typing import Any

from dunwell.insights import notices as insights
from dunwell.rules.permissions import Permission
from dunwell.web import waiting_actions, words
from dunwell.web.access import Desk
from dunwell.web.lists.shown import Shown
from dunwell.web.lists.table import Choices, Column, Empty, Filter, Rows, Sort, Table
from dunwell.web.lists.tables import filters
from dunwell.web.lists.tables.followup_bulk import WAITING_BULK
from dunwell.web.lists.tables.notices import LAST, follow_up, periods, since
from dunwell.web.templatetags.figures import counted


def waiting_rows(desk: Desk) -> Rows:
    """The waiting steps this person may see."""
    return insights.waiting(desk.scope)


def ended_rows(desk: Desk) -> Rows:
    """The steps that ended unsent that this person may see."""
    return insights.ended(desk.scope)


def _search(desk: Desk, found: Rows, text: str) -> Rows:
    return insights.actions_matching(desk.scope, found, text)


def _reasons(counts: dict[str, int]) -> Choices:
    return [(reason, f"{words.reason_name(reason)} ({counted(count)})") for reason, count in counts.items()]


def _reason(choices: Any) -> Filter:
    return Filter(
        "reason",
        "Reason",
        lambda _desk, found, value: found.filter(reason=value),
        choices,
        lambda _desk, value: words.REASON_NAMES.get(value, ""),
        anything="Any reason",
    )


def _context(desk: Desk, shown: Shown) -> dict[str, Any]:
    return {**follow_up(desk, shown), "reason": shown.value("reason"), "asks": waiting_actions.what_happens(desk)}


CUSTOMER = Column(
    "customer",
    "Customer",
    "web/cells/action_customer.html",
    files=(("customer", lambda row: row.customer.name),),
    sort=Sort(("customer__name_key",)),
)
INVOICE = Column(
    "invoice",
    "Invoice",
    "web/cells/action_invoice.html",
    files=(("invoice", lambda row: row.invoice.number),),
    css="end nowrap",
)
STEP = Column("step", "Step", "web/cells/step.html", files=(("step", lambda row: row.step.name),))
DAY = Column(
    "day",
    "Fell due",
    "web/cells/action_day.html",
    files=(("fell_due_on", lambda row: row.step_day),),
    sort=Sort(("step_day",)),
    css="quiet end",
)
BALANCE = Column(
    "balance",
    "Balance",
    "web/cells/action_balance.html",
    files=(("currency", lambda row: row.invoice.currency), ("balance", lambda row: row.invoice.balance)),
    css="num",
    shown=False,
)
WHY = Column(
    "why",
    "Why",
    "web/cells/action_reason.html",
    files=(("reason", lambda row: row.reason), ("why", lambda row: row.detail or words.explain(row.reason))),
)

WAITING = Table(
    name="followup_waiting",
    title="Waiting",
    one="step",
    many="steps",
    permission=Permission.READ_NOTICES,
    place="followup",
    rows=waiting_rows,
    complete=lambda _desk, found: found.select_related("customer", "invoice", "step"),
    search=_search,
    search_hint="Customer or invoice number",
    top="web/followup_head.html",
    tabs="web/followup_tabs.html",
    below="web/waiting_dialogs.html",
    context=_context,
    sort="day",
    bulk=WAITING_BULK,
    columns=(
        CUSTOMER,
        INVOICE,
        STEP,
        DAY,
        BALANCE,
        WHY,
        Column(
            "recheck",
            "Until",
            "web/cells/action_until.html",
            files=(("until", lambda row: row.recheck_on),),
            sort=Sort(("recheck_on",)),
            css="end nowrap",
        ),
        Column(
            "act",
            "What to do",
            "web/cells/action_buttons.html",
            css="span row-buttons",
            permission=Permission.EDIT_NOTICES,
        ),
    ),
    filters=(
        _reason(lambda desk: _reasons(insights.waiting_counts(desk.scope))),
        filters.OF_CUSTOMER,
    ),
    empty=Empty(
        symbol="circle-check",
        title="Nothing waits",
        text="Every step that is due is on its way or done.",
        fits_none="No step fits",
        hint="Nothing here has this reason and customer.",
    ),
)

ENDED = Table(
    name="followup_ended",
    title="Ended",
    one="step",
    many="steps",
    permission=Permission.READ_NOTICES,
    place="followup",
    rows=ended_rows,
    complete=lambda _desk, found: found.select_related("customer", "invoice", "step"),
    search=_search,
    search_hint="Customer or invoice number",
    top="web/followup_head.html",
    tabs="web/followup_tabs.html",
    context=_context,
    sort="day",
    columns=(
        CUSTOMER,
        INVOICE,
        STEP,
        DAY,
        BALANCE,
        WHY,
        Column(
            "when",
            "When",
            "web/cells/action_when.html",
            files=(("ended_at", lambda row: row.changed_at),),
            css="end",
        ),
    ),
    filters=(
        _reason(lambda desk: _reasons(_ended_counts(desk))),
        Filter(
            "period",
            "Period",
            lambda desk, found, value: insights.ended_since(desk.scope, found, since(desk, value)),
            periods,
            default=LAST,
        ),
        filters.OF_CUSTOMER,
    ),
    empty=Empty(
        symbol="circle-check",
        title="Nothing ended without sending",
        text="Steps that end without being sent are listed here with their reason: paid first, a later step took "
        "its place, taken out by a person.",
        fits_none="No step fits",
        hint="Nothing in this time has this reason and customer.",
    ),
)


def _ended_counts(desk: Desk) -> dict[str, int]:
    period = desk.request.GET.get("period", LAST)
    return insights.ended_counts(desk.scope, since(desk, period))
