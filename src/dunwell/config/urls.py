"""Every address of the installation."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("reach/", include("dunwell.portal.urls")),
    path("hooks/", include("dunwell.api.urls")),
    path("accounts/", include("dunwell.web.accounts_urls")),
    path("", include("dunwell.web.urls")),
]

handler403 = "dunwell.web.refusals.forbidden"
handler429 = "dunwell.web.refusals.too_many_requests"
