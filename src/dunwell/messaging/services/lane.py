"""One lane of dispatch: one database connection and one connection per channel, used by one thread.

Its turns are taken at the gate that all lanes of a pass share.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from dataclasses import dataclass, replace
from typing import Any

import psycopg
import structlog

from dunwell.ledger.models import ChoiceSource, Said
from dunwell.ledger.services.addresses import keep_choice_of_number, refuse_address
from dunwell.messaging.channels.port import (
    Channel,
    OutgoingMessage,
    Result,
    ServerUnavailableError,
    Transmission,
)
from dunwell.messaging.services import files, hourly, retries, statements
from dunwell.messaging.services.turns import Ended, Next, Turn, settle
from dunwell.messaging.services.work import DispatchReport, Outcome, Refusal, Work

log = structlog.get_logger(__name__)

# So many doubtful failures in a row are the server's, not the messages'
_SUSPECT_LIMIT = 3
_LEASE_MARGIN = dt.timedelta(minutes=1)
# A database that restarts is back within seconds; until then an answer must not be lost
_STORE_ATTEMPTS = 6

_STATES = {
    Result.ACCEPTED: "sent",
    Result.PERMANENT: "failed",
    Result.UNCERTAIN: "uncertain",
}


@dataclass(frozen=True, slots=True)
class _Finished:
    """A transmission whose outcome is not stored yet."""

    kind: str
    message: OutgoingMessage
    ended: Ended
    addresses_refused: tuple[str, ...]
    opted_out: bool = False

    @property
    def outcome(self) -> Outcome:
        return self.ended.outcome


def _with_copies(answer: Transmission) -> str:
    """The server's words, with those about copies that it did not take."""
    refused = [f"No copy to {copy.address}: {copy.detail}" for copy in answer.copies_refused]
    return "\n".join((answer.detail, *refused))


def _came_too_late(finished: _Finished) -> None:
    log.warning("outcome_came_too_late", message_id=finished.message.id, state=finished.outcome.state)


