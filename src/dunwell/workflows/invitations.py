"""The mail with which somebody is asked to join, sent while whoever asked waits for the answer."""

from __future__ import annotations

import datetime as dt

from dunwell.messaging.channels.email import ProbeResult, TestWords, send_through, while_somebody_waits
from dunwell.messaging.channels.port import ServerUnavailableError
from dunwell.organizations.models import Invitation, Organization
from dunwell.workflows.sender import sender_of

_BODY = """\
{inviter} invites you to work with {organization} in Dunwell, as {role}.

Open this link to join. It works once, until {until}:

{link}

If you do not know what this is about, do nothing: without the link nobody gets in.
"""


def send_invitation(organization: Organization, invitation: Invitation, *, link: str, now: dt.datetime) -> ProbeResult:
    """Mail the link through the organization's own server, else the installation's.

    Raises ServerUnavailableError when no server or no sender's address is set.
    """
    sender = sender_of(organization)
    if not sender.address:
        raise ServerUnavailableError("There is no sender's address yet (Settings, Sender).")
    channel = while_somebody_waits(organization.pk)
    body = _BODY.format(
        inviter=invitation.invited_by or "An owner",
        organization=organization.name,
        role=invitation.get_role_display().lower(),
        until=f"{invitation.expires_at.astimezone(organization.zone):%d %B %Y}",
        link=link,
    )
    return send_through(
        channel,
        sender=sender.address,
        sender_name=sender.name,
        reply_to=sender.reply_to,
        to=invitation.email,
        words=TestWords(f"Join {organization.name} in Dunwell", body, ""),
        now=now,
    )
