"""What steps have chosen for their e-mails, where it is not what all have."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.db.models.functions import Coalesce

from dunwell.followup.models import PolicyStep, StepAttachments
from dunwell.organizations.models import Organization


@dataclass(frozen=True)
class StepChoice:
    """`sender_id`: the step's, else its policy's, None for the organization's own. Empty `attachments`: as for all."""

    sender_id: int | None = None
    attachments: str = ""

    def invoices(self, usual: bool) -> bool:
        """Whether the invoices go along, where the organization's choice is `usual`."""
        return self.attachments in {StepAttachments.INVOICES, StepAttachments.BOTH} if self.attachments else usual

    def statement(self, usual: bool) -> bool:
        """Whether a statement of account goes along, where the organization's choice is `usual`."""
        return self.attachments in {StepAttachments.STATEMENT, StepAttachments.BOTH} if self.attachments else usual


AS_ALL = StepChoice()


class StepChoices:
    """The choices of an organization's steps, of all versions: what is due may be of an earlier one. One query."""

    def __init__(self, organization: Organization) -> None:
        steps = PolicyStep.objects.filter(organization=organization).filter(
            Q(sender__isnull=False) | Q(version__sender__isnull=False) | ~Q(attachments="")
        )
        rows = steps.values_list("pk", Coalesce("sender_id", "version__sender_id"), "attachments")
        self._of = {step: StepChoice(sender, attachments) for step, sender, attachments in rows}

    def of(self, step_id: int) -> StepChoice:
        return self._of.get(step_id, AS_ALL)

    @property
    def attach_invoices(self) -> bool:
        """Whether some step wants the invoices to go along."""
        return any(choice.invoices(usual=False) for choice in self._of.values())

    @property
    def attach_statement(self) -> bool:
        """Whether some step wants a statement to go along."""
        return any(choice.statement(usual=False) for choice in self._of.values())
