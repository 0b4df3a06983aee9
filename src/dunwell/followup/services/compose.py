"""Compose: the planned actions of one customer, currency and channel become one notice, written as it will go."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from psycopg.rows import namedtuple_row

from dunwell.followup.models import Notice, NoticeState, Run
from dunwell.followup.services.attachments import Enclosed, enclose
from dunwell.followup.services.handover import new_message, queue_notices
from dunwell.followup.services.passes import MANY, Pass, analyze, execute, lock
from dunwell.followup.services.plan import PENDING_PAYMENT_BUSINESS_DAYS
from dunwell.followup.services.run_limit import Chosen, choose_most_urgent
from dunwell.followup.services.side_facts import SideFacts, read, wanted_by, who_promised
from dunwell.followup.services.texts import Sender, Texts
from dunwell.followup.services.writing import Asked, Writing, Written
from dunwell.followup.sql import statement
from dunwell.messaging.rendering import Rendered
from dunwell.organizations.models import OrganizationSettings
from dunwell.rules.channels import Channel
from dunwell.rules.escalation import Tone
from dunwell.rules.waiting import Waiting
from dunwell.rules.windows import Window, hours_of, next_window, window_on, zone_of

CUSTOMERS_PER_BATCH = 500
# Where files are made as well, the others that wait for the pass's lock wait a second or two, not half a minute
CUSTOMERS_WITH_FILES = 50
# What is held in memory of files before it is stored
BYTES_AT_ONCE = 16 * 1024 * 1024
ZERO = Decimal(0)


@dataclass
class Composed:
    """How many notices were written, and of these how many were queued or wait for approval.

    `disturbed` counts customers whose facts changed between plan and writing.
    """

    notices: int = 0
    queued: int = 0
    awaiting_approval: int = 0
    incomplete: int = 0
    disturbed: int = 0


@dataclass(frozen=True)
class Draft:
    """One notice before it has an id: the rows of its invoices (the highest step sets the tone) and its text."""

    lines: list[Any]
    leading: Any
    written: Rendered
    fingerprint: str
    window: Window
    wanted: list[str]
    copies: list[dict[str, Any]]
    enclosed: list[Enclosed]
    sender_id: int | None

    @property
    def credit(self) -> Decimal:
        return sum((line.netted for line in self.lines), ZERO)

    @property
    def amount(self) -> Decimal:
        return sum((line.balance for line in self.lines), ZERO) - self.credit


# A customer's time zone, empty: the organization's; and a channel
Place: TypeAlias = tuple[str, str]


def sending_days(this: Pass) -> list[tuple[dt.date, list[Place] | None]]:
    """The days the texts speak of, each with the time zones and channels of what goes then.

    A customer's day is the one whose window is open for him and the channel at the moment of the pass, or opens
    next: where he lives it may be over already. None stands for all, when all have the same day.
    """
    with connection.cursor() as cursor:
        cursor.execute(statement("compose_zones"), {"organization": this.organization.pk})
        places: list[Place] = cursor.fetchall()
    days: dict[dt.date, list[Place]] = {}
    for place in places:
        days.setdefault(_sending_day(this, place), []).append(place)
    if len(days) <= 1:
        return [(day, None) for day in days]
    return sorted(days.items())


def _sending_day(this: Pass, place: Place) -> dt.date:
    zone, channel = _zone(this, place), place[1]
    window = next_window(this.now, hours_of(channel, this.settings.hours), zone, this.calendar)
    return max(window.opens.astimezone(zone).date(), this.calendar.on_or_after(this.as_of))


def _zone(this: Pass, place: Place) -> ZoneInfo:
    """Whose clock counts for what goes there."""
    name, channel = place
    ours = this.organization.zone
    return zone_of(channel, ZoneInfo(name) if name else ours, ours)


def compose(
    this: Pass,
    run: Run | None,
    sender: Sender,
    texts: Texts,
    *,
    after_batch: Callable[[Composed], None] = lambda _: None,
) -> Composed:
    """Write what is planned and has no notice yet, in batches of customers, each in a transaction of its own.

    Where sending is on and nobody has to approve, the messages are queued for the window in the same
    transaction. A text that would have a hole makes its actions wait, with the reason; so does a hold or a
    credit that counts on the sending day only. Customers whose facts changed after the plan are left to the
    next one. `after_batch` is told what is written and committed so far.
    """
    result = Composed()
    writing = Writing(this.organization, sender, texts)
    choose_most_urgent(this)
    # What could not be written leaves room for the next in order
    while _write_planned(this, run, writing, result, after_batch) or choose_most_urgent(this):
        pass
    return result


def _write_planned(
    this: Pass, run: Run | None, writing: Writing, result: Composed, after_batch: Callable[[Composed], None]
) -> int:
    """Once over all that is planned. How many steps were planned meanwhile, as there was room for them after all."""
    known = result.notices
    freed = 0
    chosen = Chosen(this)
    for sending_on, places in sending_days(this):
        after = 0
        while True:
            with transaction.atomic():
                lock(this.organization)
                # In each transaction that writes: another pass may have planned in between
                freed += chosen.within_limit()
                lines = _planned_lines(this, sending_on, places, after, _customers_at_once(writing))
                if not lines:
                    break
                after = max(line.customer_id for line in lines)
                _compose_batch(this, run, writing, sending_on, lines, result)
            if result.notices >= max(MANY, 4 * known):
                known = result.notices
                _tell_the_planner()
            after_batch(result)
    if result.notices > max(MANY, known):
        _tell_the_planner()
    return freed


def _tell_the_planner() -> None:
    """Statistics while the tables grow: checks of keys, planned for empty tables, read them from end to end.

    Without the texts: to take them out of storage would take longer than all the rest.
    """
    analyze(
        "followup_notice (organization_id, customer_id, as_of, state, contact_on)",
        "followup_noticeitem",
        "followup_noticemessage",
        "messaging_message (organization_id, customer_id, state, next_attempt_at)",
    )


def _customers_at_once(writing: Writing) -> int:
    return CUSTOMERS_WITH_FILES if writing.makes_files else CUSTOMERS_PER_BATCH


def _planned_lines(
    this: Pass, sending_on: dt.date, places: list[Place] | None, after: int, customers: int
) -> list[Any]:
    parameters: dict[str, Any] = {
        "organization": this.organization.pk,
        "sending_on": sending_on,
        "pending_since": this.calendar.subtract_business_days(sending_on, PENDING_PAYMENT_BUSINESS_DAYS),
        "zones": places and [zone for zone, _ in places],
        "channels": places and [channel for _, channel in places],
        "after": after,
        "customers": customers,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement("compose_actions"), parameters)
        make = namedtuple_row(cursor.cursor)
        return [make(row) for row in cursor.fetchall()]


def _compose_batch(
    this: Pass, run: Run | None, writing: Writing, sending_on: dt.date, lines: list[Any], result: Composed
) -> None:
    clear = _without_obstacles(this, lines)
    groups = [(group, max(group, key=lambda line: line.offset_days)) for group in _groups(clear)]
    promised = who_promised(this.organization.pk, {leading.customer_id for _, leading in groups})
    wanted = [
        wanted_by(writing.texts.tags(leading), leading, promised, statement=writing.encloses_statement(leading))
        for _, leading in groups
    ]
    facts = _facts(this, sending_on, [group for group, _ in groups], wanted)
    # Asked last: what changed before this is seen here, what changes after it differs from the digest
    disturbed = _touched_since_plan(this, {line.customer_id for line in clear})
    result.disturbed += len(disturbed)
    writing.attachments.read(
        customers={line.customer_id for line in clear},
        invoices=[line.invoice_id for line in clear],
        as_of=sending_on,
    )
    drafts: list[Draft] = []
    held = 0
    incomplete: dict[str, list[int]] = {}
    to_write = [
        (Asked(leading, group, side), names, digest)
        for (group, leading), names, (digest, side) in zip(groups, wanted, facts, strict=True)
        if leading.customer_id not in disturbed
    ]
    for (asked, names, digest), written in zip(
        to_write, writing.each((asked for asked, _, _ in to_write), sending_on), strict=True
    ):
        group, leading = asked.lines, asked.leading
        if not isinstance(written, Written):
            detail = f"Text {writing.texts.named(leading)}: {written}"[:300]
            incomplete.setdefault(detail, []).extend(line.action_id for line in group)
            continue
        copies = [copy.stored for copy in asked.side.copies(leading)]
        window = _window(this, leading, sending_on)
        drafts.append(
            Draft(group, leading, written.words, digest, window, names, copies, written.enclosed, written.sender_id)
        )
        held += sum(len(file.content) for file in written.enclosed)
        if held >= BYTES_AT_ONCE:
            _store(this, run, writing.sender, sending_on, drafts, result)
            drafts, held = [], 0
    for detail, actions in incomplete.items():
        _make_wait(this, actions, Waiting.TEXT_INCOMPLETE, detail)
        result.incomplete += len(actions)
    if drafts:
        _store(this, run, writing.sender, sending_on, drafts, result)


def _without_obstacles(this: Pass, lines: list[Any]) -> list[Any]:
    """The lines that may go on the sending day. The plan looked at the day of the pass, which may be earlier."""
    for reason in (Waiting.HELD, Waiting.NETTED):
        _make_wait(this, [line.action_id for line in lines if line.obstacle == reason], reason)
    return [line for line in lines if line.obstacle is None]


def _make_wait(this: Pass, actions: list[int], reason: Waiting, detail: str = "") -> None:
    if actions:
        tomorrow = this.as_of + dt.timedelta(1)
        execute(
            "compose_waiting",
            {"actions": actions, "reason": reason.value, "detail": detail, "tomorrow": tomorrow, "now": this.now},
        )


def _touched_since_plan(this: Pass, customers: set[int]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            statement("compose_touched"), {"organization": this.organization.pk, "customers": list(customers)}
        )
        return {customer for (customer,) in cursor.fetchall()}


def _groups(lines: list[Any]) -> Iterator[list[Any]]:
    """The lines of each notice. A final text is never the first word about an invoice: such have one of their own."""

    def key(line: Any) -> tuple[int, str, str]:
        return (line.customer_id, line.currency, line.channel)

    for _, together in itertools.groupby(lines, key=key):
        group = list(together)
        if any(line.tone == Tone.FINAL for line in group):
            known = [line for line in group if line.earlier_notices]
            yield from (part for part in (known, [line for line in group if not line.earlier_notices]) if part)
        else:
            yield group


def _facts(
    this: Pass, sending_on: dt.date, groups: list[list[Any]], wanted: list[list[str]]
) -> list[tuple[str, SideFacts]]:
    """The digest of each group's facts, and those besides its invoices that it wants, in the order of the groups."""
    rows = [(number, line) for number, group in enumerate(groups) for line in group]
    parameters: dict[str, Any] = {
        "organization": this.organization.pk,
        "sending_on": sending_on,
        "groups": [number for number, _ in rows],
        "customers": [line.customer_id for _, line in rows],
        "currencies": [line.currency for _, line in rows],
        "channels": [line.channel for _, line in rows],
        "invoices": [line.invoice_id for _, line in rows],
        "wanted": [",".join(names) for names in wanted],
    }
    with connection.cursor() as cursor:
        cursor.execute(statement("compose_facts"), parameters)
        found = {number: (digest, read(side)) for number, digest, side in cursor.fetchall()}
    return [found[number] for number in range(len(groups))]


