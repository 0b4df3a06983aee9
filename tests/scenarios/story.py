"""A story: an organization that chases, its days one after another, and the mail that arrived."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from dunwell.followup.models import Action
from dunwell.followup.services.escalation import install_escalation_rules
from dunwell.followup.services.passes import Pass, begin
from dunwell.followup.services.policies import create_default_policy
from dunwell.followup.services.texts import Sender, Texts
from dunwell.ledger.models import Customer, Invoice
from dunwell.messaging.services.dispatch import DispatchReport
from dunwell.messaging.services.templates import install_shipped
from dunwell.organizations.models import Organization
from dunwell.workflows.dispatch import dispatch_organization
from dunwell.workflows.run import RunReport, run_organization
from dunwell.workflows.sender import channels_set_up, sender_of
from tests import invariants, worlds
from tests.arrivals import Arrival, arrivals, sms_arrivals
from tests.invariants import DAY
from tests.messaging.smtp_server import SmtpServer
from tests.messaging.twilio_server import TwilioServer

MORNING = dt.time(9, 30)


def make_chasing_organization(smtp: SmtpServer, slug: str = "northlight", **fields: Any) -> Organization:
    """An organization with the default policy and the shipped texts, whose mail goes to this server."""
    settings = {
        "smtp_host": "127.0.0.1",
        "smtp_port": smtp.port,
        "smtp_security": "none",
        **fields.pop("settings", {}),
    }
    organization = worlds.make_organization(slug, settings=settings, **fields)
    install_shipped(organization=organization)
    create_default_policy(organization=organization)
    install_escalation_rules(organization=organization)
    return organization


class Story:
    """What is told day by day. After each day everything that must always be true is checked."""

    def __init__(self, organization: Organization, smtp: SmtpServer, twilio: TwilioServer | None = None) -> None:
        self.organization = organization
        self.smtp = smtp
        self.twilio = twilio
        self.seen: set[str] = set()

    # Time

    def moment(self, day: dt.date, at: dt.time = MORNING) -> dt.datetime:
        """A time of day on the organization's clock."""
        return dt.datetime.combine(day, at, tzinfo=self.organization.zone)

    def run(self, day: dt.date, at: dt.time = MORNING, **options: Any) -> RunReport:
        """One pass on a day that is today."""
        report = run_organization(self.organization, as_of=day, now=self.moment(day, at), **options)
        if not report.dry_run:
            self.check(day, planned=True)
        return report

    def begin(self, day: dt.date, at: dt.time = MORNING) -> tuple[Pass, Sender, Texts]:
        """A pass to be taken apart: what `prepare` and `compose` want."""
        organization = Organization.objects.select_related("settings").get(pk=self.organization.pk)
        sender = sender_of(organization)
        this = begin(organization, as_of=day, now=self.moment(day, at), channels_set_up=channels_set_up(organization))
        return this, sender, Texts(organization, sender)

    def live(self, first: dt.date, last: dt.date) -> Iterator[RunReport]:
        """A pass on every day from the first to the last."""
        day = first
        while day <= last:
            yield self.run(day)
            day += DAY

    def days(self, first: dt.date, last: dt.date) -> list[RunReport]:
        return list(self.live(first, last))

    def dispatch(self, day: dt.date, at: dt.time = MORNING) -> DispatchReport:
        """What a worker does between passes: it sends what is queued and may go."""
        now = self.moment(day, at)
        report = dispatch_organization(self.organization, clock=lambda: now, worker="story")
        self.check(day)
        return report

    def check(self, day: dt.date, *, planned: bool = False) -> None:
        """What must always be true; what came since the last time is judged by the facts of now."""
        if planned:
            invariants.nothing_planned_is_forgotten(self.organization)
        self.seen = invariants.check(self.organization, self._arrived(), as_of=day, seen=self.seen)

    def taken_as_checked(self) -> None:
        """Facts moved while it went: what has arrived is not judged by those of now."""
        self.seen = {arrival.name for arrival in self._arrived()}

    def _arrived(self) -> list[Arrival]:
        return [*arrivals(self.smtp.taken), *sms_arrivals(self.twilio.taken if self.twilio else ())]

    # What happened

    def mails(self, customer: Customer | None = None) -> list[Arrival]:
        """The mail that arrived, in order."""
        return [mail for mail in arrivals(self.smtp.taken) if customer is None or mail.customer == customer]

    def told(self, customer: Customer) -> list[tuple[dt.date, str]]:
        """Day and tone of each mail a customer got."""
        return [(mail.day, mail.notice.tone) for mail in self.mails(customer)]

    def steps(self, invoice: Invoice) -> dict[int, str]:
        """Offset → state of its action, with the reason where there is one."""
        return {
            action.offset_days: f"{action.state} {action.reason}".strip()
            for action in Action.objects.filter(invoice=invoice).order_by("offset_days")
        }
