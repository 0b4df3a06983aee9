"""In whose name an organization has letters posted by Lob."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.conf import settings as installation

from dunwell.messaging.channels.doubt import TRIES
from dunwell.messaging.channels.port import ServerUnavailableError
from dunwell.organizations.models import Organization, OrganizationSettings
from dunwell.organizations.secrets import SecretUnreadableError, decrypt


@dataclass(frozen=True, slots=True)
class LobSettings:
    """One account. `sender` is the number that Lob has given our own address (adr_…). Timeouts are seconds.

    A key that begins with test_ has nothing printed: Lob answers as if it had.
    """

    key: str = field(repr=False)
    sender: str
    api: str
    connect_timeout: float = 10.0
    answer_timeout: float = 60.0

    @property
    def server(self) -> str:
        return "Lob (test key)" if self.key.startswith("test_") else "Lob"

    @property
    def longest(self) -> dt.timedelta:
        return dt.timedelta(seconds=TRIES * (self.connect_timeout + self.answer_timeout))


def is_set_up(organization: Organization) -> bool:
    """There is a key that can be read, and an address that letters come from."""
    try:
        lob_settings(organization.pk)
    except ServerUnavailableError:
        return False
    return True


def lob_settings(organization_id: int) -> LobSettings:
    """The organization's account; ServerUnavailableError says what is missing."""
    own = OrganizationSettings.objects.get(organization_id=organization_id)
    if not (own.lob_key_encrypted and own.lob_sender):
        raise ServerUnavailableError("Lob is not set up: an API key and the number of our own address are needed.")
    return LobSettings(
        key=secret_of(own.lob_key_encrypted, "key"),
        sender=own.lob_sender,
        api=installation.LOB_API,
        connect_timeout=float(installation.SMTP_TIMEOUT),
        answer_timeout=2 * float(installation.SMTP_TIMEOUT),
    )


def secret_of(encrypted: str, what: str) -> str:
    """A secret of the account, in the clear."""
    try:
        return decrypt(encrypted)
    except SecretUnreadableError as error:
        raise ServerUnavailableError(f"The {what} of the Lob account cannot be read. {error}") from error
