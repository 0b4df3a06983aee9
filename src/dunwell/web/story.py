"""Events of a customer's timeline, as sentences with an icon."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dunwell.followup.queries.cases import role_name
from dunwell.insights.timeline import Event
from dunwell.messaging.models import EventKind
from dunwell.rules.cases import PRIORITY_NAMES
from dunwell.rules.permissions import Permission
from dunwell.web import words
from dunwell.web.access import Desk
from dunwell.web.templatetags.figures import write_day


@dataclass(frozen=True)
class Entry:
    """What `components/timeline_entry.html` shows."""

    on: dt.date
    at: dt.datetime | None
    tone: str
    icon: str
    title: str
    detail: str = ""
    url: str = ""
    amount: Decimal | None = None
    currency: str = ""


Telling = dict[str, Any]

STANDING_SENTENCES = {
    "became_defaulter": "Became a defaulter",
    "defaulted_again": "Became a defaulter again",
    "became_late": "Became late",
    "improved_to_late": "Improved from defaulter to late",
    "cleared": "Cleared everything overdue",
    "became_due_soon": "Something is due soon",
    "became_current": "Nothing overdue",
}

NOTICES = {
    "sent": ("good", "mail-check", "Reminder sent"),
    "queued": ("info", "clock", "Reminder queued"),
    "sending": ("info", "send", "Reminder is being sent"),
    "composed": ("", "pencil", "Reminder written, not sent: sending is off"),
    "awaiting_approval": ("warn", "eye", "Reminder awaits approval"),
    "failed": ("bad", "mail-x", "Reminder could not be delivered"),
    "uncertain": ("warn", "mail-question", "Unknown whether the reminder arrived"),
}


def told(desk: Desk, event: Event) -> Entry:
    """The event as it is read on the timeline."""
    if event.kind.startswith("notice_"):
        telling = _notice(desk, event.subject)
    else:
        telling = _TELLERS[event.kind](desk, event.subject)
    return Entry(on=event.on, at=event.at, **telling)


def _invoice(desk: Desk, invoice: Any) -> Telling:
    return {
        "tone": "",
        "icon": "file-invoice",
        "title": f"Invoice {invoice.number}",
        "url": desk.url("web:invoice", invoice.pk),
        "amount": invoice.total,
        "currency": invoice.currency,
        "detail": f"Due {write_day(invoice.due_on, desk.organization.locale)}",
    }


def _void(desk: Desk, invoice: Any) -> Telling:
    return {
        "tone": "",
        "icon": "circle-x",
        "title": f"Invoice {invoice.number} voided",
        "url": desk.url("web:invoice", invoice.pk),
        "detail": invoice.void_reason,
    }


def _extension(desk: Desk, extension: Any) -> Telling:
    new = write_day(extension.new_due_on, desk.organization.locale)
    return {
        "tone": "info",
        "icon": "calendar-due",
        "title": f"More time for invoice {extension.invoice.number}: due {new}",
        "url": desk.url("web:invoice", extension.invoice_id),
        "detail": _with_author(extension.note, extension.created_by),
    }


def _note(icon: str) -> Callable[[Desk, Any], Telling]:
    def tell(desk: Desk, note: Any) -> Telling:
        title = note.get_kind_display()
        if note.spoke_with:
            title += f" with {note.spoke_with}"
        if note.invoice:
            title += f" about invoice {note.invoice.number}"
        return {
            "tone": "",
            "icon": icon,
            "title": title,
            "detail": _with_author(note.text, note.author),
            "url": desk.url("web:note_edit", note.pk) if desk.may(Permission.ADD_NOTES) else "",
        }

    return tell


def _with_author(text: str, author: Any) -> str:
    return " · ".join(part for part in (text, str(author or "")) if part)


def _payment(title: str, tone: str, icon: str) -> Callable[[Desk, Any], Telling]:
    def tell(desk: Desk, payment: Any) -> Telling:
        shown = "Paid before this book began" if payment.is_opening else title
        detail = " · ".join(part for part in (payment.reference, payment.method) if part and not payment.is_opening)
        return {
            "tone": tone,
            "icon": icon,
            "title": shown,
            "detail": detail,
            "url": desk.url("web:payment", payment.pk),
            "amount": payment.amount,
            "currency": payment.currency,
        }

    return tell


def _credit_note(desk: Desk, credit: Any) -> Telling:
    return {
        "tone": "info",
        "icon": "receipt-refund",
        "title": f"Credit note {credit.number}",
        "url": desk.url("web:credit_note", credit.pk),
        "detail": credit.description,
        "amount": credit.total,
        "currency": credit.currency,
    }


def _write_off(desk: Desk, write_off: Any) -> Telling:
    return {
        "tone": "",
        "icon": "ban",
        "title": f"Written off on invoice {write_off.invoice.number}",
        "detail": write_off.reason,
        "url": desk.url("web:invoice", write_off.invoice_id),
        "amount": write_off.amount,
        "currency": write_off.invoice.currency,
    }


def _hold(ended: bool) -> Callable[[Desk, Any], Telling]:
    def tell(desk: Desk, hold: Any) -> Telling:
        what = f"invoice {hold.invoice.number}" if hold.invoice else "everything"
        verb = "Hold ended on" if ended else "Hold on"
        return {
            "tone": "" if ended else "warn",
            "icon": "player-play" if ended else "player-pause",
            "title": f"{verb} {what}: {hold.get_reason_display().lower()}",
            "detail": "" if ended else hold.note,
            "url": desk.url("web:invoice", hold.invoice_id) if hold.invoice else "",
        }

    return tell


def _standing(desk: Desk, change: Any) -> Telling:
    del desk
    look = words.look("standing", change.after)
    return {
        "tone": look.tone,
        "icon": look.icon,
        "title": STANDING_SENTENCES.get(change.name, words.plain(change.name)),
    }


SEGMENTS = {
    "new": ("", "user"),
    "always_on_time": ("good", "circle-check"),
    "occasionally_late": ("warn", "arrow-down"),
    "frequent_defaulter": ("bad", "alert-triangle"),
}


def _segment(desk: Desk, change: Any) -> Telling:
    del desk
    tone, icon = SEGMENTS[change.after]
    return {
        "tone": tone,
        "icon": icon,
        "title": f"Pays differently: {change.get_after_display().lower()}",
        "detail": f"Before: {change.get_before_display().lower()}",
    }


def _notice(desk: Desk, notice: Any) -> Telling:
    tone, icon, title = NOTICES[notice.state]
    return {
        "tone": tone,
        "icon": icon,
        "title": f"{title}: {notice.step.name}",
        "detail": f"“{notice.subject}” to {notice.recipient}",
        "url": desk.url("web:notice", notice.pk),
        "amount": notice.amount,
        "currency": notice.currency,
    }


CALLS = {
    "reached": ("good", "Call: reached"),
    "no_answer": ("", "Call: no answer"),
    "promised": ("info", "Call: promised to pay"),
    "disputed": ("warn", "Call: disputes it"),
    "wrong_number": ("bad", "Call: wrong number"),
    "refused": ("bad", "Call: refuses to pay"),
}
CASES = {
    "opened": ("", "flag", "Case opened"),
    "raised": ("warn", "arrow-up", "Case raised"),
    "lowered": ("", "arrow-down", "Case lowered"),
    "promise_broken": ("bad", "calendar-due", "A promise was broken"),
    "refused": ("bad", "alert-triangle", "Refuses to pay"),
    "last_step": ("warn", "flag", "Every step is done: a person decides"),
    "given": ("info", "user", "Case given"),
    "set_by_hand": ("info", "edit", "Case set by hand"),
    "released": ("", "arrow-back-up", "The rules decide about the case again"),
    "looked_at": ("good", "check", "Case looked at"),
    "closed": ("good", "circle-check", "Case closed: nothing is overdue"),
}


def _call(desk: Desk, call: Any) -> Telling:
    tone, title = CALLS[call.outcome]
    if call.contact or call.phone:
        title += f" ({call.contact or call.phone})"
    promised = f"For {write_day(call.promised_on, desk.organization.locale)}" if call.promised_on else ""
    detail = " · ".join(part for part in (promised, call.note) if part)
    return {"tone": tone, "icon": "phone", "title": title, "detail": _with_author(detail, call.called_by)}


def _task(desk: Desk, task: Any) -> Telling:
    done = "done" if task.is_needed else "not needed"
    return {
        "tone": "good" if task.is_needed else "",
        "icon": "check",
        "title": f"{task.step.name}: {done}",
        "detail": _with_author(task.note, task.closed_by),
        "url": desk.url("web:task", task.pk),
    }


def _case(desk: Desk, change: Any) -> Telling:
    del desk
    tone, icon, title = CASES[change.name]
    if change.after and change.name in ("opened", "raised", "lowered", "set_by_hand"):
        title += f": priority {change.after}, {PRIORITY_NAMES[change.after].lower()}"
    if change.name == "given":
        title += f" to {change.owner or role_name(change.role).lower()}"
    return {"tone": tone, "icon": icon, "title": title, "detail": _with_author(change.note, change.by)}


def _reply(desk: Desk, reply: Any) -> Telling:
    meaning = {"stop": "Wants no more SMS", "start": "Agrees to SMS"}.get(reply.meaning, "Answered by SMS")
    done = f"dealt with by {reply.dealt_with_by}" if reply.dealt_with_by else ""
    waits = "" if reply.dealt_with_at else "nobody has dealt with it yet"
    said = f"“{reply.body}” from {reply.sender}"
    return {
        "tone": "warn" if reply.meaning == "stop" or waits else "info",
        "icon": "message",
        "title": meaning,
        "detail": " · ".join(part for part in (said, done or waits) if part),
        "url": desk.url("web:reply", reply.pk) if desk.may(Permission.READ_NOTICES) else "",
    }


def _report(desk: Desk, report: Any) -> Telling:
    of_copy = report.kind in (EventKind.COPY_BOUNCED, EventKind.COPY_COMPLAINED)
    came_back = of_copy or report.kind in (EventKind.BOUNCED, EventKind.UNDELIVERED, EventKind.COMPLAINED)
    return {
        "tone": "bad" if came_back else "good",
        "icon": "mail-x" if came_back else "mail-check",
        # Whose copy it was stands in the detail
        "title": report.get_kind_display() if of_copy else f"{report.get_kind_display()}: {report.message.recipient}",
        "detail": report.detail if came_back else "",
        "url": desk.url("web:message", report.message_id),
    }


_TELLERS: dict[str, Callable[[Desk, Any], Telling]] = {
    "invoice_issued": _invoice,
    "invoice_voided": _void,
    "due_date_extended": _extension,
    "note_note": _note("message"),
    "note_call": _note("phone"),
    "note_letter": _note("mail"),
    "note_meeting": _note("users"),
    "payment_initiated": _payment("Payment on its way", "info", "hourglass"),
    "payment_received": _payment("Payment received", "good", "cash"),
    "payment_failed": _payment("Payment failed", "bad", "circle-x"),
    "payment_refunded": _payment("Payment refunded", "", "receipt-refund"),
    "credit_note": _credit_note,
    "write_off": _write_off,
    "hold_started": _hold(ended=False),
    "hold_ended": _hold(ended=True),
    "standing": _standing,
    "segment": _segment,
    **{f"call_{outcome}": _call for outcome in CALLS},
    "task_done": _task,
    "case": _case,
    "reply": _reply,
    "report": _report,
}
