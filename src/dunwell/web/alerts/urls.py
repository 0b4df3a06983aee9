"""Addresses of the alerts, below /alerts/ of an organization."""

from __future__ import annotations

from django.urls import path

from dunwell.web.alerts import views
from dunwell.web.alerts.stream import stream

urlpatterns = [
    path("", views.alerts, name="alerts"),
    path("stream/", stream, name="alert_stream"),
    path("read/", views.read_all, name="alerts_read"),
    path("choices/", views.own_choices, name="alert_choices"),
    path("team/", views.team, name="alert_team"),
    path("team/<int:destination_id>/remove/", views.remove_destination, name="alert_destination_remove"),
    path("<int:receipt_id>/", views.go, name="alert"),
]
