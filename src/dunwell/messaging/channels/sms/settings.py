"""In whose name an organization sends SMS, and where Twilio tells what became of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.conf import settings as installation

from dunwell.messaging.channels.port import ServerUnavailableError
from dunwell.organizations.models import Organization, OrganizationSettings
from dunwell.organizations.secrets import SecretUnreadableError, decrypt


@dataclass(frozen=True, slots=True)
class TwilioSettings:
    """One Twilio account. `sender` is a number or a messaging service; `callbacks` where reports go, empty for nowhere.

    Timeouts are seconds. Twilio queues an SMS and answers at once; waiting is better than not knowing.
    """

    account_sid: str
    auth_token: str = field(repr=False)
    sender: str
    api: str
    callbacks: str = ""
    connect_timeout: float = 10.0
    answer_timeout: float = 60.0

    @property
    def server(self) -> str:
        return f"Twilio ({self.account_sid})"

    @property
    def longest(self) -> dt.timedelta:
        return dt.timedelta(seconds=self.connect_timeout + self.answer_timeout)

    def status_address(self, message_id: int) -> str:
        """Where Twilio reports about one message; empty where it cannot reach us."""
        return f"{self.callbacks}status/{message_id}/" if self.callbacks else ""


class NoAccountError(ServerUnavailableError):
    """The organization has none, or half of one: not a fault, and nothing to pause for."""


def is_set_up(organization: Organization) -> bool:
    """There is an account, its token, and a number to send from."""
    try:
        twilio_settings(organization.pk)
    except ServerUnavailableError:
        return False
    return True


def twilio_settings(organization_id: int) -> TwilioSettings:
    """The organization's account; ServerUnavailableError says what is missing."""
    own = OrganizationSettings.objects.select_related("organization").get(organization_id=organization_id)
    if not (own.twilio_account_sid and own.twilio_auth_token_encrypted and own.twilio_sender):
        raise NoAccountError("SMS are not set up: a Twilio account, its token and a sender are needed.")
    return TwilioSettings(
        account_sid=own.twilio_account_sid,
        auth_token=token_of(own),
        sender=own.twilio_sender,
        api=installation.TWILIO_API,
        callbacks=hooks_of(own.organization.slug),
        connect_timeout=float(installation.SMTP_TIMEOUT),
        answer_timeout=2 * float(installation.SMTP_TIMEOUT),
    )


def token_of(settings: OrganizationSettings) -> str:
    """The account's token, which signs what Twilio sends us, too."""
    try:
        return decrypt(settings.twilio_auth_token_encrypted)
    except SecretUnreadableError as error:
        raise ServerUnavailableError(f"The token of the Twilio account cannot be read. {error}") from error


def hooks_of(slug: str) -> str:
    """Where Twilio calls us; nowhere when this installation is not on the web (`api/urls.py` has the addresses)."""
    base = installation.BASE_URL.rstrip("/")
    return f"{base}/hooks/sms/twilio/{slug}/" if base.startswith("https://") else ""
