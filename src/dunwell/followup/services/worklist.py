"""The worklist keeps step with the plan: what is planned and done by a person is on it, and nothing else."""

from __future__ import annotations

from dunwell.followup.models import Task
from dunwell.followup.models.tasks import STANDING
from dunwell.followup.queries.policies_in_force import PoliciesInForce
from dunwell.followup.services.passes import Pass, execute


def keep_worklist(this: Pass, policies: PoliciesInForce) -> None:
    """Make, rest and close the calls and internal tasks, in the transaction of the plan. Replay has none."""
    if this.assume_reachable:
        return
    stands = Task.objects.filter(organization=this.organization, state__in=STANDING).exists()
    if not stands and not policies.has_work_for_people:
        return
    parameters = {"organization": this.organization.pk, "as_of": this.as_of, "now": this.now}
    execute("tasks_new", parameters)
    execute("tasks_link", parameters)
    execute("tasks_follow", parameters)
