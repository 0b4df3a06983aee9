"""Addresses of inbound webhooks: /hooks/<channel>/<provider>/<organization>/…"""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from dunwell.api import lob, mail_providers, twilio

app_name = "api"
urlpatterns: list[URLPattern | URLResolver] = [
    path("email/<slug:provider>/<slug:slug>/", mail_providers.reports, name="mail_provider_reports"),
    path("sms/twilio/<slug:slug>/status/<int:message_id>/", twilio.status, name="twilio_status"),
    path("sms/twilio/<slug:slug>/inbound/", twilio.inbound, name="twilio_inbound"),
    path("letter/lob/<slug:slug>/events/", lob.events, name="lob_events"),
]
