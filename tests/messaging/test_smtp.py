"""Connecting to mail servers: TLS, signing in, and what a person is told when it fails."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.exceptions import ValidationError

from dunwell.messaging.channels.email import SmtpChannel, SmtpSettings, send_test, smtp_settings
from dunwell.messaging.channels.email.session import Envelope, Session, says_no_such_address
from dunwell.messaging.channels.port import Result, ServerUnavailableError
from dunwell.organizations import services
from dunwell.organizations.models import Organization, OrganizationSettings
from dunwell.organizations.secrets import SecretUnreadableError, decrypt, encrypt
from tests.messaging.conftest import NOW
from tests.messaging.smtp_server import SmtpServer
from tests.messaging.test_mime import outgoing


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(dt.datetime.now(dt.UTC) - dt.timedelta(days=1))
        .not_valid_after(dt.datetime.now(dt.UTC) + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "mail.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return file


def authenticate(server: object, session: object, envelope: object, mechanism: str, data: LoginPassword) -> AuthResult:
    return AuthResult(success=data.login == b"dunwell" and data.password == b"right", handled=False)


@pytest.fixture
def secure(certificate: Path) -> Iterator[SmtpServer]:
    """A server that wants STARTTLS and a password."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = SmtpServer(tls_context=context, require_starttls=True, auth_required=True, authenticator=authenticate)
    server.start()
    yield server
    server.stop()


def probe(settings: SmtpSettings) -> tuple[bool, str]:
    result = send_test(settings, sender="accounts@northlight.example", to="anna@client.example", now=NOW)
    return result.accepted, result.words


def at(server: SmtpServer, security: str, password: str = "right") -> SmtpSettings:
    return SmtpSettings(
        "127.0.0.1", server.port, security=security, user="dunwell", password=password, timeout=3, reply_timeout=3
    )


