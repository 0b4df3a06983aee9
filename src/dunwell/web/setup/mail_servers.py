"""Mail servers people have, as hints that fill in the form: whoever runs the server has the last word."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MailServer:
    """How a provider takes mail from programs, and what one has to know about signing in there."""

    name: str
    host: str
    port: int
    security: str
    hint: str


MAIL_SERVERS = (
    MailServer(
        "Google Workspace or Gmail",
        "smtp.gmail.com",
        587,
        "starttls",
        "User name is the address. The password is an app password, which needs two-step verification to be on.",
    ),
    MailServer(
        "Microsoft 365",
        "smtp.office365.com",
        587,
        "starttls",
        "An administrator has to allow “authenticated SMTP” for the mailbox; many organizations have it off.",
    ),
    MailServer(
        "Amazon SES",
        "email-smtp.eu-west-1.amazonaws.com",
        587,
        "starttls",
        "The host names your region. User name and password are SMTP credentials, not an access key.",
    ),
    MailServer("Brevo", "smtp-relay.brevo.com", 587, "starttls", "The password is an SMTP key."),
    MailServer("Mailgun", "smtp.mailgun.org", 587, "starttls", "In the EU region: smtp.eu.mailgun.org."),
    MailServer("Mailjet", "in-v3.mailjet.com", 587, "starttls", "User name is the API key, the password its secret."),
    MailServer("Postmark", "smtp.postmarkapp.com", 587, "starttls", "User name and password are a server API token."),
    MailServer("SendGrid", "smtp.sendgrid.net", 587, "starttls", "User name is the word apikey, the password the key."),
    MailServer("Fastmail", "smtp.fastmail.com", 465, "tls", "The password is an app password."),
    MailServer("Zoho Mail", "smtp.zoho.com", 465, "tls", "In the EU: smtp.zoho.eu. With two factors: an app password."),
    MailServer("IONOS", "smtp.ionos.com", 587, "starttls", "User name is the address."),
    MailServer("A server on this machine", "127.0.0.1", 25, "none", "No sign-in is needed as a rule."),
)
