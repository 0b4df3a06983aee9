"""The worklist: calls, internal tasks, cases and whatever else only a person can move on, the most urgent first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from dunwell.followup.models import WorkItem, WorkKind
from dunwell.followup.models.cases import PRIORITIES
from dunwell.followup.queries import worklist as queries
from dunwell.followup.queries.cases import rules_in_words
from dunwell.insights.search import customers_matching
from dunwell.ledger.models import Customer
from dunwell.rules.cases import PRIORITY_NAMES
from dunwell.rules.permissions import Permission
from dunwell.web import words
from dunwell.web.access import Desk
from dunwell.web.lists.shown import Shown
from dunwell.web.lists.table import Column, Empty, Filter, Rows, Sort, Table
from dunwell.web.lists.tables import filters
from dunwell.web.lists.tables.notices import follow_up
from dunwell.web.lists.tables.worklist_bulk import WORKLIST_BULK

OURS, MINE, NOBODYS, EVERYBODYS = "ours", "mine", "nobody", "everybody"
NOW, LATER, ALL = "now", "later", "all"


class ToDo(NamedTuple):
    """What is to be done about an item, and why."""

    icon: str
    what: str
    why: str


TO_DO: dict[tuple[str, str], ToDo] = {
    ("case", "refused"): ToDo("alert-triangle", "Decide what comes next", "They refuse to pay."),
    ("case", "last_step_done"): ToDo("flag", "Decide what comes next", words.explain("last_step_done")),
    ("case", "promise_broken"): ToDo("calendar-due", "Ask about the promise", "Its day passed, and it was not kept."),
    ("case", "given"): ToDo("user", "Look at it", "A colleague gave it away by hand."),
    ("case", "raised"): ToDo("arrow-up", "Look at it", "An escalation rule raised it."),
    ("notice", "failed"): ToDo("mail-x", "Send it otherwise", "The reminder could not be delivered."),
    ("notice", "uncertain"): ToDo("mail-question", "Find out whether it arrived", "The server gave no answer."),
    ("step", "old_debt"): ToDo("hourglass", "Chase it or leave it", words.explain("old_debt")),
    ("step", "no_earlier_step"): ToDo("flag", "Decide what comes next", words.explain("no_earlier_step")),
    ("step", "no_address"): ToDo("mail-x", "Find an address", words.explain("no_address")),
    ("step", "channel_not_set_up"): ToDo("settings", "Set it up", words.explain("channel_not_set_up")),
    ("step", "text_incomplete"): ToDo("pencil", "Complete the data", words.explain("text_incomplete")),
}  # fmt: skip


def to_do(row: WorkItem, rules: Mapping[int, str] | None = None) -> ToDo:
    """`rules`: what each escalation rule asks for, in words; without them (in a file) a rule is not named."""
    if row.reply is not None:
        return ToDo("message", "Read their answer", f"“{row.reply.body}”")
    if row.task is None:
        found = TO_DO[row.kind, row.reason]
        raised_by = next((rules[key] for key in row.case.rules if key in rules), "") if row.case and rules else ""
        return found._replace(why=raised_by) if row.reason == "raised" and raised_by else found
    step = row.task.step
    if row.kind == WorkKind.TASK:
        return ToDo("list-details", step.name, step.instructions)
    tries = row.task.attempts
    again = f"Nobody answered {'once' if tries == 1 else f'{tries} times'}. " if tries else ""
    return ToDo("phone", "Call", f"{again}{step.name}. {step.instructions}".strip())


def address(desk: Desk, row: WorkItem) -> str:
    if row.task_id is not None:
        return desk.url("web:task", row.task_id)
    if row.reply_id is not None:
        return desk.url("web:reply", row.reply_id)
    if row.notice_id is not None:
        return desk.url("web:notice", row.notice_id)
    if row.kind == WorkKind.STEP:
        return f"{desk.url('web:followup_waiting')}?reason={row.reason}&customer={row.customer_id}"
    return desk.url("web:customer", row.customer_id)


def rows(desk: Desk) -> Rows:
    """What this person may see of the worklist."""
    return queries.work_items(desk.scope, desk.today)


def _add(desk: Desk, found: Sequence[Any]) -> None:
    rules = rules_in_words(desk.organization) if any(row.reason == "raised" for row in found) else {}
    for row in found:
        row.todo = to_do(row, rules)
        row.url = address(desk, row)
        row.priority_name = PRIORITY_NAMES[row.priority]
        row.is_late = row.due_on < desk.today


def first_of(desk: Desk, most: int) -> list[Any]:
    """The beginning of a person's own list of today, for Home."""
    found = _when(desk, _whose(desk, rows(desk), OURS), NOW).select_related(
        "customer", "owner", "task__step", "case", "reply"
    )
    first = queries.first_items(found, desk.scope, most)
    _add(desk, first)
    return first


