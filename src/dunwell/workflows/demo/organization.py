"""The demo organization and its first day: made once, found again ever after."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from django.db import transaction

from dunwell.followup.models import Run
from dunwell.followup.queries.assignments import RuleDraft
from dunwell.followup.queries.standing import book_standing
from dunwell.followup.services.assignments import save_rules
from dunwell.followup.services.policies import HIGH_VALUE_STEPS, save_policy
from dunwell.ledger.models import Customer, Invoice
from dunwell.messaging.services.senders import save_sender
from dunwell.organizations.calendars import calendar_of
from dunwell.organizations.models import Organization, Role, User
from dunwell.organizations.queries import local_date
from dunwell.organizations.services import change_settings, create_user, grant_role
from dunwell.rules.escalation import Tone
from dunwell.rules.policies import PolicyDraft, StepDraft
from dunwell.rules.windows import local_moment
from dunwell.workflows.demo.book import invent_book
from dunwell.workflows.demo.write import write_book
from dunwell.workflows.organizations import set_up_organization
from dunwell.workflows.run import run_organization

LARGE_ACCOUNTS = "Large accounts"
MORE_STEPS = (
    StepDraft(
        "Check the order", 10, channel="task", instructions="Was everything delivered, and does the purchase order fit?"
    ),
    StepDraft(
        "Call again",
        25,
        Tone.FIRM,
        "call",
        instructions="Ask for a day, and for whoever decides about payments.",
        raise_priority_to=2,
    ),
)
SLUG = "demo"
EMAIL = "demo@dunwell.example"
FIRST_RUN_AT = dt.time(10, 0)


def find_demo() -> Organization | None:
    return Organization.objects.select_related("settings").filter(slug=SLUG, is_demo=True).first()


@transaction.atomic
def make_demo(*, now: dt.datetime) -> Organization:
    """Quillbridge Media with its book. It has started chasing, from the opening of its first run on.

    All or nothing: a demo that is stopped here starts afresh.
    """
    organization = set_up_organization(
        slug=SLUG,
        name="Quillbridge Media",
        base_currency="EUR",
        time_zone="Europe/Dublin",
        country="IE",
        is_demo=True,
    )
    first_run = _latest_business_day(organization, now)
    change_settings(
        organization=organization,
        sender_name="Quillbridge Media, Accounts",
        sender_address="accounts@quillbridge.example",
        reply_to="accounts@quillbridge.example",
        postal_address="Quillbridge Media Ltd\n14 Printers' Row\nDublin 2\nIreland",
        payment_url_pattern="https://pay.quillbridge.example/{invoice.number}",
        bank_details="Quillbridge Media Ltd\nIBAN IE29 AIBK 9311 5212 3456 78\nBIC AIBKIE2D",
        chasing_started_at=first_run,
    )
    write_book(organization=organization, book=invent_book(today=local_date(organization, first_run)))
    _chase_large_accounts(organization)
    return organization


def _chase_large_accounts(organization: Organization) -> None:
    """Who owes much is called as well, so that there is a worklist to look at; the last word is somebody else's."""
    chief = save_sender(
        organization=organization,
        name="Quillbridge Media, Head of Finance",
        address="finance@quillbridge.example",
        by=None,
    )
    steps = (*(_from(step, chief.address) for step in HIGH_VALUE_STEPS), *MORE_STEPS)
    draft = PolicyDraft(LARGE_ACCOUNTS, steps)
    save_policy(organization=organization, draft=draft, by=None)
    rule = RuleDraft("Large accounts", LARGE_ACCOUNTS, balance_above=Decimal(6_000))
    save_rules(organization=organization, rules=[rule], by=None)


def _from(step: StepDraft, address: str) -> StepDraft:
    return replace(step, sender=address, attachments="both") if step.tone == Tone.FINAL else step


@transaction.atomic
def make_demo_user(*, organization: Organization, password: str) -> User:
    """The person the demo is signed in as, with this password."""
    user = User.objects.filter(email=EMAIL).first()
    if user is None:
        return create_user(email=EMAIL, name="Demo", password=password, organization=organization, role=Role.OWNER)
    if not user.check_password(password):
        user.set_password(password)
        user.save(update_fields=["password"])
    if not user.memberships.filter(organization=organization).exists():
        grant_role(user=user, organization=organization, role=Role.OWNER)
    return user


def first_run_of(organization: Organization) -> dt.datetime:
    """The moment that the demo's first run takes as now."""
    started = organization.settings.chasing_started_at
    assert started is not None
    return started


def live_first_day(*, organization: Organization) -> None:
    """The first run, at the moment it was made for; done before, it is not done again."""
    moment = first_run_of(organization)
    day = local_date(organization, moment)
    if not Run.objects.filter(organization=organization, as_of=day, finished_at__isnull=False).exists():
        run_organization(organization, as_of=day, now=moment, worker="demo")


def describe(organization: Organization) -> dict[str, object]:
    """What the demo is, in the words of `dunwell demo --json`: the book as of its first run, and that run's report."""
    day = local_date(organization, first_run_of(organization))
    standing = book_standing(organization, day)
    first = Run.objects.filter(organization=organization, as_of=day, finished_at__isnull=False).earliest("started_at")
    return {
        "customers": Customer.objects.filter(organization=organization).count(),
        "invoices": Invoice.objects.filter(organization=organization).count(),
        "open": standing.open_invoices,
        "defaulters": standing.customers.get("defaulter", 0),
        **{name: first.report[name] for name in ("planned", "sent", "waiting", "final")},
    }


def _latest_business_day(organization: Organization, now: dt.datetime) -> dt.datetime:
    """The latest moment, not after now, at which the run's time of a business day had come."""
    day = local_date(organization, now)
    calendar = calendar_of(organization)
    while True:
        moment = local_moment(day, FIRST_RUN_AT, organization.zone)
        if calendar.is_business_day(day) and moment <= now:
            return moment
        day -= dt.timedelta(days=1)
