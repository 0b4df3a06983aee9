"""Work that stands still, and figures that do not agree."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator

from django.db import connection
from django.db.models import Count

from dunwell.followup.models import PlanState, Run
from dunwell.ledger.imports.services import WORKING
from dunwell.ledger.models import FileImport
from dunwell.messaging.channels.email import SmtpChannel, mail_settings
from dunwell.messaging.channels.email.providers.settings import ProviderSettings
from dunwell.messaging.channels.port import ServerUnavailableError
from dunwell.messaging.models import Message, MessageState
from dunwell.messaging.queries.senders import senders_in_use
from dunwell.organizations.models import Organization
from dunwell.organizations.queries import organizations
from dunwell.rules.mail_domains import Verdict
from dunwell.workflows.checkup.findings import Finding, bad, counted, good, warning
from dunwell.workflows.sender import sender_of
from dunwell.workflows.sender_domain import examine

SMTP_SECONDS = 4.0
SAMPLE = 200  # customers of each organization whose sums are added up again
LONG_IMPORT = dt.timedelta(hours=2)
LONG_RUN = dt.timedelta(hours=2)
LEASE_GRACE = dt.timedelta(minutes=3)


def mail_servers() -> Iterator[Finding]:
    """Whether each server lets its organizations in; nothing is sent. A server that several share is asked once."""
    answers: dict[object, str] = {}
    for organization in organizations():
        name = f"mail of {organization.slug}"
        chasing = organization.settings.may_send
        refusal = bad if chasing else warning
        try:
            found = mail_settings(organization.pk)
        except ServerUnavailableError as error:
            yield refusal(name, str(error), "Enter a mail server under Settings, Sender.")
            continue
        if not sender_of(organization).address:
            yield refusal(name, "there is no sender's address", "Enter one under Settings, Sender.")
            continue
        if isinstance(found, ProviderSettings):
            yield good(name, f"goes through {found.server}, which is heard of with the next mail")
            continue
        impatient = dataclasses.replace(found, timeout=SMTP_SECONDS, reply_timeout=SMTP_SECONDS)
        if impatient not in answers:
            answers[impatient] = _knock(SmtpChannel(impatient))
        if answers[impatient]:
            advice = "Send yourself a test mail under Settings, Sender; messages wait until the server answers."
            yield refusal(name, f"{found.server}: {answers[impatient]}", advice)
        else:
            yield good(name, f"{found.server} answers and lets us in")


def sender_domains() -> Iterator[Finding]:
    """Whether the domains of those who chase say that our mail is theirs. Nobody answering is no fault of theirs."""
    for organization in organizations():
        if organization.settings.may_send:
            yield from _domains_of(organization)


def _domains_of(organization: Organization) -> Iterator[Finding]:
    """Its own sender's, and those of the others that it may name; several addresses of one domain are one question."""
    own = [sender_of(organization).address]
    asked: set[str] = set()
    for address in filter(None, own + [sender.address for sender in senders_in_use(organization)]):
        domain = address.rpartition("@")[2].lower()
        if domain in asked:
            continue
        asked.add(domain)
        report = examine(organization, address)
        name = f"domain of {organization.slug}" if address in own else f"domain {domain} of {organization.slug}"
        faulty = [each for each in report.judgements if each.verdict in {Verdict.MISSING, Verdict.WRONG}]
        if any(each.verdict is Verdict.UNKNOWN for each in report.judgements):
            yield good(name, f"{report.domain}: {report.judgements[0].sentence}")
        elif faulty:
            said = " ".join(f"{each.about}: {each.sentence}" for each in faulty)
            yield warning(
                name, f"{report.domain}: {said}", "Settings, Sender, Check the domain has the records to add."
            )
        else:
            yield good(name, f"{report.domain} says that the mail is its own")


def _knock(channel: SmtpChannel) -> str:
    """Why the server cannot be used; empty when it can."""
    try:
        channel.open()
    except ServerUnavailableError as error:
        return str(error)
    finally:
        channel.close()
    return ""


