"""Putting senders away, as far as nothing needs them any more."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from dunwell.followup.models import Notice, PolicyStep, PolicyVersion
from dunwell.messaging.models import MailSender
from dunwell.organizations.models import Organization, User
from dunwell.organizations.recording import recorded

MOST_NAMED = 5


class SenderInUseError(Exception):
    """The sender cannot be put away or removed; the message says where it is used."""


@transaction.atomic
def archive_sender(*, organization: Organization, sender_id: int, by: User | None, now: dt.datetime) -> None:
    """It is not offered any more; what was sent still names it. Raises SenderInUseError."""
    sender = _locked(organization, sender_id)
    if places := uses(sender):
        raise SenderInUseError(f"It is the sender of {_named(places)}: choose another there first.")
    if sender.archived_at is None:
        with recorded(user=by.pk if by else None, action="archive a sender"):
            sender.archived_at = now
            sender.save(update_fields=["archived_at"])


@transaction.atomic
def restore_sender(*, organization: Organization, sender_id: int, by: User | None) -> None:
    sender = _locked(organization, sender_id)
    with recorded(user=by.pk if by else None, action="restore a sender"):
        sender.archived_at = None
        sender.save(update_fields=["archived_at"])


@transaction.atomic
def remove_sender(*, organization: Organization, sender_id: int, by: User | None) -> None:
    """Away with a sender that nothing ever used. Raises SenderInUseError; nothing is changed then."""
    sender = _locked(organization, sender_id)
    if places := uses(sender):
        raise SenderInUseError(f"It is the sender of {_named(places)}: choose another there first.")
    ever = PolicyVersion.objects.filter(organization=organization, sender=sender).exists()
    ever = ever or PolicyStep.objects.filter(organization=organization, sender=sender).exists()
    if ever or Notice.objects.filter(organization=organization, sender=sender).exists():
        raise SenderInUseError(
            "Notices or earlier versions of a policy name it, and what was said stays readable. Archive it instead."
        )
    with recorded(user=by.pk if by else None, action="remove a sender"):
        sender.delete()


def uses(sender: MailSender) -> list[str]:
    """Where policies name it now, in words; those that are archived too, as they may come back."""
    return uses_of_all(sender.organization_id).get(sender.pk, [])


def uses_of_all(organization_id: int) -> dict[int | None, list[str]]:
    """The same for each sender of an organization that is named somewhere, by its id: two queries, however many."""
    named: dict[int | None, list[str]] = {}
    here = {"organization_id": organization_id, "sender__isnull": False}
    versions = PolicyVersion.objects.filter(**here, is_current=True).select_related("policy")
    for version in versions.order_by("policy__name"):
        named.setdefault(version.sender_id, []).append(f"the policy “{version.policy.name}”")
    steps = PolicyStep.objects.filter(**here, version__is_current=True).select_related("version__policy")
    for step in steps.order_by("version__policy__name", "offset_days"):
        named.setdefault(step.sender_id, []).append(f"the step “{step.name}” of “{step.version.policy.name}”")
    return named


def _locked(organization: Organization, sender_id: int) -> MailSender:
    # Whoever saves a policy holds this row too: it names no sender that is just put away
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    return MailSender.objects.get(organization=organization, pk=sender_id)


def _named(places: list[str]) -> str:
    more = len(places) - MOST_NAMED
    return ", ".join(places[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
