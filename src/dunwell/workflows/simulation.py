"""The same past period under the present policies and under another, lived through twice and compared."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import InterfaceError, OperationalError, connection

from dunwell.followup.models import (
    AssignmentRule,
    CustomerPolicy,
    DunningPolicy,
    Notice,
    NoticeItem,
    Simulation,
    StepChannel,
)
from dunwell.followup.policy_files import PolicyFile, PolicyFileError, from_toml
from dunwell.followup.services.assignments import AssignmentRefusedError
from dunwell.followup.services.policies import PolicyRefusedError, make_default, save_policy
from dunwell.followup.services.simulations import begin_simulation, end_simulation, fail_simulation
from dunwell.ledger.models import Invoice, InvoiceStatus
from dunwell.organizations.models import Organization
from dunwell.rules import simulation as rules
from dunwell.rules.simulation import DueInvoice, Figures, Lived, SentNotice, StepReached
from dunwell.workflows.policies import import_policies
from dunwell.workflows.replay import ASSUMPTIONS as REPLAY_ASSUMPTIONS
from dunwell.workflows.replay import Days, live_through

ASSUMPTIONS = (
    *REPLAY_ASSUMPTIONS,
    "So it says what would have been sent, to whom and when: not what that would have brought in.",
    "Every channel is taken to be set up, and each call and task to be done on its day.",
    "Settings, calendar and holds are those in the book now; follow-up begins with the first day, nothing sent before.",
)
CHANNELS = tuple(channel.value for channel in StepChannel)
# It copies the book and lives every day of it twice, while someone waits for the answer
MOST_INVOICES = 50_000
MOST_DAYS = 800
MOST_TIME = dt.timedelta(minutes=30)
SECONDS_BETWEEN_PROGRESS = 0.5
_FAULT = "Dunwell could not finish it, by a fault of its own that its log describes. Nothing has been changed."


NO_FILE = PolicyFile(())


class SimulationRefusedError(Exception):
    """It cannot be simulated; the message says why and what to do."""


@dataclass(frozen=True)
class Other:
    """What the present policies are compared with.

    `file` has policies (with its default and rules, where it names them); `policy_id` is the saved policy that the
    file's one policy would be the next version of, or, without a file, the policy itself. `for_everybody`: it chases
    every customer, whatever rules and customers' own settings say.
    """

    name: str
    file: PolicyFile = NO_FILE
    policy_id: int | None = None
    for_everybody: bool = True


def other_from_toml(text: str) -> Other:
    """A file as a whole where it says which policy is for whom, else its one policy for everybody.

    Raises PolicyFileError or SimulationRefusedError.
    """
    file = from_toml(text)
    whole = file.default is not None or file.rules is not None
    if not file.policies:
        raise SimulationRefusedError("The file has no policy: write one as [[policy]] with its steps.")
    if len(file.policies) > 1 and not whole:
        raise SimulationRefusedError(
            "The file has several policies and does not say which is for whom: name its `default`, or leave one alone."
        )
    return Other(file.default or file.policies[0].name, file, for_everybody=not whole)


def check_bounds(organization: Organization, *, first: dt.date, last: dt.date, today: dt.date) -> None:
    """Raises SimulationRefusedError where a simulation would take too long, or could say nothing."""
    if last < first:
        raise SimulationRefusedError("The last day lies before the first.")
    if last > today:
        raise SimulationRefusedError("The period ends in the future: payments are known up to today only.")
    if (last - first).days >= MOST_DAYS:
        raise SimulationRefusedError(f"A simulation lives through {MOST_DAYS} days at most: choose a shorter period.")
    invoices = Invoice.objects.filter(organization=organization).count()
    if invoices > MOST_INVOICES:
        raise SimulationRefusedError(
            f"This book has {invoices:,} invoices, and a simulation copies all of them: it takes {MOST_INVOICES:,} at "
            "most. Nothing was begun."
        )


def simulate(
    organization: Organization,
    other: Other,
    *,
    first: dt.date,
    last: dt.date,
    progress: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """Both sides as JSON: `present` and `other`. `progress` is told the days lived of both, and ends it by raising.

    Raises PolicyRefusedError, PolicyFileError or AssignmentRefusedError where the other policy cannot be saved.
    """
    count = (last - first).days + 1
    weekly_limit = organization.settings.weekly_contact_limit

    def side(change: Callable[[Organization], None] | None, before: int) -> Figures:
        done = before

        def told(_day: dt.date) -> None:
            nonlocal done
            done += 1
            if progress is not None:
                progress(done)

        lived = live_through(
            organization,
            first=first,
            last=last,
            collect=_collect,
            change=change,
            channels=CHANNELS,
            progress=told,
        )
        return rules.figures(lived, weekly_limit=weekly_limit)

    # The other first: what is refused is refused before half of the work is done
    changed = side(lambda scratch: put_in_force(scratch, other), 0)
    present = side(None, count)
    return {
        "from": first.isoformat(),
        "to": last.isoformat(),
        "days": count,
        "name": other.name,
        "for_everybody": other.for_everybody,
        "present": present.as_json(),
        "other": changed.as_json(),
        "assumptions": list(ASSUMPTIONS),
    }


class _CancelledError(Exception):
    """A person wants no more of it."""


class _TooLongError(Exception):
    """It has used up its time."""


def run_simulation(simulation_id: int, *, clock: Callable[[], dt.datetime]) -> None:
    """Live through one that was asked for. May be called again after a crash; what has ended stays so."""
    if not begin_simulation(simulation_id):
        return
    row = Simulation.objects.select_related("organization__settings").get(pk=simulation_id)
    began = clock()
    try:
        with _told_outside(row, began, clock) as progress:
            result = simulate(row.organization, other_of(row), first=row.first, last=row.last, progress=progress)
    except _CancelledError:
        return
    except _TooLongError:
        text = f"It was not done after {MOST_TIME.seconds // 60} minutes and was ended: choose a shorter period."
        fail_simulation(simulation_id, text, now=clock())
    except (PolicyRefusedError, PolicyFileError, AssignmentRefusedError) as error:
        fail_simulation(simulation_id, f"This policy cannot be used: {error}", now=clock())
    except (OperationalError, InterfaceError):
        raise  # a restart of the database is over in a minute: the job is tried again
    except Exception:
        fail_simulation(simulation_id, _FAULT, now=clock())
        raise
    else:
        end_simulation(simulation_id, now=clock(), result=result, days_done=row.days)


def other_of(row: Simulation) -> Other:
    """What a row compares with. Raises PolicyFileError."""
    file = from_toml(row.policies) if row.policies else NO_FILE
    return Other(row.name, file, row.policy_id, row.for_everybody)


@contextmanager
def _told_outside(
    row: Simulation, began: dt.datetime, clock: Callable[[], dt.datetime]
) -> Iterator[Callable[[int], None]]:
    """Progress that others see while the days are lived in a transaction: written over another connection."""
    outside = connection.copy()
    told = 0.0

    def progress(days: int) -> None:
        nonlocal told
        moment = time.monotonic()
        if moment - told < SECONDS_BETWEEN_PROGRESS:
            return
        told = moment
        with outside.cursor() as cursor:
            cursor.execute(
                "UPDATE followup_simulation SET days_done = %s WHERE id = %s AND state = 'running'", [days, row.pk]
            )
            if not cursor.rowcount:
                raise _CancelledError
        if clock() - began > MOST_TIME:
            raise _TooLongError

    try:
        yield progress
    finally:
        outside.close()


def put_in_force(organization: Organization, other: Other) -> None:
    """Chase by the other policy from now on. Only for a scratch copy."""
    if other.file.policies and other.policy_id is not None:
        version = save_policy(
            organization=organization, draft=other.file.policies[0], policy_id=other.policy_id, by=None
        )
        policy_id = version.policy_id
    elif other.file.policies:
        import_policies(organization=organization, file=other.file, by=None)
        policy_id = DunningPolicy.objects.get(organization=organization, name=other.name).pk
    elif other.policy_id is not None:
        policy_id = other.policy_id
    else:
        raise PolicyFileError("There is no policy to compare with.")
    if other.for_everybody:
        make_default(organization=organization, policy_id=policy_id, by=None)
        AssignmentRule.objects.filter(organization=organization).delete()
        CustomerPolicy.objects.filter(organization=organization).delete()


def _collect(scratch: Organization, lived: Days) -> Lived:
    reached: dict[int, list[StepReached]] = {}
    asks: set[int] = set()
    items = NoticeItem.objects.filter(organization=scratch).order_by("id")
    for notice, invoice, step, place, approval in items.values_list(
        "notice_id", "invoice_id", "step__name", "step__offset_days", "step__approval_required"
    ):
        reached.setdefault(notice, []).append(StepReached(invoice, step, place))
        if approval:
            asks.add(notice)
    all_ask = scratch.settings.approval_required
    notices = Notice.objects.filter(organization=scratch).order_by("as_of", "id")
    due = Invoice.objects.filter(
        organization=scratch, is_draft=False, due_on__range=(lived.first, lived.last), issued_on__lte=lived.last
    ).exclude(voided_on__lte=lived.last)
    return Lived(
        first=lived.first,
        last=lived.last,
        business_days=lived.business_days,
        notices=[
            SentNotice(day, customer, channel, step, all_ask or pk in asks, tuple(reached.get(pk, ())))
            for pk, day, customer, channel, step in notices.values_list(
                "pk", "as_of", "customer_id", "channel", "step__name"
            )
        ],
        due=[
            DueInvoice(
                pk, customer, due_on, settled_on if status == InvoiceStatus.PAID and settled_on <= lived.last else None
            )
            for pk, customer, due_on, status, settled_on in due.order_by("pk").values_list(
                "pk", "customer_id", "due_on", "status", "settled_on"
            )
        ],
        waits=lived.waits,
    )