def _whose(desk: Desk, found: Rows, value: str) -> Rows:
    role = desk.membership.role
    if value == MINE:
        return queries.of_person(found, desk.user, role)
    if value == NOBODYS:
        return queries.of_nobody(found, role)
    if value == OURS:
        return queries.of_person_or_nobody(found, desk.user, role)
    return found


def _when(desk: Desk, found: Rows, value: str) -> Rows:
    if value == LATER:
        return found.filter(due_on__gt=desk.today)
    return found.filter(due_on__lte=desk.today) if value == NOW else found


def _search(desk: Desk, found: Rows, text: str) -> Rows:
    return found.filter(customer__in=customers_matching(desk.scope, text, desk.scope.rows(Customer)))


def _context(desk: Desk, shown: Shown) -> dict[str, Any]:
    return {**follow_up(desk, shown), "not_chasing": desk.settings.chasing_started_at is None}


def _owner(row: Any) -> str:
    return str(row.owner) if row.owner else row.role


WORKLIST = Table(
    name="worklist",
    title="Worklist",
    one="entry",
    many="entries",
    place="followup",
    rows=rows,
    complete=lambda _desk, found: found.select_related("customer", "owner", "task__step", "case", "reply"),
    add=_add,
    search=_search,
    search_hint="Customer",
    top="web/work/worklist_head.html",
    tabs="web/followup_tabs.html",
    context=_context,
    sort="priority",
    bulk=WORKLIST_BULK,
    columns=(
        Column(
            "customer",
            "Customer",
            "web/cells/work_customer.html",
            files=(("customer", lambda row: row.customer.name),),
            sort=Sort(("customer__name_key",)),
        ),
        Column(
            "todo",
            "What to do",
            "web/cells/work_todo.html",
            files=(("what", lambda row: to_do(row).what), ("why", lambda row: to_do(row).why)),
            css="span",
        ),
        Column(
            "priority",
            "Priority",
            "web/cells/work_priority.html",
            files=(("priority", lambda row: row.priority),),
            # Within a priority what can be expected to come in first
            sort=Sort(queries.IN_ORDER),
            css="low",
        ),
        Column(
            "value",
            "Expected",
            "web/cells/work_value.html",
            files=(("expected_value", lambda row: row.expected_value),),
            sort=Sort(("expected_value",), starts_down=True),
            css="num end",
        ),
        Column(
            "due",
            "Due",
            "web/cells/work_due.html",
            files=(("due_on", lambda row: row.due_on),),
            sort=Sort(("due_on",)),
            css="end low",
        ),
        Column("owner", "Owner", "web/cells/work_owner.html", files=(("owner", _owner),), css="wide-only"),
    ),
    filters=(
        filters.of_choices(
            "whose",
            "Whose",
            [(OURS, "Mine and nobody’s"), (MINE, "Mine"), (NOBODYS, "Nobody’s yet"), (EVERYBODYS, "Everybody’s")],
            _whose,
            default=OURS,
        ),
        filters.of_choices("due", "Due", [(NOW, "Now"), (LATER, "Later"), (ALL, "Whenever")], _when, default=NOW),
        filters.of_choices(
            "kind",
            "Kind",
            list(WorkKind.choices),
            lambda _desk, found, value: found.filter(kind=value),
            anything="Everything",
        ),
        filters.of_choices(
            "priority",
            "Priority",
            [(str(number), f"{number}, {PRIORITY_NAMES[number].lower()}") for number, _ in PRIORITIES],
            lambda _desk, found, value: found.filter(priority=int(value)),
            anything="Any priority",
        ),
        Filter("customer", "Customer", filters.OF_CUSTOMER.narrow, told=filters.OF_CUSTOMER.told),
    ),
    permission=Permission.VIEW_BOOK,
    empty=Empty(
        symbol="circle-check",
        title="Nothing to do",
        text="Calls and internal tasks that a policy asks for, answers of customers, cases that somebody must look at, "
        "and what could not be delivered stand here, the most urgent first.",
        fits_none="Nothing fits",
        hint="Look at everybody’s entries, or at those that are due later.",
    ),
)
