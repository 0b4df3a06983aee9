"""How sign-in fits this installation."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm
from django.conf import settings
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up: an owner makes accounts, by `dunwell user create`."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        del request
        return False


def can_mail_passwords() -> bool:
    """Whether a forgotten password can be reset by mail: only where the installation has a mail server."""
    return bool(settings.SMTP_HOST)


class SignInForm(LoginForm):  # type: ignore[misc]
    """allauth's, without placeholders that repeat the labels; the way to a new password stands below the form."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "E-mail"
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
            field.help_text = ""
