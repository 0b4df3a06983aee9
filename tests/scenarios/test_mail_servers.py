"""Mail servers as they are, in one morning: greylisting, slow, dropping, refusing, accepting; each mail once."""

from __future__ import annotations

import datetime as dt

from dunwell.followup.models import Notice
from dunwell.ledger.models import Contact, Customer
from dunwell.messaging.models import Message
from tests import worlds
from tests.invariants import DAY
from tests.messaging.smtp_server import SmtpServer
from tests.scenarios.story import Story
from tests.worlds import TODAY


def late(story: Story, name: str) -> Customer:
    customer = worlds.make_customer(story.organization, name, email=f"billing@{name}.example")
    worlds.make_invoice(customer, due_on=TODAY - 3 * DAY)
    return customer


def test_every_kind_of_server_in_one_morning(story: Story, smtp: SmtpServer) -> None:
    names = ("takes", "greylists", "slow", "drops-early", "full", "refuses", "unknown", "drops-late")
    for name in names:
        late(story, name)
    smtp.will("billing@greylists.example", "rcpt-4", "rcpt-4")
    smtp.will("billing@slow.example", "slow")
    smtp.will("billing@drops-early.example", "drop-data")
    smtp.will("billing@full.example", "end-4")
    smtp.will("billing@refuses.example", "rcpt-5")
    smtp.will("billing@unknown.example", "rcpt-unknown")
    smtp.will("billing@drops-late.example", "drop-end")
    report = story.run(TODAY)
    assert (report.sent, report.failed, report.uncertain) == (2, 2, 1)
    # What was put off is tried again while the window is open, without a person
    for minutes in (2, 10, 30):
        at = (dt.datetime.combine(TODAY, dt.time(9, 30)) + dt.timedelta(minutes=minutes)).time()
        story.dispatch(TODAY, at)
    states = dict(Message.objects.values_list("recipient", "state"))
    assert states == {
        "billing@takes.example": "sent",
        "billing@greylists.example": "sent",
        "billing@slow.example": "sent",
        "billing@drops-early.example": "sent",
        "billing@full.example": "sent",
        "billing@refuses.example": "failed",
        "billing@unknown.example": "failed",
        "billing@drops-late.example": "uncertain",
    }
    assert all(smtp.count(f"billing@{name}.example") <= 1 for name in names)
    # Refused for itself, not for what we are: only that address is not used again
    refused = Contact.objects.exclude(email_refused_at=None).values_list("email", flat=True)
    assert list(refused) == ["billing@unknown.example"]
    assert Notice.objects.get(customer__name="refuses").state == "failed"


def test_a_greylisted_mail_does_not_outlive_its_window(story: Story, smtp: SmtpServer) -> None:
    late(story, "greylists")
    smtp.will("billing@greylists.example", *["rcpt-4"] * 3)
    story.run(TODAY, dt.time(17, 58))
    story.dispatch(TODAY, dt.time(18, 5))
    assert smtp.taken == []
    # The next morning it is written anew, and taken
    assert story.run(TODAY + DAY).sent == 0
    smtp.script.by_recipient.clear()
    story.dispatch(TODAY + DAY, dt.time(11))
    assert smtp.count("billing@greylists.example") == 1
