"""The mail server refuses, hangs up or vanishes at every point of the conversation; the whole pass lives with it."""

from __future__ import annotations

import datetime as dt

import pytest

from tests import worlds
from tests.invariants import DAY
from tests.scenarios.story import Story
from tests.worlds import TODAY

# What happens once, and how often the mail is at the server in the end
ACCIDENTS = {
    "rcpt-4": 1,
    "data-4": 1,
    "end-4": 1,
    "drop-rcpt": 1,
    "drop-data": 1,
    "drop-dot": 0,  # handed over whole, not taken, and nobody can know
    "drop-end": 1,  # taken, but nobody said so
    "rcpt-5": 0,
    "data-5": 0,
    "end-5": 0,
}


@pytest.mark.parametrize("accident", ACCIDENTS)
def test_one_accident(story: Story, accident: str) -> None:
    unlucky = worlds.make_customer(story.organization, email="unlucky@client.example")
    others = [worlds.make_customer(story.organization) for _ in range(3)]
    invoice = worlds.make_invoice(unlucky, due_on=TODAY)
    for customer in others:
        worlds.make_invoice(customer, due_on=TODAY)
    story.smtp.will("unlucky@client.example", accident)
    story.run(TODAY)
    # Retries come after a minute; a pass of the same day changes nothing about that
    report = story.run(TODAY, dt.time(9, 45))
    assert [len(story.mails(customer)) for customer in others] == [1, 1, 1]
    assert story.smtp.count("unlucky@client.example") == ACCIDENTS[accident]
    reasons = [case["reason"] for case in report.needs_person]
    if accident in {"drop-dot", "drop-end"}:
        assert reasons == ["uncertain"]
        assert story.steps(invoice)[0] == "done"
    elif ACCIDENTS[accident]:
        assert reasons == []
        assert story.steps(invoice)[0] == "done"
    else:
        assert reasons == ["failed"]
        assert story.steps(invoice)[0] == "planned"
    story.days(TODAY, TODAY + 2 * DAY)
    assert story.smtp.count("unlucky@client.example") == ACCIDENTS[accident]
    # The next step is a new chance, whatever became of this one
    story.run(TODAY + 5 * DAY)
    assert story.smtp.count("unlucky@client.example") == ACCIDENTS[accident] + 1
