"""Alerts as sentences, for the app, e-mails and chats alike."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_currency

from dunwell.alerts.models import Alert
from dunwell.rules.alerts import AlertKind
from dunwell.rules.cases import PRIORITY_NAMES


@dataclass(frozen=True)
class Words:
    """What happened in a line, more about it (may be empty), and the path of the page about it in the organization."""

    title: str
    more: str
    path: str


_SENTENCES: dict[AlertKind, tuple[str, str]] = {
    AlertKind.DUE_SOON: ("{customer}: {amount} falls due on {day}", "{invoices}"),
    AlertKind.FIRST_MISSED_PAYMENT: ("{customer} is late for the first time", "They paid on time until now."),
    AlertKind.BECAME_DEFAULTER: ("{customer} became a defaulter", ""),
    AlertKind.DEFAULTED_AGAIN: ("{customer} is a defaulter again", "They had paid up in between."),
    AlertKind.LAST_STEP_DONE: (
        "Every reminder to {customer} has gone",
        "Something is still open: decide what comes next.",
    ),
    AlertKind.ESCALATION: ("{customer}: the case {became}", "Priority {priority}, {urgency}. It is on the worklist."),
    AlertKind.MESSAGE_FAILED: ("A reminder to {customer} failed", "To {recipient}: {error}"),
    AlertKind.MESSAGE_UNCERTAIN: (
        "Nobody knows whether a reminder reached {customer}",
        "To {recipient}: {error} It is not sent again until you decide.",
    ),
    AlertKind.ADDRESS_REFUSED: (
        "{address} does not exist any more",
        "Their server said so. {customer} is not written to there until somebody corrects it.",
    ),
    AlertKind.REPLY_RECEIVED: (
        "{who} answered by SMS",
        "“{body}” It waits under Replies until it is dealt with.",
    ),
    AlertKind.LETTERS_NOT_POSTED: (
        "{letters} of {day} were not marked as posted",
        "Post them and mark the batch, or take out what must not go. After a week, call them back to be written anew.",
    ),
    AlertKind.WORK_LEFT: (
        "{entries} of {person}: nobody's now",
        "They work here no more, or see less than before. Give it to somebody.",
    ),
    AlertKind.DATA_STALE: ("{source} is out of date", "Last news: {day}. Its customers are not chased."),
}


_WRONG_NUMBER = (
    "{phone} is not the number of {customer}",
    "Somebody else answered. Nobody is called there until somebody corrects it.",
)

# Facts that are numbers of something, by the word for several
_COUNTED = {"invoices": "invoice", "letters": "letter", "entries": "entry"}


def words(alert: Alert, locale: str) -> Words:
    """The alert for a reader; `alert.customer` should be selected already."""
    facts = {**alert.details, "customer": alert.customer.name if alert.customer else ""}
    if "amount" in facts:
        facts["amount"] = format_currency(Decimal(facts["amount"]), facts["currency"], locale=locale)
    if day := facts.get("due_on") or facts.get("fresh_at") or facts.get("made_at"):
        facts["day"] = format_date(dt.datetime.fromisoformat(day).date(), "medium", locale=locale)
    for many, one in _COUNTED.items():
        if many in facts:
            facts[many] = f"1 {one}" if facts[many] == 1 else f"{facts[many]} {many}"
    if "sender" in facts:
        facts["who"] = facts["customer"] or facts["sender"]
    if priority := facts.get("priority"):
        facts["became"] = "is yours" if facts["event"] == "given" else "became urgent"
        facts["urgency"] = PRIORITY_NAMES[int(priority)].lower()
    title, more = _WRONG_NUMBER if "phone" in facts else _SENTENCES[AlertKind(alert.kind)]
    return Words(title.format_map(facts), more.format_map(facts), _path(alert))


def _path(alert: Alert) -> str:
    if alert.notice_id:
        return f"notices/{alert.notice_id}/"
    if alert.kind == AlertKind.REPLY_RECEIVED:
        return f"follow-up/replies/?customer={alert.customer_id}" if alert.customer_id else "follow-up/replies/"
    if alert.kind == AlertKind.LETTERS_NOT_POSTED:
        return "follow-up/letters/"
    if alert.kind == AlertKind.WORK_LEFT:
        return "follow-up/worklist/?whose=nobody&due=all"
    return f"customers/{alert.customer_id}/" if alert.customer_id else "imports/"
