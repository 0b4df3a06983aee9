"""Which message a notice goes by."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from dunwell.followup.models import Action, ActionState, NoticeMessage, NoticeState
from dunwell.organizations.models import Organization


def _deliveries_of(organization: Organization, state: str) -> QuerySet[NoticeMessage]:
    """The latest delivery of each notice in this state; an earlier one of the same notice says nothing any more."""
    later = NoticeMessage.objects.filter(organization=organization, notice=OuterRef("notice"), pk__gt=OuterRef("pk"))
    return NoticeMessage.objects.filter(~Exists(later), organization=organization, notice__state=state)


def failed_and_wanted(organization: Organization) -> QuerySet[NoticeMessage]:
    """Of the notices that failed, those that a step still waits for: neither paid nor overtaken by a later step."""
    waiting = Action.objects.filter(organization=organization, notice=OuterRef("notice"), state=ActionState.PLANNED)
    return _deliveries_of(organization, NoticeState.FAILED).filter(Exists(waiting))


def uncertain(organization: Organization) -> QuerySet[NoticeMessage]:
    """The notices of which nobody knows whether they arrived."""
    return _deliveries_of(organization, NoticeState.UNCERTAIN)
