"""What happens next with an invoice or a customer: the step, its day, by which policy and why, and what prevents it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from dunwell.followup.models import (
    Action,
    ActionState,
    CustomerProfile,
    DunningPolicy,
    NoticeState,
    PolicyStep,
    StepChannel,
    Task,
    TaskKind,
)
from dunwell.followup.models import PolicyVersion as Version
from dunwell.followup.queries.assignments import Assignment, policy_of
from dunwell.followup.queries.pending import WHY_LAST_STEP_DONE
from dunwell.followup.queries.policies_in_force import TimedStep, timed
from dunwell.ledger.models import Customer, DueDateExtension, Hold, Invoice
from dunwell.ledger.rates import rates_to
from dunwell.organizations.calendars import calendar_of
from dunwell.organizations.models import Organization
from dunwell.rules.escalation import Anchor, Step, step_day
from dunwell.rules.waiting import EXPLANATIONS, Waiting

MOST_INVOICES = 200
BEHIND = (Waiting.EARLIER_STEP.value, Waiting.EARLIER_NOTICE.value)

COMING, NONE = "coming", "none"


@dataclass(frozen=True)
class NextAction:
    """`state` is an action's (`planned`, `waiting`), or `coming` (its day is ahead), or `none`.

    `why` says in words where it stands, `prevented_by` what else keeps it from going today; `until` is the first day
    on which that may have ended. `assigned` names the policy that chases the invoice now and the rule that gave it;
    `version` is the one the step is from. `channel` is how it reaches this customer, and `why_channel` why so where the
    step says otherwise.
    """

    invoice: Invoice
    state: str
    why: str
    assigned: Assignment
    step: PolicyStep | None = None
    version: Version | None = None
    day: dt.date | None = None
    occurrence: int = 0
    reason: str = ""
    until: dt.date | None = None
    notice_id: int | None = None
    channel: str = ""
    why_channel: str = ""
    prevented_by: tuple[str, ...] = ()

    @property
    def policy(self) -> DunningPolicy:
        return self.version.policy if self.version else self.assigned.policy


def next_action(organization: Organization, invoice: Invoice, as_of: dt.date) -> NextAction:
    """The next step of an invoice of this organization; one with state `none` says why there is none."""
    assigned = policy_of(organization, invoice.customer, invoice.currency)
    if invoice.is_draft or invoice.balance <= 0:
        return NextAction(invoice, NONE, "Nothing is open of this invoice.", assigned)
    prevented_by = _prevented_by(organization, invoice, as_of)
    actions = list(
        Action.objects.filter(invoice=invoice).select_related("step__version__policy", "notice", "task__given_to")
    )
    active = [action for action in actions if action.state in (ActionState.WAITING, ActionState.PLANNED)]
    if active:
        action = min(active, key=lambda action: (action.state != "planned", action.reason in BEHIND, action.step_day))
        return NextAction(
            invoice,
            action.state,
            _why(action),
            assigned,
            step=action.step,
            version=action.step.version,
            day=action.step_day,
            occurrence=action.occurrence,
            reason=action.reason,
            until=action.recheck_on if action.state == ActionState.WAITING else None,
            notice_id=action.notice_id,
            channel=action.channel,
            why_channel=_why_channel(action, invoice.customer),
            prevented_by=prevented_by,
        )
    return _coming(organization, invoice, as_of, assigned, actions, prevented_by)


def next_action_of_customer(organization: Organization, customer: Customer, as_of: dt.date) -> NextAction | None:
    """The first of what happens next with the customer's open invoices, the oldest of them; None: nothing is open."""
    invoices = Invoice.objects.filter(organization=organization, customer=customer, balance__gt=0, is_draft=False)
    found = [
        next_action(organization, invoice, as_of)
        for invoice in invoices.select_related("customer").order_by("due_on", "pk")[:MOST_INVOICES]
    ]
    order = [ActionState.PLANNED.value, ActionState.WAITING.value, COMING, NONE]
    return min(found, key=lambda each: (order.index(each.state), each.day or dt.date.max), default=None)


def _why(action: Action) -> str:
    if action.state == ActionState.WAITING:
        return action.detail or EXPLANATIONS[action.reason]
    if action.task is not None:
        return _why_on_the_worklist(action.task)
    if action.notice is None:
        return "It is due: the next pass writes its notice."
    return f"Its notice is written: {NoticeState(action.notice.state).label.lower()}."


def _why_on_the_worklist(task: Task) -> str:
    whose = f" of {task.given_to}" if task.given_to else ""
    if task.kind == TaskKind.TASK:
        return f"It is on the worklist{whose}: somebody does it, or finds that it is not needed."
    if task.attempts:
        tries = "once" if task.attempts == 1 else f"{task.attempts} times"
        return f"Nobody answered {tries}: the next try is on {task.due_on:%Y-%m-%d}."
    return f"It is on the worklist{whose}: somebody calls and writes down what came of it."


