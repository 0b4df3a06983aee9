"""How states look on a page: a tone, an icon and a word, never a color alone."""

from __future__ import annotations

import re
from typing import NamedTuple

from dunwell.rules.waiting import EXPLANATIONS

_LIVE = re.compile(r": (?:planned|waiting)(?: (?P<reason>\w+))?(?=, |$)")


class Look(NamedTuple):
    """`tone` is good, info, warn, bad or empty; `icon` is a name of assets/icons.json."""

    tone: str
    icon: str
    word: str


STANDINGS = {
    "current": Look("good", "circle-check", "Current"),
    "due_soon": Look("info", "calendar-due", "Due soon"),
    "late": Look("warn", "clock", "Late"),
    "defaulter": Look("bad", "alert-triangle", "Defaulter"),
    "on_hold": Look("", "player-pause", "On hold"),
}

LOOKS: dict[str, dict[str, Look]] = {
    "standing": STANDINGS,
    "invoice": {
        "draft": Look("", "pencil", "Draft"),
        "open": Look("info", "circle-dashed", "Open"),
        "partially_paid": Look("info", "cash", "Partially paid"),
        "overdue": Look("bad", "alert-circle", "Overdue"),
        "paid": Look("good", "check", "Paid"),
        "void": Look("", "ban", "Void"),
        "written_off": Look("", "ban", "Written off"),
    },
    "payment": {
        "pending": Look("info", "hourglass", "On its way"),
        "succeeded": Look("good", "check", "Received"),
        "failed": Look("bad", "circle-x", "Failed"),
        "refunded": Look("", "receipt-refund", "Refunded"),
    },
    "action": {
        "waiting": Look("warn", "player-pause", "Waiting"),
        "planned": Look("info", "calendar", "Planned"),
        "done": Look("good", "mail-check", "Done"),
        "final": Look("", "circle-x", "Not sent"),
    },
    "notice": {
        "composed": Look("", "pencil", "Ready, sending is off"),
        "awaiting_approval": Look("warn", "eye", "Awaiting approval"),
        "queued": Look("info", "clock", "Queued"),
        "sending": Look("info", "send", "Sending"),
        "sent": Look("good", "mail-check", "Sent"),
        "failed": Look("bad", "mail-x", "Failed"),
        "uncertain": Look("warn", "mail-question", "Uncertain"),
        "cancelled": Look("", "ban", "Called back"),
    },
    "message": {
        "queued": Look("info", "clock", "Queued"),
        "sending": Look("info", "send", "Sending"),
        "sent": Look("good", "mail-check", "Sent"),
        "delivered": Look("good", "mail-check", "Delivered"),
        "failed": Look("bad", "mail-x", "Failed"),
        "uncertain": Look("warn", "mail-question", "Uncertain"),
        "cancelled": Look("", "ban", "Cancelled"),
    },
    "reply": {
        "open": Look("warn", "message", "To be dealt with"),
        "later": Look("info", "clock", "Put off"),
        "done": Look("good", "check", "Dealt with"),
        "stop": Look("", "ban", "SMS stopped"),
        "start": Look("good", "check", "SMS agreed"),
    },
    "tone": {
        "friendly": Look("good", "message", "Friendly"),
        "neutral": Look("info", "message", "Neutral"),
        "firm": Look("warn", "message", "Firm"),
        "final": Look("bad", "flag", "Final"),
    },
}

PRIORITIES = {
    1: Look("bad", "alert-triangle", "1 Urgent"),
    2: Look("warn", "arrow-up", "2 High"),
    3: Look("info", "equal", "3 Normal"),
    4: Look("", "arrow-down", "4 Low"),
}

REASON_NAMES = {
    "held": "On hold",
    "letter_unposted": "Letter not posted",
    "old_debt": "Very old debt",
    "netted": "Covered by credit",
    "below_minimum": "Below the minimum",
    "no_address": "No e-mail address",
    "channel_not_set_up": "Channel not set up",
    "earlier_step": "Earlier step first",
    "earlier_notice": "Earlier notice first",
    "no_earlier_step": "No earlier reminder left",
    "contact_interval": "Contacted recently",
    "weekly_limit": "Weekly limit reached",
    "stale_data": "Book not fresh",
    "run_limit": "Limit of a day’s notices",
    "text_incomplete": "Text incomplete",
    "last_step_done": "Every reminder has gone",
    "failed": "Notices that could not be delivered",
    "uncertain": "Notices that may not have arrived",
    "superseded": "A later step took its place",
    "paid": "Paid first",
    "void": "Voided",
    "written_off": "Written off",
    "missed": "Its day passed",
    "dropped": "Dropped by a person",
    "already_past": "Later step already sent",
    "not_reached": "Nobody could be reached",
    "withdrawn": "No longer due",
    "merged": "Customer merged",
}

BY_CHANNEL = {
    "email": "by e-mail",
    "sms": "by SMS",
    "letter": "by letter",
    "call": "by phone",
    "task": "as an internal task",
}

TONES = {"debug": "", "info": "info", "success": "good", "warning": "warn", "error": "bad"}


def look(kind: str, value: str) -> Look:
    """The look of a state; one that no page knows yet is shown by its own name."""
    return LOOKS[kind].get(value) or Look("", "circle-dashed", plain(value))


def plain(name: str) -> str:
    return name.replace("_", " ").capitalize()


MORE_EXPLANATIONS = {"last_step_done": "Every step is done, and something is still open."}


def explain(reason: str) -> str:
    return EXPLANATIONS.get(reason) or MORE_EXPLANATIONS.get(reason) or plain(reason)


def reason_name(reason: str) -> str:
    return REASON_NAMES.get(reason, plain(reason))


# Looked for in this order: Edge and Opera say Chrome as well, Chrome says Safari
BROWSERS = {"Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "Linux": "Linux",
}


def browser(user_agent: str) -> str:
    """Browser and system of a user agent: "Firefox on Linux"."""
    name = next((name for mark, name in BROWSERS.items() if mark in user_agent), "A program")
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent), "")
    return f"{name} on {system}" if system else name


def live_steps(text: str) -> str:
    """The steps that a preview names, `Reminder: waiting frequency`, in words."""

    def said(found: re.Match[str]) -> str:
        reason = found["reason"]
        return f" (waits: {reason_name(reason).lower()})" if reason else " (goes next)"

    return _LIVE.sub(said, text)
