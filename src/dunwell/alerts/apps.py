"""The Django app."""

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "dunwell.alerts"
