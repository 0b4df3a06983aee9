"""The further senders of an organization."""

from __future__ import annotations

from dunwell.messaging.models import MailSender
from dunwell.organizations.models import Organization


def all_senders(organization: Organization) -> list[MailSender]:
    """By name, archived ones too: what has been written keeps its sender."""
    return list(MailSender.objects.filter(organization=organization).order_by("name", "pk"))


def senders_in_use(organization: Organization) -> list[MailSender]:
    """Those that a policy or a step may name."""
    return [sender for sender in all_senders(organization) if sender.archived_at is None]
