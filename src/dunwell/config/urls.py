"""Every address of the installation."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from dunwell.web.setup.beginning import sign_in

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/login/", sign_in),  # before allauth's own: where nobody can sign in yet it leads to the set-up
    path("accounts/", include("allauth.account.urls")),
    path("", include("dunwell.web.urls")),
]
