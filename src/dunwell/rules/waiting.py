"""Why a due step does not go today: the reasons, their order, and when each can end by itself.

`followup/sql/plan_decided.sql` asks the database for the facts; the order of its CASE is the order here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

OLD_DEBT_DAYS = 365
WEEK = 7


class Waiting(StrEnum):
    """Reasons in the order in which they are looked for; the first that applies is stored."""

    HELD = "held"
    LETTER_UNPOSTED = "letter_unposted"
    OLD_DEBT = "old_debt"
    NETTED = "netted"
    BELOW_MINIMUM = "below_minimum"
    CHANNEL_NOT_SET_UP = "channel_not_set_up"
    NO_ADDRESS = "no_address"
    EARLIER_STEP = "earlier_step"
    EARLIER_NOTICE = "earlier_notice"
    NO_EARLIER_STEP = "no_earlier_step"
    CONTACT_INTERVAL = "contact_interval"
    WEEKLY_LIMIT = "weekly_limit"
    STALE_DATA = "stale_data"
    RUN_LIMIT = "run_limit"  # decided before writing, when all that could go is known: rules/urgency.py
    TEXT_INCOMPLETE = "text_incomplete"  # found while writing, after all the others


class Final(StrEnum):
    """Reasons why a due step ended without being sent."""

    SUPERSEDED = "superseded"
    PAID = "paid"
    VOID = "void"
    WRITTEN_OFF = "written_off"
    MISSED = "missed"
    DROPPED = "dropped"
    ALREADY_PAST = "already_past"
    NOT_REACHED = "not_reached"


NEEDS_A_PERSON = (
    Waiting.OLD_DEBT,
    Waiting.NO_EARLIER_STEP,
    Waiting.NO_ADDRESS,
    Waiting.CHANNEL_NOT_SET_UP,
    Waiting.STALE_DATA,
    Waiting.TEXT_INCOMPLETE,
)

EXPLANATIONS: dict[str, str] = {
    Waiting.HELD: "A hold stands: chasing rests until it ends or is released.",
    Waiting.LETTER_UNPOSTED: "A letter is printed but not marked as posted: mark it, or take it out of its pile.",
    Waiting.OLD_DEBT: "More than a year overdue when it came into the book: a person decides whether to chase it.",
    Waiting.NETTED: "The customer's unapplied credit covers it.",
    Waiting.BELOW_MINIMUM: "What would be asked for is below the organization's minimum.",
    Waiting.NO_ADDRESS: "No contact has an address that can be used, on any channel that could stand in.",
    Waiting.CHANNEL_NOT_SET_UP: "Its channel is not set up: e-mail needs a server and a sender address.",
    Waiting.EARLIER_STEP: "An earlier step goes first: the settings send them one after another.",
    Waiting.EARLIER_NOTICE: "The final tone is not the first word: an earlier notice has to go first.",
    Waiting.NO_EARLIER_STEP: (
        "The final tone is not the first word, and no earlier reminder is left to go before it: a person decides."
    ),
    Waiting.CONTACT_INTERVAL: "This customer was contacted a short time ago.",
    Waiting.WEEKLY_LIMIT: "This customer has had as many contacts in 7 days as the limit allows.",
    Waiting.STALE_DATA: "The book is older than the settings allow: import the newest file first.",
    Waiting.RUN_LIMIT: (
        "A day's passes write so many notices at most, and older debts went first: it is looked at again in the next."
    ),
    Waiting.TEXT_INCOMPLETE: "The text or the paper cannot be made from what is known of this customer.",
    Final.SUPERSEDED: "A later step came due, which took its place.",
    Final.PAID: "The invoice was settled first.",
    Final.VOID: "The invoice was voided.",
    Final.WRITTEN_OFF: "The invoice was written off.",
    Final.MISSED: "Its day passed: a reminder before the due date makes no sense after it.",
    Final.DROPPED: "A person took it out.",
    Final.ALREADY_PAST: "A step at least as late had already gone out.",
    Final.NOT_REACHED: "Nobody could be reached by phone: the steps after it go on.",
}


@dataclass(frozen=True)
class Facts:
    """What is known of one due step's invoice and customer on the day of the pass.

    Amounts are compared by the caller: `credit_covers` says that unapplied credit nets the invoice fully,
    `below_minimum` that the whole notice would ask for less than the organization's minimum.
    `contacted_on` are the days of contacts in the past; `interval_days` 0 means no interval. `limits_overridden`:
    a person has confirmed that it goes in spite of interval and weekly limit. `letter_unposted`: a letter about the
    invoice lies in a printed pile. An internal task (`is_task`) is no contact: neither that nor a limit holds it.
    """

    held: bool = False
    letter_unposted: bool = False
    days_overdue_when_first_known: int = 0
    old_debt_released: bool = False
    had_notice: bool = False
    credit_covers: bool = False
    below_minimum: bool = False
    has_address: bool = True
    channel_set_up: bool = True
    is_task: bool = False
    needs_earlier_step: bool = False
    needs_earlier_notice: bool = False
    no_earlier_step: bool = False
    contacted_on: tuple[dt.date, ...] = ()
    interval_days: int = 3
    weekly_limit: int = 3
    fresh: bool = True
    limits_overridden: bool = False


def waiting_reason(facts: Facts, as_of: dt.date) -> Waiting | None:
    """The first reason that applies, or None: it goes."""
    last_contact = max(facts.contacted_on, default=None)
    contacts_in_week = len({day for day in facts.contacted_on if day > as_of - dt.timedelta(days=WEEK)})
    old = facts.days_overdue_when_first_known > OLD_DEBT_DAYS
    unlimited = facts.limits_overridden or facts.is_task
    checks = (
        (Waiting.HELD, facts.held),
        (Waiting.LETTER_UNPOSTED, facts.letter_unposted and not facts.is_task),
        (Waiting.OLD_DEBT, old and not facts.old_debt_released and not facts.had_notice),
        (Waiting.NETTED, facts.credit_covers),
        (Waiting.BELOW_MINIMUM, facts.below_minimum),
        (Waiting.CHANNEL_NOT_SET_UP, not facts.channel_set_up),
        (Waiting.NO_ADDRESS, not facts.has_address),
        (Waiting.EARLIER_STEP, facts.needs_earlier_step),
        (Waiting.EARLIER_NOTICE, facts.needs_earlier_notice),
        (Waiting.NO_EARLIER_STEP, facts.no_earlier_step),
        (
            Waiting.CONTACT_INTERVAL,
            last_contact is not None and (as_of - last_contact).days < facts.interval_days and not unlimited,
        ),
        (Waiting.WEEKLY_LIMIT, contacts_in_week >= facts.weekly_limit and not unlimited),
        (Waiting.STALE_DATA, not facts.fresh),
    )
    return next((reason for reason, applies in checks if applies), None)
