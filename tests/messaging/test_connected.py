"""A lane that a server refuses leaves the channel to those that are connected, and knows when none is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from dunwell.messaging.services.connected import Connected


def test_alone_a_refusal_speaks_for_the_server() -> None:
    connected = Connected()
    connected.trying("email", "one")
    assert connected.refused("email", "one") is False


def test_beside_a_connected_lane_it_does_not() -> None:
    connected = Connected()
    connected.trying("email", "one")
    connected.opened("email", "one")
    connected.trying("email", "two")
    assert connected.refused("email", "two") is True
    assert connected.refused("sms", "two") is False, "each channel by itself"


def test_one_that_tries_again_is_not_connected_meanwhile() -> None:
    connected = Connected()
    connected.trying("email", "one")
    connected.opened("email", "one")
    connected.trying("email", "one")
    assert connected.refused("email", "one") is False
    connected.trying("email", "two")
    assert connected.refused("email", "two") is False


def test_while_a_lane_without_connection_has_messages_the_others_wait_for_them() -> None:
    connected = Connected()
    connected.trying("email", "one")
    assert connected.somebody_tries()
    connected.opened("email", "one")
    assert not connected.somebody_tries()
    connected.trying("email", "two")
    connected.refused("email", "two")
    assert connected.somebody_tries(), "it has not given back yet"
    connected.gave_back("two")
    assert not connected.somebody_tries()


def test_who_is_refused_first_waits_for_those_that_still_try() -> None:
    for succeeds in (True, False):
        connected = Connected()
        connected.trying("email", "one")
        connected.trying("email", "two")
        with ThreadPoolExecutor(1) as threads:
            waiting = threads.submit(connected.refused, "email", "one")
            assert not waiting.done()
            if succeeds:
                connected.opened("email", "two")
            else:
                connected.closed("email", "two")
            assert waiting.result(20) is succeeds
