"""The providers that mail can go through, and what each wants to know.

A new provider of django-anymail is an entry here. `Field.name` is Anymail's name of the setting.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to enter. `secret`: encrypted, and never shown again. `for_reports`: only the webhook needs it."""

    name: str
    label: str
    hint: str = ""
    secret: bool = False
    required: bool = True
    for_reports: bool = False


@dataclass(frozen=True, slots=True)
class Provider:
    """`backend` sends and `reports_view` reads the webhook, both classes of Anymail's.

    `idempotency_header`: with it the provider takes a request that is repeated within a day only once.
    `signs`: without the field of that name its reports cannot be told from anybody's; else only a password protects
    them, which stands in their address. `needs`: a package that is not installed with Dunwell, but with its `extra`.
    `remark`: what to know before choosing it.
    """

    name: str
    title: str
    module: str
    fields: tuple[Field, ...]
    reports_view: str = ""
    idempotency_header: str = ""
    signs: str = ""
    needs: str = ""
    extra: str = ""
    remark: str = ""

    @property
    def backend(self) -> str:
        return f"anymail.backends.{self.module}.EmailBackend"

    @property
    def is_installed(self) -> bool:
        return not self.needs or importlib.util.find_spec(self.needs) is not None

    @property
    def how_to_install(self) -> str:
        """What whoever runs the server enters there; empty where nothing is missing."""
        return "" if self.is_installed else f"pip install 'dunwell[{self.extra}]'"

    @property
    def secrets(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields if field.secret)

    @property
    def reports_to_us(self) -> bool:
        """Whether it can tell what became of a mail."""
        return bool(self.reports_view)


API_KEY = Field("api_key", "API key", secret=True)
API_TOKEN = Field("api_token", "API token", secret=True)


def _address(hint: str = "Empty: the usual one.", *, required: bool = False) -> Field:
    return Field("api_url", "Address of the interface", hint, required=required)


PROVIDERS: dict[str, Provider] = {
    provider.name: provider
    for provider in (
        Provider(
            "amazon_ses",
            "Amazon SES",
            "amazon_ses",
            (
                Field("aws_access_key_id", "Access key"),
                Field("aws_secret_access_key", "Secret access key", secret=True),
                Field("region_name", "Region", "For example eu-west-1."),
                Field("configuration_set_name", "Configuration set", "It sends the reports to SNS.", required=False),
                _address(),
            ),
            "AmazonSESTrackingWebhookView",
            needs="boto3",
            extra="ses",
        ),
        Provider("brevo", "Brevo", "brevo", (API_KEY, _address()), "BrevoTrackingWebhookView"),
        Provider(
            "mailersend",
            "MailerSend",
            "mailersend",
            (
                API_TOKEN,
                Field("signing_secret", "Signing secret of the webhook", secret=True, required=False, for_reports=True),
                _address(),
            ),
            "MailerSendTrackingWebhookView",
            signs="signing_secret",
        ),
        Provider(
            "mailgun",
            "Mailgun",
            "mailgun",
            (
                API_KEY,
                Field("sender_domain", "Sending domain", "Empty: the one of the sender's address.", required=False),
                Field(
                    "webhook_signing_key",
                    "Webhook signing key",
                    "Under Sending, Webhooks.",
                    secret=True,
                    required=False,
                    for_reports=True,
                ),
                _address("Empty: https://api.mailgun.net/v3. In the EU region: https://api.eu.mailgun.net/v3"),
            ),
            "MailgunTrackingWebhookView",
            signs="webhook_signing_key",
        ),
        Provider(
            "mailjet",
            "Mailjet",
            "mailjet",
            (API_KEY, Field("secret_key", "Secret key", secret=True), _address()),
            "MailjetTrackingWebhookView",
        ),
        Provider(
            "mailtrap",
            "Mailtrap",
            "mailtrap",
            (
                API_TOKEN,
                Field(
                    "tracking_secret", "Signing secret of the webhook", secret=True, required=False, for_reports=True
                ),
                _address(),
            ),
            "MailtrapTrackingWebhookView",
            signs="tracking_secret",
        ),
        Provider("mandrill", "Mandrill (Mailchimp Transactional)", "mandrill", (API_KEY, _address())),
        Provider(
            "postal",
            "Postal (your own)",
            "postal",
            (
                API_KEY,
                _address("Of your installation, for example https://postal.example.com", required=True),
                Field(
                    "webhook_key",
                    "Public key of its webhooks",
                    "Without the lines around it.",
                    secret=True,
                    required=False,
                    for_reports=True,
                ),
            ),
            "PostalTrackingWebhookView",
            signs="webhook_key",
        ),
        Provider(
            "postmark",
            "Postmark",
            "postmark",
            (
                Field("server_token", "Server API token", secret=True),
                Field("message_stream", "Message stream", "Empty: outbound.", required=False),
                _address(),
            ),
            "PostmarkTrackingWebhookView",
        ),
        Provider(
            "resend",
            "Resend",
            "resend",
            (
                API_KEY,
                Field("signing_secret", "Signing secret of the webhook", secret=True, required=False, for_reports=True),
                _address(),
            ),
            "ResendTrackingWebhookView",
            # https://resend.com/docs/dashboard/emails/idempotency-keys: for 24 hours
            idempotency_header="Idempotency-Key",
            signs="signing_secret",
        ),
        Provider(
            "scaleway",
            "Scaleway",
            "scaleway",
            (
                Field("secret_key", "Secret key", secret=True),
                Field("project_id", "Project"),
                Field("region", "Region", "Empty: fr-par.", required=False),
                _address(),
            ),
        ),
        Provider(
            "sendgrid",
            "SendGrid",
            "sendgrid",
            (
                API_KEY,
                Field(
                    "tracking_webhook_verification_key",
                    "Verification key of the webhook",
                    "Under Event Webhook, Signature Verification.",
                    secret=True,
                    required=False,
                    for_reports=True,
                ),
                _address("Empty: the usual one. In the EU: https://api.eu.sendgrid.com/v3"),
            ),
            "SendGridTrackingWebhookView",
            signs="tracking_webhook_verification_key",
            remark="Anymail, which speaks to it, no longer tests SendGrid.",
        ),
        Provider(
            "sparkpost",
            "SparkPost",
            "sparkpost",
            (
                API_KEY,
                Field("subaccount", "Subaccount", required=False),
                _address("Empty: the usual one. In the EU: https://api.eu.sparkpost.com/api/v1"),
            ),
            "SparkPostTrackingWebhookView",
        ),
        Provider(
            "unisender_go",
            "Unisender Go",
            "unisender_go",
            (API_KEY, _address("Of your data center: https://go1.unisender.ru/en/transactional/api/v1", required=True)),
        ),
    )
}
