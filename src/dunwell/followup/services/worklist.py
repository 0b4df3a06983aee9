"""The worklist keeps step with the plan: what is planned and done by a person is on it, and nothing else."""

from __future__ import annotations

import datetime as dt

from dunwell.followup.models import Action, Case, Task, TaskState
from dunwell.followup.models.tasks import STANDING
from dunwell.followup.queries.policies_in_force import PoliciesInForce
from dunwell.followup.services.passes import Pass, execute


def keep_worklist(this: Pass, policies: PoliciesInForce) -> None:
    """Make, rest and close the calls and internal tasks, in the transaction of the plan. A scratch copy has none."""
    if this.is_scratch:
        return
    stands = Task.objects.filter(organization=this.organization, state__in=STANDING).exists()
    if not stands and not policies.has_work_for_people:
        return
    parameters = {"organization": this.organization.pk, "as_of": this.as_of, "now": this.now}
    execute("tasks_new", parameters)
    execute("tasks_link", parameters)
    execute("tasks_follow", parameters)


def leave_the_worklist(*, organization_id: int, customer_id: int, as_of: dt.date, now: dt.datetime) -> None:
    """A customer who becomes another has no work of their own any more; their steps come up at the other one."""
    tasks = Task.objects.filter(organization=organization_id, customer=customer_id, state__in=STANDING)
    Action.objects.filter(organization=organization_id, task__in=tasks).update(task=None)
    tasks.update(state=TaskState.CLOSED, reason="merged", closed_at=now, changed_at=now)
    Case.objects.filter(organization=organization_id, customer=customer_id, closed_on=None).update(
        closed_on=as_of, due_on=None
    )