def stuck(now: dt.datetime) -> Iterator[Finding]:
    """Rows that say somebody is at work on them while nobody can be."""
    sending = Message.objects.filter(state=MessageState.SENDING, leased_until__lt=now - LEASE_GRACE).count()
    imports = FileImport.objects.filter(state__in=WORKING, created_at__lt=now - LONG_IMPORT)
    hanging = imports.exclude(started_at__gt=now - LONG_IMPORT).count()
    runs = Run.objects.filter(
        finished_at=None, started_at__lt=now - LONG_RUN, started_at__gt=now - dt.timedelta(days=7)
    )
    latest = [run for run in runs if not _later_run(run)]
    if sending:
        yield bad(
            "sending",
            f"{counted(sending, 'message')} in transmission longer than any transmission takes",
            "A running worker settles them within a minute as uncertain, for a person to decide; start one.",
        )
    if hanging:
        yield warning(
            "imports",
            f"{counted(hanging, 'import')} at work for more than two hours",
            "A running worker gives up what nobody works on; see its log, then upload the file again.",
        )
    if latest:
        names = ", ".join(sorted({run.organization.slug for run in latest}))
        yield warning("runs", f"the last pass of {names} did not end", f"Run `dunwell run --organization {names}`.")
    if not (sending or hanging or latest):
        yield good("work at hand", "nothing stands still")
    yield from _for_a_person()


def _later_run(run: Run) -> bool:
    return Run.objects.filter(
        organization=run.organization_id, started_at__gt=run.started_at, finished_at__isnull=False
    ).exists()


def _for_a_person() -> Iterator[Finding]:
    found = (
        Message.objects.filter(state=MessageState.UNCERTAIN)
        .values_list("organization__slug")
        .annotate(Count("pk"))
        .order_by("organization__slug")
    )
    for slug, number in found:
        yield warning(
            f"uncertain mail of {slug}",
            f"{counted(number, 'message')} of which nobody knows whether the server took them",
            "Look under Follow-up and say what happened; they are never sent again by themselves.",
        )


def rollups() -> Iterator[Finding]:
    """Whether kept sums are those of the rows below: totals against customers, a sample of these against invoices."""
    differing: list[str] = []
    looked_at = 0
    for organization in organizations():
        state = PlanState.objects.filter(organization=organization).first()
        if state is None or state.assessed_as_of is None:
            continue
        looked_at += 1
        if _totals_differ(organization) or _sample_differs(organization, state.assessed_as_of):
            differing.append(organization.slug)
    if differing:
        names = ", ".join(differing)
        yield bad(
            "sums",
            f"kept sums of {names} are not those of the invoices",
            "Report this with the log; the next morning's pass computes them anew.",
        )
    elif looked_at:
        yield good("sums", "kept sums agree with the invoices (sample)")


def _totals_differ(organization: Organization) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS, {"organization": organization.pk})
        return cursor.fetchone() is not None


def _sample_differs(organization: Organization, as_of: dt.date) -> bool:
    """Customers whose facts changed since the assessment are left out: their sums are renewed by the next pass."""
    with connection.cursor() as cursor:
        cursor.execute(_SAMPLE, {"organization": organization.pk, "as_of": as_of, "sample": SAMPLE})
        return cursor.fetchone() is not None


_TOTALS = """
    SELECT currency
      FROM (SELECT currency, outstanding, overdue, open_invoices FROM followup_booktotal
             WHERE organization_id = %(organization)s) AS total
      FULL JOIN (SELECT currency, sum(outstanding) AS outstanding, sum(overdue) AS overdue,
                        sum(open_invoices) AS open_invoices
                   FROM followup_customerbalance WHERE organization_id = %(organization)s GROUP BY currency) AS below
     USING (currency)
     WHERE (coalesce(total.outstanding, 0), coalesce(total.overdue, 0), coalesce(total.open_invoices, 0))
        <> (coalesce(below.outstanding, 0), coalesce(below.overdue, 0), coalesce(below.open_invoices, 0))
     LIMIT 1
"""

_SAMPLE = """
    WITH sample AS MATERIALIZED (
        SELECT customer.id FROM ledger_customer AS customer
         WHERE customer.organization_id = %(organization)s
           AND NOT EXISTS (SELECT FROM ledger_touchedcustomer AS touched
                            WHERE touched.organization_id = %(organization)s AND touched.customer_id = customer.id)
         ORDER BY md5(customer.id::text || %(as_of)s::text)
         LIMIT %(sample)s
    ), kept AS (
        SELECT customer_id, currency, outstanding FROM followup_customerbalance
         WHERE organization_id = %(organization)s AND customer_id IN (SELECT id FROM sample) AND outstanding <> 0
    ), below AS (
        SELECT customer_id, currency, sum(balance) AS outstanding
          FROM ledger_open_items(%(organization)s, %(as_of)s) WHERE customer_id IN (SELECT id FROM sample)
         GROUP BY customer_id, currency
    )
    SELECT customer_id FROM kept FULL JOIN below USING (customer_id, currency)
     WHERE kept.outstanding IS DISTINCT FROM below.outstanding LIMIT 1
"""