def test_starttls_and_a_password(secure: SmtpServer, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    channel = SmtpChannel(at(secure, "starttls"))
    channel.open()
    results = [channel.transmit(outgoing()).result for _ in range(3)]
    channel.close()
    assert results == [Result.ACCEPTED] * 3
    assert len(secure.taken) == 3


def test_a_wrong_password_is_told_in_the_servers_words(
    secure: SmtpServer, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    accepted, words = probe(at(secure, "starttls", "wrong"))
    assert not accepted
    assert "refused the user name or password: 535 5.7.8" in words


def test_a_certificate_nobody_vouches_for(secure: SmtpServer) -> None:
    accepted, words = probe(at(secure, "starttls"))
    assert not accepted
    assert "certificate that is not to be trusted" in words
    assert secure.taken == []


def test_starttls_where_there_is_none(smtp: SmtpServer) -> None:
    accepted, words = probe(SmtpSettings("127.0.0.1", smtp.port, security="starttls", timeout=3))
    assert not accepted
    assert "does not offer what the settings ask for" in words


def test_tls_where_there_is_none(smtp: SmtpServer) -> None:
    accepted, words = probe(SmtpSettings("127.0.0.1", smtp.port, security="tls", timeout=1))
    assert not accepted
    assert "TLS" in words or "did not answer" in words


def test_nobody_listens() -> None:
    accepted, words = probe(SmtpSettings("127.0.0.1", 1, security="none", timeout=1))
    assert (accepted, words) == (False, "The mail server 127.0.0.1:1 refused the connection: nothing listens there.")


def test_an_unknown_name() -> None:
    accepted, words = probe(SmtpSettings("mail.invalid", 25, security="none", timeout=1))
    assert not accepted
    assert "mail server mail.invalid:25" in words


def test_a_test_mail_arrives(smtp: SmtpServer) -> None:
    assert probe(SmtpSettings("127.0.0.1", smtp.port, security="none")) == (True, "250 2.0.0 OK taken")
    assert smtp.taken[0].mail["Subject"] == "Test from Dunwell"


def test_a_test_mail_is_refused(smtp: SmtpServer) -> None:
    smtp.will("anna@client.example", "rcpt-unknown")
    assert probe(SmtpSettings("127.0.0.1", smtp.port, security="none")) == (False, "550 5.1.1 No such user here")


def test_dots_and_unicode_arrive_as_they_are(smtp: SmtpServer) -> None:
    channel = SmtpChannel(SmtpSettings("127.0.0.1", smtp.port, security="none"))
    channel.open()
    body = ".\n..\n.hidden\nGrüße\n"
    channel.transmit(outgoing(body_text=body, body_html="", recipient="jürgen@bücher.example"))
    channel.close()
    (taken,) = smtp.taken
    assert taken.recipient == "jürgen@xn--bcher-kva.example"
    assert taken.mail.get_content().replace("\r\n", "\n") == body


class Patient(Session):
    """Gives news of the server's end time to arrive before each write."""

    def _has_spoken(self, wait: float = 0) -> bool:
        return super()._has_spoken(max(wait, 0.3))


def test_a_server_that_hangs_up_before_the_dot_has_no_message(smtp: SmtpServer) -> None:
    session = Patient(local_hostname="[127.0.0.1]", timeout=5)
    session.answer_timeout = session.reply_timeout = session.content_timeout = 5
    session.connect("127.0.0.1", smtp.port)
    session.ehlo_or_helo_if_needed()
    smtp.will("small@client.example", "drop-inside")
    envelope = Envelope("us@northlight.example", "small@client.example")
    answer = session.transmit(envelope, b"Subject: x\r\n\r\nShort.\r\n")
    assert answer.result is Result.TEMPORARY
    assert "inside DATA" in answer.detail
    assert smtp.taken == []


@pytest.mark.parametrize(
    ("reply", "means_it"),
    [
        ((550, "5.1.1 unknown"), True),
        ((550, "5.1.10 null MX"), True),
        ((550, "5.7.1 spam"), False),
        ((552, "5.2.2 over quota"), False),
        ((550, "User unknown"), True),
        ((550, "Requested action not taken"), False),
        ((554, "No such user"), False),
    ],
)
def test_which_refusals_speak_of_the_address(reply: tuple[int, str], means_it: bool) -> None:
    assert says_no_such_address(*reply) is means_it


# Settings


def test_an_organization_uses_its_own_server(organization: Organization) -> None:
    OrganizationSettings.objects.filter(organization=organization).update(
        smtp_host="mail.northlight.example",
        smtp_port=465,
        smtp_security="tls",
        smtp_user="u",
        smtp_password_encrypted=encrypt("geheim"),
    )
    settings = smtp_settings(organization.pk)
    assert (settings.host, settings.port, settings.security) == ("mail.northlight.example", 465, "tls")
    assert (settings.user, settings.password) == ("u", "geheim")
    assert "geheim" not in repr(settings)


def test_else_the_installations(organization: Organization, settings: pytest.FixtureRequest) -> None:
    settings.SMTP_HOST = "smtp.example"  # type: ignore[attr-defined]
    assert smtp_settings(organization.pk).host == "smtp.example"


def test_else_it_says_so(organization: Organization, settings: pytest.FixtureRequest) -> None:
    settings.SMTP_HOST = ""  # type: ignore[attr-defined]
    with pytest.raises(ServerUnavailableError, match="No mail server is set"):
        smtp_settings(organization.pk)


def test_a_password_never_crosses_the_network_readable(organization: Organization) -> None:
    services.change_settings(organization=organization, smtp_host="mail.northlight.example", smtp_security="none")
    assert smtp_settings(organization.pk).user == ""
    with pytest.raises(ValidationError, match="readable by all"):
        services.change_settings(organization=organization, smtp_user="anna")
    OrganizationSettings.objects.update(smtp_user="anna")  # as it was saved before that was refused
    with pytest.raises(ServerUnavailableError, match="readable by all"):
        smtp_settings(organization.pk)
    OrganizationSettings.objects.update(smtp_host="127.0.0.1")
    assert smtp_settings(organization.pk).user == "anna"


def test_secrets_are_read_only_with_the_same_key(settings: pytest.FixtureRequest) -> None:
    token = encrypt("geheim")
    assert "geheim" not in token
    assert decrypt(token) == "geheim"
    assert encrypt("") == decrypt("") == ""
    settings.SECRET_KEY = "another"  # type: ignore[attr-defined]
    with pytest.raises(SecretUnreadableError):
        decrypt(token)
