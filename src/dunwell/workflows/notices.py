"""After a person changed something: what is ready is queued, what was called back is written anew at once."""

from __future__ import annotations

import datetime as dt

from dunwell.followup.services.compose import Composed, compose
from dunwell.followup.services.passes import begin
from dunwell.followup.services.prepare import prepare
from dunwell.followup.services.queueing import queue_ready
from dunwell.followup.services.texts import Texts
from dunwell.organizations.models import Organization
from dunwell.organizations.queries import local_date
from dunwell.workflows.sender import channels_set_up, sender_of


def refresh(organization: Organization, *, now: dt.datetime) -> Composed:
    """Bring standings, actions and notices up to now, as the next pass would; dispatch is left to the workers."""
    organization = Organization.objects.select_related("settings").get(pk=organization.pk)
    this = begin(
        organization,
        as_of=local_date(organization, now),
        now=now,
        channels_set_up=channels_set_up(organization),
    )
    prepare(this)
    sender = sender_of(organization)
    composed = compose(this, None, sender, Texts(organization, sender))
    composed.queued += queue_ready(this, sender)
    return composed