def _window(this: Pass, line: Any, sending_on: dt.date) -> Window:
    zone = _zone(this, (line.time_zone, line.channel))
    return window_on(sending_on, hours_of(line.channel, this.settings.hours), zone)


def _read_by(leading: Any) -> str:
    """Whose name stands beside the address: a person's, on an envelope the customer's."""
    name: str = leading.customer_name[:200] if leading.channel == Channel.LETTER else leading.contact_name
    return name


def _state(settings: OrganizationSettings, *, needs_approval: bool) -> str:
    if needs_approval:
        return NoticeState.AWAITING_APPROVAL
    return NoticeState.QUEUED if settings.may_send else NoticeState.COMPOSED


def _store(
    this: Pass, run: Run | None, sender: Sender, sending_on: dt.date, drafts: list[Draft], result: Composed
) -> None:
    """Notices, items and links by COPY, with ids taken beforehand; the actions learn their notice by one update."""
    organization, settings = this.organization.pk, this.settings
    numbered = list(zip(_new_ids("followup_notice", len(drafts)), drafts, strict=True))
    queued: list[tuple[int, Draft]] = []
    with connection.cursor() as cursor:
        with cursor.copy(statement("copy_notices")) as copy:
            for notice_id, draft in numbered:
                leading, written = draft.leading, draft.written
                needs_approval = settings.approval_required or any(line.needs_approval for line in draft.lines)
                state = _state(settings, needs_approval=needs_approval)
                result.awaiting_approval += state == NoticeState.AWAITING_APPROVAL
                if state == NoticeState.QUEUED:
                    queued.append((notice_id, draft))
                copy.write_row((
                    notice_id, organization, leading.customer_id, leading.currency, leading.channel,
                    run.pk if run else None,
                    leading.step_id, leading.tone, sending_on, str(state), "", leading.contact_id, leading.address,
                    _read_by(leading), draft.sender_id, json.dumps(draft.copies), written.subject, written.text,
                    written.html, draft.amount, draft.credit, draft.fingerprint, draft.wanted, draft.window.opens,
                    draft.window.closes, needs_approval, this.now, this.now,
                ))  # fmt: skip
        with cursor.copy(statement("copy_notice_items")) as copy:
            for notice_id, draft in numbered:
                for line in draft.lines:
                    copy.write_row((
                        organization, notice_id, line.invoice_id, line.step_id, line.balance, line.netted,
                        (sending_on - line.due_on).days,
                    ))  # fmt: skip
        pairs = [(line.action_id, notice_id) for notice_id, draft in numbered for line in draft.lines]
        cursor.execute(
            statement("compose_link_actions"),
            {"actions": [action for action, _ in pairs], "notices": [notice for _, notice in pairs]},
        )
    enclose(organization, [(notice_id, draft.enclosed) for notice_id, draft in numbered], now=this.now)
    result.notices += len(drafts)
    result.queued += len(queued)
    queue_notices([
        new_message(
            organization_id=organization,
            sender=sender,
            notice=Notice(
                pk=notice_id,
                customer_id=draft.leading.customer_id,
                channel=draft.leading.channel,
                recipient=draft.leading.address,
                recipient_name=_read_by(draft.leading),
                contact_id=draft.leading.contact_id,
                sender_id=draft.sender_id,
                copies=draft.copies,
                subject=draft.written.subject,
                body_text=draft.written.text,
                body_html=draft.written.html,
                opens_at=draft.window.opens,
                closes_at=draft.window.closes,
            ),
            owed_since=min(line.due_on for line in draft.lines),
        )
        for notice_id, draft in queued
    ])  # fmt: skip


def _new_ids(table: str, count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count])
        return [row[0] for row in cursor.fetchall()]
