"""What an installation can set: each variable is `DUNWELL_` and the name below in capitals.

A file `.env` in the working directory is read too; a variable of the process wins over it.
What one organization can set for itself (its sender, its mail server, its limits) is a row in the database.
"""

from __future__ import annotations

import functools
import secrets
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from dunwell.rules.hosts import is_loopback, tells_password


class Environment(BaseSettings):
    """The installation's settings. A field's description is its documentation: README's table repeats it."""

    model_config = SettingsConfigDict(env_prefix="DUNWELL_", env_file=".env", extra="ignore")

    # Where things are
    data_dir: Path = Field(
        default=Path(".dunwell"),
        description="Folder for what is kept outside the database: keys, files, the embedded PostgreSQL.",
    )
    database_url: str = Field(
        default="",
        description="postgresql://user:password@host:port/name of your own PostgreSQL 15+; empty: the embedded one.",
    )
    database_pool: int = Field(
        default=0,
        ge=0,
        description="Most connections one process keeps; 0: none are kept. `dunwell serve` and `worker` set their own.",
    )

    # The web
    secret_key: SecretStr = Field(
        default=SecretStr(""),
        description="Signs sessions and links, the same on every host; empty: made once and kept in the data folder.",
    )
    debug: bool = Field(default=False, description="Show errors with their source; never on a reachable host.")
    base_url: str = Field(
        default="http://127.0.0.1:8000",
        description="The address people use; links in messages start with it. https here makes cookies secure.",
    )
    allowed_hosts: list[str] = Field(
        default=[],
        description='Further host names to answer to, as JSON: ["dunwell.example.com"]. That of the base URL is known.',
    )
    behind_proxy: bool = Field(
        default=False,
        description="A proxy in front ends TLS and sets X-Forwarded-Proto itself; only then is it believed.",
    )

    # Sign-in at an identity provider (OpenID Connect), besides the password
    oidc_issuer: str = Field(
        default="",
        description="Address of the provider, as in its discovery document; empty: no such sign-in. "
        "It sends people back to `/accounts/oidc/oidc/login/callback/`.",
    )
    oidc_client_id: str = Field(default="", description="What the provider calls this installation.")
    oidc_client_secret: SecretStr = Field(default=SecretStr(""), description="The secret that goes with it.")
    oidc_name: str = Field(default="single sign-on", description="What the button says: Sign in with …")
    oidc_trusts_email: bool = Field(
        default=False,
        description="Take each address the provider names as verified, although it does not say so itself.",
    )

    # Mail, for organizations without a server of their own
    smtp_host: str = Field(default="", description="Mail server; empty: organizations must name their own.")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Its port.")
    smtp_security: Literal["none", "starttls", "tls"] = Field(
        default="starttls", description="none (only for a server on this machine), starttls, or tls from the start."
    )
    smtp_user: str = Field(default="", description="User name; empty: no sign-in.")
    smtp_password: SecretStr = Field(default=SecretStr(""), description="Password of that user.")
    smtp_timeout: float = Field(
        default=30.0, gt=0, description="Seconds after which a silent mail server counts as failed."
    )
    dns_server: str = Field(
        default="",
        pattern=r"^$|^[0-9A-Fa-f.:]+:\d{1,5}$",
        description="Address and port of the server to ask about senders' domains; empty: this machine's.",
    )
    sender: str = Field(default="", description="From address where an organization has none.")
    reply_to: str = Field(default="", description="Reply-To address where an organization has none.")

    # SMS; each organization has its own account
    twilio_api: str = Field(
        default="https://api.twilio.com", description="Where SMS are handed to Twilio; another address only for trials."
    )

    # Letters; each organization has its own account
    lob_api: str = Field(
        default="https://api.lob.com", description="Where letters are handed to Lob; another address only for trials."
    )

    # The worker
    worker_concurrency: int = Field(default=4, ge=1, description="Tasks one worker process does at the same time.")

    # Logs
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least severity that is written."
    )
    log_format: Literal["console", "json"] = Field(
        default="console", description="console for people, json (one object a line) for collectors."
    )

    @model_validator(mode="after")
    def _base_url_is_an_origin(self) -> Self:
        parts = urlsplit(self.base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            msg = f"DUNWELL_BASE_URL must be like https://dunwell.example.com, not {self.base_url!r}"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _password_stays_secret(self) -> Self:
        if tells_password(self.smtp_host, self.smtp_security, self.smtp_user):
            msg = (
                f"DUNWELL_SMTP_SECURITY is none: the password of {self.smtp_user!r} would cross the network to "
                f"{self.smtp_host} readable by all. Set starttls or tls."
            )
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _oidc_is_whole(self) -> Self:
        if self.oidc_issuer and not (self.oidc_client_id and self.oidc_client_secret.get_secret_value()):
            msg = "DUNWELL_OIDC_ISSUER is set: set DUNWELL_OIDC_CLIENT_ID and DUNWELL_OIDC_CLIENT_SECRET as well."
            raise ValueError(msg)
        return self

    @property
    def is_https(self) -> bool:
        return urlsplit(self.base_url).scheme == "https"

    @property
    def is_local(self) -> bool:
        """People use it on this machine alone, without https: a trial, or a developer's."""
        return is_loopback(urlsplit(self.base_url).hostname or "")

    @property
    def oidc_origin(self) -> str:
        """Scheme and host of the provider; empty where there is none."""
        parts = urlsplit(self.oidc_issuer)
        return f"{parts.scheme}://{parts.netloc}" if self.oidc_issuer else ""

    def oidc_providers(self) -> list[dict[str, Any]]:
        """The identity provider as django-allauth wants to be told of it."""
        if not self.oidc_issuer:
            return []
        return [
            {
                "provider_id": "oidc",
                "name": self.oidc_name,
                "client_id": self.oidc_client_id,
                "secret": self.oidc_client_secret.get_secret_value(),
                "settings": {"server_url": self.oidc_issuer, "oauth_pkce_enabled": True},
            }
        ]

    def hosts(self) -> list[str]:
        """Host names this installation answers to."""
        own = urlsplit(self.base_url).hostname or ""
        return list(dict.fromkeys([own, "127.0.0.1", "localhost", "[::1]", *self.allowed_hosts]))

    def secret_key_value(self) -> str:
        """The key that signs sessions and links: set, or made once and kept in the data directory."""
        if self.secret_key.get_secret_value():
            return self.secret_key.get_secret_value()
        return kept_secret(self.data_dir / "secret-key")

    def database_settings(self) -> dict[str, Any]:
        """Django's settings for `database_url`, else for the embedded server, whose URL its supervisor writes.

        Without either (type checkers, `collectstatic`) settings still load; connecting then fails by name.
        """
        url = self.database_url
        written = self.data_dir / "database-url"
        if not url and written.exists():
            url = written.read_text().strip()
        options, settings = _parse_database_url(url or "postgresql:///no-database-configured")
        options.setdefault("application_name", "dunwell")
        if self.database_pool:
            options["pool"] = {"min_size": 1, "max_size": self.database_pool, "timeout": 10}
        return {
            "ENGINE": "django.db.backends.postgresql",
            **settings,
            "CONN_HEALTH_CHECKS": not self.database_pool,
            "OPTIONS": options,
        }


def kept_secret(path: Path) -> str:
    """The secret in `path`, made at first use, readable by its owner only. Processes starting at once agree on one."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        fresh.touch(mode=0o600, exist_ok=False)
        fresh.write_text(secrets.token_urlsafe(48))
        try:
            path.hardlink_to(fresh)
        except FileExistsError:
            pass  # another process was first; its secret stands
        finally:
            fresh.unlink()
    return path.read_text().strip()


def _parse_database_url(url: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """(libpq options from the query, Django's fields). A socket's folder is written as `?host=/folder`."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        msg = "DUNWELL_DATABASE_URL must start with postgresql://; Dunwell runs on PostgreSQL only."
        raise ValueError(msg)
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    return options, {
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", unquote(parts.hostname or "")),
        "PORT": str(parts.port or ""),
    }


@functools.cache
def environment() -> Environment:
    return Environment()
