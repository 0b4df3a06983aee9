"""Signing in and one's own account: the pages of django-allauth that fit here, under their own names.

Left out: addresses of one's own to add and confirm. An account has the one address it was invited by.
"""

from __future__ import annotations

from allauth.account import views as account
from allauth.socialaccount import views as provider
from django.urls import URLPattern, URLResolver, include, path, re_path

from dunwell.web import sessions
from dunwell.web.setup.beginning import sign_in

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", sign_in, name="account_login"),  # allauth's; where nobody can sign in yet it leads to the set-up
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("signup/", account.signup, name="account_signup"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("password/reset/key/done/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", sessions.sessions, name="account_sessions"),
    path("", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("provider/", provider.connections, name="socialaccount_connections"),
    path("provider/cancelled/", provider.login_cancelled, name="socialaccount_login_cancelled"),
    path("provider/error/", provider.login_error, name="socialaccount_login_error"),
    path("provider/signup/", provider.signup, name="socialaccount_signup"),
]
