"""Choosing who is told what."""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now

from dunwell.alerts.models import AlertDestination, AlertReceipt, AlertRule
from dunwell.alerts.services.chat import checked_address
from dunwell.organizations.models import Organization
from dunwell.organizations.recording import recorded
from dunwell.organizations.secrets import encrypt
from dunwell.rules.alerts import AlertKind, Choice


@transaction.atomic
def choose_for_role(*, organization: Organization, role: str, choices: dict[AlertKind, Choice], actor: str) -> None:
    """Everybody with this role is told so from now on, unless a person chose otherwise for themselves."""
    with recorded(user=actor):
        for kind, choice in choices.items():
            AlertRule.objects.update_or_create(
                organization=organization,
                kind=kind,
                role=role,
                defaults={"in_app": choice.in_app, "mail": choice.mail},
            )


@transaction.atomic
def choose_for_oneself(
    *, organization: Organization, user_id: int, choices: dict[AlertKind, Choice], actor: str
) -> None:
    """One person's own choice; it goes before their role's."""
    with recorded(user=actor):
        for kind, choice in choices.items():
            AlertRule.objects.update_or_create(
                organization=organization,
                kind=kind,
                user_id=user_id,
                defaults={"in_app": choice.in_app, "mail": choice.mail},
            )


@transaction.atomic
def add_destination(
    *, organization: Organization, name: str, address: str, kinds: list[str], actor: str
) -> AlertDestination:
    """A channel outside is told of these kinds from now on. UnknownServiceError when the address is not understood."""
    service = checked_address(address)
    with recorded(user=actor):
        return AlertDestination.objects.create(
            organization=organization, name=name, address=encrypt(address), service=service, kinds=kinds
        )


@transaction.atomic
def remove_destination(*, organization: Organization, destination_id: int, actor: str) -> bool:
    """Nothing more is told there. False when there is no such destination."""
    with recorded(user=actor):
        found = AlertDestination.objects.filter(organization=organization, pk=destination_id).first()
        if found is None:
            return False
        found.delete()
        return True


def mark_read(*, organization: Organization, user_id: int, alert_ids: list[int] | None = None) -> int:
    """The person has seen these alerts, or (None) all of theirs."""
    unread = AlertReceipt.objects.filter(organization=organization, user_id=user_id, read_at=None)
    if alert_ids is not None:
        unread = unread.filter(alert_id__in=alert_ids)
    return unread.update(read_at=Now())
