"""How signing in fits this installation: nobody signs up unasked, guessing gets slower, a provider names its people."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from dunwell.organizations import secrets, throttles
from dunwell.organizations.members.queries import is_invited
from dunwell.organizations.models import User
from dunwell.organizations.queries import database_now
from dunwell.rules.lockout import in_words


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up: an account is made by an invitation or by `dunwell user create`."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "This address and this password do not belong together.",
        "incorrect_password": "This is not your password.",
        "enter_current_password": "This is not your present password.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        del request
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse an address that failed too often, before its password is looked at."""
        now = database_now()
        wait = throttles.sign_in_waits(email=credentials.get("email", ""), now=now)
        if wait is not None:
            again = now + wait
            raise ValidationError(
                f"Too many failed tries for this address. Try again in {in_words(wait)}, at {again:%H:%M} UTC. "
                "With every further failure the wait doubles."
            )
        super().pre_authenticate(request, **credentials)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        user = super().authenticate(request, **credentials)
        if user is not None:
            throttles.sign_in_succeeded(email=credentials.get("email", ""))
        return user

    def post_login(self, request: HttpRequest, user: Any, **about: Any) -> Any:
        """Who has just signed in has shown who they are: no second question before a sensitive change."""
        records = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
        if records:
            records[-1]["reauthenticated"] = True
            request.session[AUTHENTICATION_METHODS_SESSION_KEY] = records
        return super().post_login(request, user, **about)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        del request
        throttles.sign_in_failed(email=credentials.get("email", ""), now=database_now())


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors, unreadable in a copy of the database."""

    def encrypt(self, text: str) -> str:
        return secrets.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return secrets.decrypt(encrypted_text)

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002 - allauth's name
        del user, type
        return "My key"

    def _get_site_name(self) -> str:
        return "Dunwell"


class ProviderAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Signing in at the provider of this installation: into the account of the address that it vouches for."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """A provider's account that is new here belongs to whoever has its verified address."""
        if sociallogin.is_existing or request.user.is_authenticated:
            return
        for address in sociallogin.email_addresses:
            if not address.verified:
                continue
            known = User.objects.filter(email__iexact=address.email, is_active=True).first()
            if known is not None:
                sociallogin.connect(request, known)
                return

    def is_email_verified(self, provider: Any, email: str) -> bool:
        return settings.OIDC_TRUSTS_EMAIL or bool(super().is_email_verified(provider, email))

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """A new account is made only for somebody who is invited."""
        del request
        now = database_now()
        return any(address.verified and is_invited(address.email, now) for address in sociallogin.email_addresses)

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> Any:
        user = super().populate_user(request, sociallogin, data)
        user.email = (data.get("email") or "").strip().lower()
        user.name = data.get("name") or " ".join(filter(None, (data.get("first_name"), data.get("last_name"))))
        return user


def can_mail_passwords() -> bool:
    """Whether a forgotten password can be reset by mail: only where the installation has a mail server."""
    return bool(settings.SMTP_HOST)