class Lane:
    def __init__(self, work: Work, number: int) -> None:
        self._work = work
        self._worker = f"{work.worker}/{number}"[:100]
        self._connection = work.connect()
        self._channels: dict[str, Channel] = {}
        self._answered: set[str] = set()
        self._suspects: dict[str, int] = {}
        self._left_to_others: set[str] = set()
        self._out_of_room = False
        self.report = DispatchReport()

    def run(self) -> None:
        """Claim and send until nothing is due, the limit is reached or somebody says stop."""
        try:
            while not self._work.stop_now():
                # Asked first: what is queued before the answer is seen by the claim
                more = self._work.more()
                share = self._work.reserve()
                begun = self._batch(share) if share else None
                if begun is None:
                    self._work.give_back(share)
                    # What a lane that is refused gives back is for those that are connected
                    if not more and not self._work.connected.somebody_tries():
                        return
                    self._work.wait_for_more()
                    continue
                self._work.give_back(share - begun)
        finally:
            for kind, channel in self._channels.items():
                channel.close()
                self._work.connected.closed(kind, self._worker)
            self._work.connected.gave_back(self._worker)
            self._connection.close()

    def _batch(self, share: int) -> int | None:
        """Send one batch; how many were begun, None when nothing was due."""
        channels = self._usable_channels()
        if not channels:
            return None
        claimed = self._claim(channels, share)
        if not claimed:
            return None
        waiting = [message_id for *_, message_id, _ in claimed]
        with_files = files.with_files(self._connection, waiting)
        finished: _Finished | None = None
        begun = 0
        try:
            for *_, message_id, kind in claimed:
                if self._work.stop_now():
                    break
                if not self._is_usable(kind):
                    continue
                channel = self._channels[kind]
                if not channel.ready:
                    before, finished = finished, None
                    self._store_alone(before)
                    if not self._open(kind, channel):
                        continue
                # Read before it is begun: what cannot be read has not been tried
                attachments = files.attachments(self._connection, message_id) if message_id in with_files else ()
                # Whoever has the turn stores it, once
                before, finished = finished, None
                message = self._turn(before, message_id, channel)
                if self._out_of_room:
                    break
                waiting.remove(message_id)
                if message is not None:
                    begun += 1
                    if attachments:
                        message = replace(message, attachments=attachments)
                    finished = self._transmit(kind, channel, message)
        finally:
            self._store_alone(finished)
            if waiting:
                self._connection.execute(statements.GIVE_BACK, {"ids": waiting, "worker": self._worker})
            self._work.connected.gave_back(self._worker)
        return begun

    def _claim(self, channels: list[str], share: int) -> list[tuple[Any, ...]]:
        """Lease what may go now: when it was due, since when it is owed, its id and its channel, in that order."""
        room = hourly.room(self._connection, self._work.organization_id, self._work.clock())
        if room.left == 0:
            self._work.limited_until = room.opens_at
            return []
        return sorted(
            self._connection.execute(
                statements.CLAIM,
                {
                    "organization": self._work.organization_id,
                    "now": self._work.clock(),
                    "channels": channels,
                    "limit": share if room.left is None else min(share, room.left),
                    "worker": self._worker,
                    "lease": self._work.lease,
                },
            ).fetchall()
        )

    # One message

    def _turn(self, finished: _Finished | None, message_id: int, channel: Channel) -> OutgoingMessage | None:
        """Store the previous outcome and begin the next message, in one commit where it went as usual."""
        if finished is not None and finished.outcome.state != "sent":
            self._store_alone(finished)
            finished = None
        now = self._work.clock()
        coming = Next(message_id, self._worker, now, channel.longest + _LEASE_MARGIN)
        try:
            turned = self._work.gate.turn(Turn(finished.ended if finished else None, coming))
        except BaseException:
            # Whatever is wrong with the next message, the previous one's outcome is kept
            self._store_alone(finished)
            raise
        if finished is not None:
            if not turned.stored:
                _came_too_late(finished)
            self._after(finished)
        # Another lane took the last place: this message and those after it are given back as they were
        self._out_of_room = turned.no_room
        if turned.refusal is not None:
            self._refuse(message_id, turned.refusal, now)
        return turned.message

    def _refuse(self, message_id: int, refusal: Refusal, now: dt.datetime) -> None:
        with self._connection.transaction(), self._connection.cursor() as cursor:
            if refusal.retry_at is None:
                cursor.execute(
                    statements.STORE_REFUSAL,
                    {"id": message_id, "worker": self._worker, "reason": refusal.reason, "at": now},
                )
                outcome = Outcome("cancelled", now, refusal.reason)
            else:
                cursor.execute(
                    statements.PUT_BACK,
                    {"id": message_id, "worker": self._worker, "next_attempt_at": refusal.retry_at},
                )
                outcome = Outcome("queued", now, refusal.reason, refusal.retry_at)
            # A person may have taken it back since the guard was asked
            if cursor.rowcount == 0:
                return
            self._work.record(cursor, message_id, outcome)
        if outcome.state == "cancelled":
            self.report.cancelled += 1
        else:
            self.report.put_off += 1

    def _transmit(self, kind: str, channel: Channel, message: OutgoingMessage) -> _Finished | None:
        try:
            answer = channel.transmit(message)
        except ServerUnavailableError as error:
            self._put_back(message, str(error))
            self._refused(kind, channel, error)
            return None
        finished: _Finished | None = self._judge(kind, message, answer)
        if answer.server_suspect:
            self._suspects[kind] = self._suspects.get(kind, 0) + 1
            if self._suspects[kind] >= _SUSPECT_LIMIT:
                self._store_alone(finished)
                finished = None
                self._pause(kind, channel.server, f"{_SUSPECT_LIMIT} messages in a row failed: {answer.detail}")
        else:
            self._suspects[kind] = 0
            if kind not in self._answered:
                self._answered.add(kind)
                self._connection.execute(
                    statements.END_PAUSE, {"organization": self._work.organization_id, "channel": kind}
                )
        return finished

    def _judge(self, kind: str, message: OutgoingMessage, answer: Transmission) -> _Finished:
        now = self._work.clock()
        attempts = message.attempts + 1
        if answer.result is Result.TEMPORARY:
            delay = retries.delay_after(attempts)
            if delay is None:
                detail = f"Given up after {attempts} attempts. {answer.detail}"
                outcome = Outcome("failed", now, detail)
            else:
                outcome = Outcome("queued", now, answer.detail, now + delay)
        else:
            outcome = Outcome(_STATES[answer.result], now, _with_copies(answer))
        refused = [copy.address for copy in answer.copies_refused if copy.address_refused]
        if answer.address_refused:
            refused.append(message.recipient)
        ended = Ended(message.id, self._worker, outcome, attempts, answer.provider_id)
        return _Finished(kind, message, ended, tuple(refused), answer.opted_out)

    # Outcomes

    def _store_alone(self, finished: _Finished | None) -> None:
        """Store an outcome in a transaction of its own, through a restart of the database if need be."""
        if finished is None:
            return
        for attempt in range(_STORE_ATTEMPTS):
            try:
                with self._connection.transaction(), self._connection.cursor() as cursor:
                    if settle(cursor, finished.ended):
                        self._work.record(cursor, finished.message.id, finished.outcome)
                    else:
                        _came_too_late(finished)
                break
            except psycopg.OperationalError:
                if attempt + 1 == _STORE_ATTEMPTS:
                    raise
                time.sleep(2.0**attempt / 4)
                self._reconnect()
            except BaseException:
                # What happened to the mail is stored even when whoever is told fails
                settle(self._connection.cursor(), finished.ended)
                raise
        self._after(finished)

    def _after(self, finished: _Finished) -> None:
        """What follows a stored outcome and may be lost with a crash: the next attempt would bring it again."""
        self.report.count(finished.outcome)
        for address in finished.addresses_refused:
            refuse_address(
                organization_id=finished.message.organization_id,
                customer_id=finished.message.customer_id,
                channel=finished.kind,
                address=address,
                reason=finished.outcome.detail,
                now=finished.outcome.at,
            )

        if finished.opted_out:
            keep_choice_of_number(
                organization_id=finished.message.organization_id,
                number=finished.message.recipient,
                said=Said.OPTED_OUT,
                source=ChoiceSource.PROVIDER,
                now=finished.outcome.at,
                detail=finished.outcome.detail,
            )

    def _put_back(self, message: OutgoingMessage, reason: str) -> None:
        """The server went away before it heard of this message: as if it had not been begun."""
        with self._connection.transaction(), self._connection.cursor() as cursor:
            cursor.execute(statements.PUT_BACK, {"id": message.id, "worker": self._worker, "next_attempt_at": None})
            self._work.record(cursor, message.id, Outcome("queued", self._work.clock(), reason))
        self.report.put_off += 1

    # Servers

    def _usable_channels(self) -> list[str]:
        """The channels whose server is not left alone at the moment, each with a connection object."""
        standing = {
            kind: (server, reason)
            for kind, server, reason in self._connection.execute(
                statements.STANDING_PAUSES, {"organization": self._work.organization_id}
            )
        }
        for kind, factory in self._work.channels.items():
            if kind in self._work.paused:
                continue
            if kind not in self._channels:
                try:
                    self._channels[kind] = factory()
                except ServerUnavailableError as error:
                    self._pause(kind, "", str(error))
                    continue
            server, reason = standing.get(kind, ("", ""))
            # A pause is for the server that failed: with another one in the settings it is over
            if server and server == self._channels[kind].server:
                self._work.paused[kind] = reason
        return [kind for kind in self._channels if self._is_usable(kind)]

    def _is_usable(self, kind: str) -> bool:
        return kind not in self._work.paused and kind not in self._left_to_others

    def _open(self, kind: str, channel: Channel) -> bool:
        self._work.connected.trying(kind, self._worker)
        try:
            channel.open()
        except ServerUnavailableError as error:
            self._refused(kind, channel, error)
            return False
        except BaseException:
            self._work.connected.closed(kind, self._worker)
            raise
        self._work.connected.opened(kind, self._worker)
        return True

    def _refused(self, kind: str, channel: Channel, error: ServerUnavailableError) -> None:
        """No connection for this lane: where others have one, they go on without it."""
        if self._work.connected.refused(kind, self._worker):
            self._left_to_others.add(kind)
            log.info("connection_left_to_others", channel=kind, server=channel.server, reason=str(error))
        else:
            self._pause(kind, channel.server, str(error))

    def _pause(self, kind: str, server: str, reason: str) -> None:
        self._work.paused[kind] = reason
        self._connection.execute(
            statements.PAUSE,
            {
                "organization": self._work.organization_id,
                "channel": kind,
                "server": server,
                "reason": reason,
                "pauses": list(retries.PAUSES),
            },
        )
        log.warning("channel_paused", organization_id=self._work.organization_id, channel=kind, reason=reason)

    def _reconnect(self) -> None:
        with contextlib.suppress(psycopg.Error):
            self._connection.close()
        with contextlib.suppress(psycopg.OperationalError):
            self._connection = self._work.connect()
