"""Policies, what they make due, what was sent because of them, and what each customer is."""

from dunwell.followup.models.actions import Action, ActionState, AnchorKind, OldDebtRelease
from dunwell.followup.models.assignments import AssignmentRule, CustomerPolicy, PolicyAssignment
from dunwell.followup.models.cases import Case, CaseChange, CaseEvent, EscalationRule
from dunwell.followup.models.history import BookDay, RiskDay, StandingDay
from dunwell.followup.models.notices import FileKind, Notice, NoticeFile, NoticeItem, NoticeMessage, NoticeState
from dunwell.followup.models.policies import (
    DunningPolicy,
    PolicyStep,
    PolicyVersion,
    StepAnchor,
    StepAttachments,
    StepChannel,
)
from dunwell.followup.models.profiles import CustomerProfile, SegmentChange
from dunwell.followup.models.runs import PlanState, Run
from dunwell.followup.models.simulations import Simulation, SimulationState
from dunwell.followup.models.standings import (
    Amounts,
    BookTotal,
    CustomerBalance,
    CustomerStanding,
    StandingChange,
    StandingCount,
)
from dunwell.followup.models.tasks import Call, CallOutcome, Task, TaskKind, TaskState
from dunwell.followup.models.work_items import WorkItem, WorkKind

__all__ = [
    "Action",
    "ActionState",
    "Amounts",
    "AnchorKind",
    "AssignmentRule",
    "BookDay",
    "BookTotal",
    "Call",
    "CallOutcome",
    "Case",
    "CaseChange",
    "CaseEvent",
    "CustomerBalance",
    "CustomerPolicy",
    "CustomerProfile",
    "CustomerStanding",
    "DunningPolicy",
    "EscalationRule",
    "FileKind",
    "Notice",
    "NoticeFile",
    "NoticeItem",
    "NoticeMessage",
    "NoticeState",
    "OldDebtRelease",
    "PlanState",
    "PolicyAssignment",
    "PolicyStep",
    "PolicyVersion",
    "RiskDay",
    "Run",
    "SegmentChange",
    "Simulation",
    "SimulationState",
    "StandingChange",
    "StandingCount",
    "StandingDay",
    "StepAnchor",
    "StepAttachments",
    "StepChannel",
    "Task",
    "TaskKind",
    "TaskState",
    "WorkItem",
    "WorkKind",
]
