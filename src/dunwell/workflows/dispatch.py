"""Dispatch with its guard: messaging sends, follow-up checks each message in its turn and keeps the score."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Mapping

from django.db import transaction

from dunwell.followup.services import delivery
from dunwell.messaging.channels import channels_of
from dunwell.messaging.channels.port import ChannelFactory
from dunwell.messaging.services import outbox
from dunwell.messaging.services.dispatch import DispatchReport, dispatch
from dunwell.organizations.models import Organization


def dispatch_organization(
    organization: Organization,
    *,
    clock: Callable[[], dt.datetime],
    worker: str,
    limit: int | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> DispatchReport:
    """Send what is queued and due. First settles what can no longer go: lost transmissions, closed windows."""
    settle_stuck(organization, now=clock())
    channels = channels_of(organization.pk)
    return _dispatch(organization, channels, clock=clock, worker=worker, limit=limit, should_stop=should_stop)


def _dispatch(
    organization: Organization,
    channels: Mapping[str, ChannelFactory],
    *,
    clock: Callable[[], dt.datetime],
    worker: str,
    should_stop: Callable[[], bool],
    limit: int | None = None,
    more: Callable[[], bool] = lambda: False,
) -> DispatchReport:
    return dispatch(
        organization_id=organization.pk,
        clock=clock,
        worker=worker,
        channels=channels,
        turns=delivery.take_turns,
        record=delivery.record,
        limit=limit,
        should_stop=should_stop,
        more=more,
    )


class SendingAlongside:
    """Sends in a thread of its own what somebody is still queueing: neither has to wait for the other's processor."""

    def __init__(
        self,
        organization: Organization,
        *,
        clock: Callable[[], dt.datetime],
        worker: str,
        should_stop: Callable[[], bool],
    ) -> None:
        self._organization = organization
        self._clock = clock
        self._worker = worker
        self._should_stop = should_stop
        self._all_queued = threading.Event()
        self._given_up = threading.Event()
        self._thread: threading.Thread | None = None
        self._report: DispatchReport | None = None
        self._error: BaseException | None = None

    def start(self) -> None:
        """Begin, unless it has begun."""
        if self._thread is None:
            settle_stuck(self._organization, now=self._clock())
            channels = channels_of(self._organization.pk)
            self._thread = threading.Thread(target=self._send, args=(channels,), name="sending-alongside")
            self._thread.start()

    def finish(self) -> DispatchReport:
        """Everything is queued: the report, when it is sent. Without a start, all of it is sent now."""
        if self._thread is None:
            return dispatch_organization(
                self._organization, clock=self._clock, worker=self._worker, should_stop=self._should_stop
            )
        self._all_queued.set()
        self._thread.join()
        if self._error is not None:
            raise self._error
        assert self._report is not None
        return self._report

    def give_up(self) -> None:
        """The queueing failed: end after the messages in hand."""
        self._given_up.set()
        self._all_queued.set()
        if self._thread is not None:
            self._thread.join()

    def _send(self, channels: Mapping[str, ChannelFactory]) -> None:
        try:
            self._report = _dispatch(
                self._organization,
                channels,
                clock=self._clock,
                worker=self._worker,
                should_stop=lambda: self._given_up.is_set() or self._should_stop(),
                more=lambda: not self._all_queued.is_set(),
            )
        except BaseException as error:  # noqa: BLE001 - raised again by finish(), in the caller's thread
            self._error = error


@transaction.atomic
def settle_stuck(organization: Organization, *, now: dt.datetime) -> tuple[int, int]:
    """Mark lost transmissions as uncertain, and call back what missed its window. Returns both counts."""
    swept = outbox.sweep(organization_id=organization.pk, now=now)
    delivery.record_these(message_ids=swept, state="uncertain", detail=outbox.WORKER_LOST, at=now)
    failed = outbox.fail_lapsed(organization_id=organization.pk, now=now)
    delivery.record_these(message_ids=failed, state="failed", detail=outbox.NEVER_ACCEPTED, at=now)
    lapsed = outbox.cancel_lapsed(organization_id=organization.pk, now=now)
    delivery.record_these(message_ids=lapsed, state="cancelled", detail=outbox.WINDOW_CLOSED, at=now)
    delivery.catch_up(organization_id=organization.pk, at=now)
    return len(swept), len(lapsed)
