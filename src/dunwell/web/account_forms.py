"""allauth's forms in our words: labels as everywhere else, and no placeholders that repeat them."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp

LABELS = {
    "login": "E-mail",
    "email": "E-mail",
    "oldpassword": "Present password",
    "password1": "New password",
    "password2": "New password, again",
}


class _InOurWords:
    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = LABELS.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)


class SignInForm(_InOurWords, account.LoginForm):  # type: ignore[misc]
    """The way to a new password stands below the form."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.help_text = ""


class ResetPasswordForm(_InOurWords, account.ResetPasswordForm):  # type: ignore[misc]
    pass


class NewPasswordForm(_InOurWords, account.ResetPasswordKeyForm):  # type: ignore[misc]
    """Behind the link of a mail."""


class ChangePasswordForm(_InOurWords, account.ChangePasswordForm):  # type: ignore[misc]
    pass


class SetPasswordForm(_InOurWords, account.SetPasswordForm):  # type: ignore[misc]
    """Of somebody who signs in without one so far."""


class ConfirmForm(_InOurWords, account.ReauthenticateForm):  # type: ignore[misc]
    """Before something sensitive."""


class ActivateAppForm(_InOurWords, totp.ActivateTOTPForm):  # type: ignore[misc]
    pass


class SecondFactorForm(_InOurWords, mfa.AuthenticateForm):  # type: ignore[misc]
    pass


class ConfirmByCodeForm(_InOurWords, mfa.ReauthenticateForm):  # type: ignore[misc]
    pass
