"""Addresses of the customer's own pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from dunwell.portal import preferences

app_name = "portal"
urlpatterns: list[URLPattern | URLResolver] = [
    path("<str:token>/", preferences.preferences, name="preferences"),
]
