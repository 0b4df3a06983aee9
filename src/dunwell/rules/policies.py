"""A policy as somebody writes it, and what is wrong with it, in words: what is refused, and what is only said.

Whatever passes here ends by itself: every step goes once, or so many times.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from dunwell.rules.cases import LEAST_URGENT, MOST_URGENT
from dunwell.rules.escalation import BY_PEOPLE, MOST_OCCURRENCES, Anchor, Tone
from dunwell.rules.permissions import ROLES
from dunwell.rules.segments import Segment
from dunwell.rules.windows import BY_DAY_ONLY, Hours, hours_of

CHANNELS = {"email": "e-mail", "sms": "SMS", "letter": "letter", "call": "call", "task": "internal task"}
WITHOUT_TEXT = frozenset({"call", "task"})
OFFICE_HOURS = Hours(dt.time(9), dt.time(18))
EARLIEST_OFFSET, LATEST_OFFSET = -365, 3650
LONGEST_REPEAT = 365  # days
MOST_STEPS = 40
LONGEST_NAME = 100
LARGEST_AMOUNT = Decimal(10) ** 15
# What goes along with an e-mail; empty: what the organization has chosen for all
ATTACHMENTS = {"none": "nothing", "invoices": "the invoices", "statement": "a statement of account", "both": "both"}


@dataclass(frozen=True)
class StepDraft:
    """A step as it is written. `template` is a text's key; `lineage` the step it was before, None for a new one;
    `give_to_person` the e-mail address of somebody of the team.

    `sender` is the address of one of the organization's senders, empty for the policy's; `attachments` is one of
    ATTACHMENTS, empty for the organization's choice. Both, like copies, are of e-mails only.
    """

    name: str
    offset_days: int
    tone: str = Tone.FRIENDLY.value
    channel: str = "email"
    template: str = ""
    anchor: str = Anchor.DUE.value
    lineage: int | None = None
    repeat_every_days: int | None = None
    times: int = 1
    minimum_balance: Decimal | None = None
    maximum_balance: Decimal | None = None
    segments: tuple[str, ...] = ()
    minimum_risk: int | None = None
    copy_to_decision_maker: bool = False
    copy_to_owner: bool = False
    sender: str = ""
    attachments: str = ""
    approval_required: bool = False
    instructions: str = ""
    raise_priority_to: int | None = None
    give_to_role: str = ""
    give_to_person: str = ""

    @property
    def offsets(self) -> list[int]:
        """The days after the anchor on which it goes; no more of them than a step may have."""
        every = self.repeat_every_days or 0
        return [self.offset_days + time * every for time in range(min(self.times, MOST_OCCURRENCES))]


@dataclass(frozen=True)
class PolicyDraft:
    """`sender` is the address of one of the organization's senders, empty for the organization's own."""

    name: str
    steps: tuple[StepDraft, ...] = ()
    sender: str = ""


@dataclass(frozen=True)
class Surroundings:
    """What a policy is looked at with: texts by key and channel with their languages, limits, and the send window.

    `terms_days` are those of customers who have none of their own. `people`: the addresses of all who work or worked
    here; `gone`: those of them who work on no case any more.
    `senders` are the addresses that may be named, in small letters.
    """

    texts: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    languages: frozenset[str] = frozenset()
    channels_set_up: frozenset[str] = frozenset({"email"})
    contact_interval_days: int = 3
    terms_days: int | None = None
    window: Hours = OFFICE_HOURS
    lineages: frozenset[int] = frozenset()
    people: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    senders: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Problem:
    """One sentence about a policy or one of its steps (its place, from 0). With warnings it can be saved.

    `field` names what of the draft it is about, where it is one thing.
    """

    text: str
    step: int | None = None
    is_refusal: bool = True
    field: str = ""


def problems(draft: PolicyDraft, around: Surroundings) -> list[Problem]:
    """Refusals first, then warnings."""
    found = list(_refusals(draft, around))
    if not found:
        found = list(_warnings(draft, around))
    return found


def refusals(found: list[Problem]) -> list[Problem]:
    return [problem for problem in found if problem.is_refusal]


def _refusals(draft: PolicyDraft, around: Surroundings) -> Iterator[Problem]:
    if not draft.name.strip():
        yield Problem("The policy needs a name.", field="name")
    if not draft.steps:
        yield Problem("A policy needs at least one step.")
    if len(draft.steps) > MOST_STEPS:
        yield Problem(f"A policy has {MOST_STEPS} steps at most; this one has {len(draft.steps)}.")
    if len(draft.name.strip()) > LONGEST_NAME:
        yield Problem(f"The name has more than {LONGEST_NAME} characters.", field="name")
    if text := _unknown_sender(draft.sender, around):
        yield Problem(text, field="sender")
    for place, step in enumerate(draft.steps):
        for name, text in _wrong(step, around):
            yield Problem(text, place, field=name)
    yield from _same_day(draft)
    known: set[int] = set()
    for place, step in enumerate(draft.steps):
        if step.lineage is not None and (step.lineage in known or step.lineage not in around.lineages):
            yield Problem(f"Step {step.lineage} is none of this policy, or stands twice: leave its number out.", place)
        known.add(step.lineage or 0)


def _wrong(step: StepDraft, around: Surroundings) -> Iterator[tuple[str, str]]:
    yield from _wrong_name(step)
    for value, choices, word in (
        (step.anchor, set(Anchor), "anchor"),
        (step.tone, set(Tone), "tone"),
        (step.channel, set(CHANNELS), "channel"),
    ):
        if value not in choices:
            yield word, f"There is no {word} '{value}': {', '.join(sorted(choices))}."
    for name in step.segments:
        if name not in set(Segment):
            yield "segments", f"There is no segment '{name}': {', '.join(sorted(Segment))}."
    yield from _wrong_days(step)
    yield from _wrong_effects(step, around)
    yield from _wrong_mail(step, around)
    if step.minimum_risk is not None and not 0 <= step.minimum_risk <= 100:
        yield "minimum_risk", "A risk lies between 0 and 100."
    yield from _wrong_balances(step)
    if step.channel in CHANNELS and step.channel not in WITHOUT_TEXT:
        if not step.template:
            yield "template", f"{_by(step)} needs a text."
        elif (step.template, step.channel) not in around.texts:
            yield (
                "template",
                f"There is no text '{step.template}' for {CHANNELS[step.channel]}: write it first, or name another.",
            )
    elif step.channel == "call" and step.template and (step.template, step.channel) not in around.texts:
        yield "template", f"There is no script '{step.template}' for a call: choose one, or none for that of the tone."
    if step.channel in BY_DAY_ONLY and not _finds_an_hour(step, around.window):
        yield (
            "channel",
            f"{_by(step)} never goes at night, and the send window lies outside 08:00 to 21:00: it could never go.",
        )


def _wrong_effects(step: StepDraft, around: Surroundings) -> Iterator[tuple[str, str]]:
    at_work = ROLES[:-1]  # a viewer works on no case
    if step.raise_priority_to is not None and not MOST_URGENT <= step.raise_priority_to <= LEAST_URGENT:
        yield "raise_priority_to", f"A priority lies between {MOST_URGENT}, the most urgent, and {LEAST_URGENT}."
    if step.give_to_role and step.give_to_role not in at_work:
        yield "give_to_role", f"No role '{step.give_to_role}' works on cases: {', '.join(at_work)}."
    if step.give_to_person and step.give_to_person not in around.people:
        yield "give_to_person", f"Nobody here has the address '{step.give_to_person}': invite them, or name a role."


def _wrong_mail(step: StepDraft, around: Surroundings) -> Iterator[tuple[str, str]]:
    """What only an e-mail has."""
    if text := _unknown_sender(step.sender, around):
        yield "sender", text
    if step.attachments and step.attachments not in ATTACHMENTS:
        yield "attachments", f"Nothing named '{step.attachments}' goes along: {', '.join(sorted(ATTACHMENTS))}."
    if step.channel in CHANNELS and step.channel != "email":
        if step.sender:
            yield "sender", f"{_by(step)} has no sender of its own: leave it out."
        if step.attachments:
            yield "attachments", f"{_by(step)} has no attachments: leave them out."


def _unknown_sender(address: str, around: Surroundings) -> str:
    if not address or address.lower() in around.senders:
        return ""
    known = ", ".join(sorted(around.senders))
    return f"There is no sender '{address}': {known or 'enter it under Settings, Senders, first'}."


def _finds_an_hour(step: StepDraft, window: Hours) -> bool:
    try:
        hours_of(step.channel, window)
    except ValueError:
        return False
    return True


def _wrong_name(step: StepDraft) -> Iterator[tuple[str, str]]:
    if not step.name.strip():
        yield "name", "The step needs a name."
    elif len(step.name.strip()) > LONGEST_NAME:
        yield "name", f"The name has more than {LONGEST_NAME} characters."


def _wrong_balances(step: StepDraft) -> Iterator[tuple[str, str]]:
    amounts = [amount for amount in (step.minimum_balance, step.maximum_balance) if amount is not None]
    if any(not amount.is_finite() or amount >= LARGEST_AMOUNT for amount in amounts):
        yield "maximum_balance", f"A balance is a number below {LARGEST_AMOUNT:,}."
    elif any(amount < 0 for amount in amounts) or amounts != sorted(amounts):
        yield (
            "maximum_balance",
            "The largest balance is below the smallest, or one is below zero: no invoice would fit.",
        )


def _wrong_days(step: StepDraft) -> Iterator[tuple[str, str]]:
    if step.anchor == Anchor.ISSUE and step.offset_days < 0:
        yield (
            "offset_days",
            "It would come before the invoice is issued: count from the due date, or name 0 days or more.",
        )
    if not EARLIEST_OFFSET <= step.offset_days <= LATEST_OFFSET:
        yield "offset_days", f"Days lie between {EARLIEST_OFFSET} and {LATEST_OFFSET}."
    if step.times < 1 or step.times > MOST_OCCURRENCES:
        yield "times", f"A step goes 1 to {MOST_OCCURRENCES} times: nothing chases for ever."
    elif step.times > 1 and not (step.repeat_every_days and step.repeat_every_days > 0):
        yield "repeat_every_days", "A step that repeats needs to know every how many days."
    elif step.times > 1 and (step.repeat_every_days or 0) > LONGEST_REPEAT:
        yield "repeat_every_days", f"A step repeats every {LONGEST_REPEAT} days at the rarest."
    elif step.times == 1 and step.repeat_every_days is not None:
        yield "times", "A step that repeats needs to know how often in all: nothing chases for ever."


def _same_day(draft: PolicyDraft) -> Iterator[Problem]:
    first: dict[tuple[str, str, int], int] = {}
    for place, step in enumerate(draft.steps):
        for offset in step.offsets if step.times >= 1 else ():
            other = first.setdefault((step.anchor, step.channel, offset), place)
            if other != place:
                there = draft.steps[other].name
                yield Problem(
                    f"It falls on the same day as '{there}', through the same channel: {_day(offset)}.",
                    place,
                    field="offset_days",
                )
                break


def _warnings(draft: PolicyDraft, around: Surroundings) -> Iterator[Problem]:
    for place, step in enumerate(draft.steps):
        for text in _doubts(step, around):
            yield Problem(text, place, is_refusal=False)
    times = sorted(
        (offset, step.channel, place)
        for place, step in enumerate(draft.steps)
        if step.anchor == Anchor.DUE and step.channel != "task"
        for offset in step.offsets
    )
    told: set[int] = set()
    for (before, _, _), (offset, _, place) in itertools.pairwise(times):
        if 0 < offset - before < around.contact_interval_days and place not in told:
            told.add(place)
            yield Problem(
                f"It follows the one before after {counted(offset - before)}; contacts lie at least "
                f"{around.contact_interval_days} apart, so it goes later.",
                place,
                is_refusal=False,
            )
    gentle = [step.offset_days for step in draft.steps if step.tone != Tone.FINAL]
    for place, step in enumerate(draft.steps):
        if step.tone == Tone.FINAL and not any(offset < step.offset_days for offset in gentle):
            text = "No earlier step can go before it: a final tone is never the first word, so it waits for a person."
            yield Problem(text, place, is_refusal=False)


def _doubts(step: StepDraft, around: Surroundings) -> Iterator[str]:
    if step.channel not in around.channels_set_up | BY_PEOPLE:
        yield f"Nothing sends by {CHANNELS[step.channel]} yet: the step waits, visibly, until that is set up."
    if step.channel != "email" and (step.copy_to_decision_maker or step.copy_to_owner):
        yield "Copies go along with e-mails only: this step has none."
    missing = around.languages - around.texts.get((step.template, step.channel), around.languages)
    if missing:
        yield f"The text '{step.template}' is not written in {', '.join(sorted(missing))}: those customers get another."
    if step.channel in BY_DAY_ONLY and hours_of(step.channel, around.window) != around.window:
        yield f"{_by(step)} goes between 08:00 and 21:00 only, whatever the send window says."
    if step.give_to_person in around.gone:
        instead = "everybody with its role" if step.give_to_role else "nobody in particular"
        yield f"{step.give_to_person} works on no case any more: it is given to {instead} instead."
    if step.anchor == Anchor.DUE and around.terms_days is not None and -step.offset_days > around.terms_days:
        yield (
            f"With terms of {counted(around.terms_days)} its day lies before the invoice is issued: it goes as soon as "
            "the invoice is there."
        )
    if step.anchor == Anchor.DUE and step.offset_days < 0 and step.tone in (Tone.FIRM, Tone.FINAL):
        yield "A firm tone before anything is late may offend."
    if step.anchor == Anchor.DUE and step.offset_days < 0 and step.offsets[-1] >= 0:
        yield "It goes on after the due date: what its text says before may be wrong after."


def _by(step: StepDraft) -> str:
    return {"sms": "An SMS", "email": "An e-mail"}.get(step.channel, f"A {CHANNELS.get(step.channel, step.channel)}")


def _day(offset: int) -> str:
    if offset == 0:
        return "the day itself"
    return f"{counted(abs(offset))} {'before' if offset < 0 else 'after'}"


def counted(days: int) -> str:
    return f"{days} day" if days == 1 else f"{days} days"
