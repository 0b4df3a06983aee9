"""What mail providers tell us about mails: one address for each provider and organization.

Each report is kept once, however often and in whatever order it comes. A report about a copy says nothing about the
mail to the customer.
"""

from __future__ import annotations

import datetime as dt

import structlog
from django.http import HttpRequest, HttpResponse

from dunwell.api.intake import RefusedError, hook
from dunwell.messaging.channels.email.providers.reports import NotBelievedError, UnreadableError, read_reports
from dunwell.messaging.channels.email.providers.settings import ProviderSettings, provider_settings
from dunwell.messaging.channels.port import ServerUnavailableError
from dunwell.messaging.services.reports import DeliveryReport
from dunwell.organizations.models import Organization
from dunwell.rules.channels import Channel
from dunwell.workflows.reports import take_report_of

log = structlog.get_logger(__name__)


@hook("mail_provider")
def reports(request: HttpRequest, organization: Organization, now: dt.datetime, provider: str) -> HttpResponse:
    """Take what one call reports; 400 for what cannot be read, so that the provider tries again and shows it."""
    settings = _settings(organization, provider)
    if not request.headers.get("Authorization"):
        # Amazon SNS, as HTTP has it, brings the password of the address only when it is asked for
        raise RefusedError("The password that stands in this webhook's address is needed.", 401)
    try:
        found = read_reports(settings, request, now=now)
    except NotBelievedError as error:
        raise RefusedError(str(error)) from error
    except UnreadableError as error:
        raise RefusedError(str(error), 400) from error
    for report in found:
        taken = take_report_of(
            DeliveryReport(
                organization_id=organization.pk,
                channel=Channel.EMAIL,
                kind=report.kind,
                at=report.at,
                provider_id=report.provider_id,
                provider_event=report.provider_event,
                detail=report.detail,
            ),
            recipient=report.recipient,
            now=now,
        )
        if not taken:
            # A test mail, or one that somebody else sends through the same account
            log.info("report_about_no_message", provider=provider, organization=organization.slug, kind=report.kind)
    return HttpResponse(status=204)


def _settings(organization: Organization, provider: str) -> ProviderSettings:
    try:
        settings = provider_settings(organization.pk)
    except ServerUnavailableError as error:
        raise RefusedError("The keys that would check this cannot be read.", 503) from error
    if settings is None or settings.provider.name != provider or not settings.provider.reports_to_us:
        raise RefusedError("There is nothing here.", 404)
    return settings
