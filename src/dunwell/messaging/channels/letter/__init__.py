"""Letters on paper: printed and posted by people here, or by Lob."""

from __future__ import annotations

from dunwell.messaging.channels.letter import lob
from dunwell.messaging.channels.port import ChannelFactory
from dunwell.organizations.models import Organization, OrganizationSettings
from dunwell.organizations.models.settings import LettersBy

__all__ = ["is_set_up", "letter_channel_of"]


def letter_channel_of(organization_id: int) -> ChannelFactory | None:
    """Who takes letters by himself; None: people print them, and no worker sends any."""
    chosen = OrganizationSettings.objects.values_list("letters_by", flat=True).get(organization_id=organization_id)
    return lob.lob_channel_of(organization_id) if chosen == LettersBy.LOB else None


def is_set_up(organization: Organization) -> bool:
    """Somebody prints them."""
    match organization.settings.letters_by:
        case LettersBy.PRINT:
            return True
        case LettersBy.LOB:
            return lob.is_set_up(organization)
        case _:
            return False