def _why_channel(action: Action, customer: Customer) -> str:
    """Why it does not go through the step's own channel; empty where it does."""
    if action.channel == action.step.channel:
        return ""
    if action.channel == customer.preferred_channel:
        return "this customer is best reached so"
    return f"the step says {StepChannel(action.step.channel).label}, where there is no address that may be used"


def _prevented_by(organization: Organization, invoice: Invoice, as_of: dt.date) -> tuple[str, ...]:
    found = []
    settings = organization.settings
    if settings.chasing_started_at is None:
        found.append("Chasing has not been started yet: nothing is sent.")
    elif settings.sending_stopped_at is not None:
        found.append("All sending is stopped.")
    holds = Hold.objects.filter(organization=organization, customer_id=invoice.customer_id, starts_on__lte=as_of)
    for hold in holds.order_by("starts_on", "pk"):
        ends = [day for day in (hold.ends_on, hold.released_on) if day is not None]
        if hold.invoice_id in (None, invoice.pk) and all(day > as_of for day in ends):
            part = f", {hold.amount.normalize():f} {invoice.currency} of it" if hold.amount is not None else ""
            until = f" until {min(ends):%Y-%m-%d}" if ends else ""
            found.append(f"On hold{until}: {hold.get_reason_display().lower()}{part}.")
    return tuple(found)


def _coming(
    organization: Organization,
    invoice: Invoice,
    as_of: dt.date,
    assigned: Assignment,
    actions: list[Action],
    prevented_by: tuple[str, ...],
) -> NextAction:
    """The first step whose day is ahead and that nothing done has made past."""
    calendar = calendar_of(organization)
    anchors = {Anchor.DUE: invoice.due_on, Anchor.ISSUE: invoice.issued_on}
    extension = DueDateExtension.objects.filter(organization=organization, invoice=invoice).order_by("-pk").first()
    instance = extension.pk if extension else 0
    present = [action for action in actions if action.anchor_kind == "issue" or action.anchor_id == instance]
    done = [
        action.offset_days + (anchors[Anchor(action.anchor_kind)] - invoice.due_on).days
        for action in present
        if action.state == ActionState.DONE
    ]
    closed = {(action.lineage, action.occurrence) for action in present}
    steps = _steps_of(assigned.policy)
    meant = [each for each in steps if _is_meant(organization, invoice, each.rule, as_of)]
    ahead: list[tuple[dt.date, int, TimedStep]] = []
    for each in meant:
        rule, anchor = each.rule, anchors[each.rule.anchor]
        place = rule.offset_days + (anchor - invoice.due_on).days
        is_late = rule.anchor is Anchor.DUE and rule.offset_days < 0 and invoice.due_on <= as_of
        if rule.key not in closed and not is_late and place > max(done, default=place - 1):
            ahead.append((step_day(anchor, rule.offset_days, calendar), place, each))
    if not ahead:
        why = WHY_LAST_STEP_DONE if done or not steps or meant else "No step is meant for it as it stands."
        return NextAction(invoice, NONE, why, assigned, prevented_by=prevented_by)
    day, _, first = min(ahead, key=lambda item: item[:2])
    why = "Its day has not come." if day > as_of else "It is due: the next pass plans it."
    return NextAction(
        invoice,
        COMING,
        why,
        assigned,
        step=first.row,
        version=first.row.version,
        day=day,
        occurrence=first.rule.occurrence,
        prevented_by=prevented_by,
    )


def _steps_of(policy: DunningPolicy) -> list[TimedStep]:
    steps = PolicyStep.objects.filter(version__policy=policy, version__is_current=True)
    return list(timed(steps.select_related("version__policy").order_by("offset_days", "pk")))


def _is_meant(organization: Organization, invoice: Invoice, step: Step, as_of: dt.date) -> bool:
    conditions = step.conditions
    asks_balance = conditions.minimum_balance is not None or conditions.maximum_balance is not None
    balance: Decimal | None = None
    if asks_balance:
        rate = rates_to(organization.base_currency, [invoice.currency], as_of).get(invoice.currency)
        balance = None if rate is None else invoice.balance * rate
    if not conditions.segments and conditions.minimum_risk is None:
        return conditions.hold_for(balance, "", 0)
    profile = CustomerProfile.objects.filter(organization=organization, customer_id=invoice.customer_id).first()
    return conditions.hold_for(balance, profile.segment if profile else "", profile.risk if profile else 0)
