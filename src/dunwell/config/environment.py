"""What an installation can set: each variable is `DUNWELL_` and the name below in capitals."""

from __future__ import annotations

import functools
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic_settings import BaseSettings, SettingsConfigDict


class Environment(BaseSettings):
    """The installation's settings; an organization's own are rows in the database."""

    model_config = SettingsConfigDict(env_prefix="DUNWELL_", env_file=".env", extra="ignore")

    data_dir: Path = Path(".dunwell")
    database_url: str = ""
    secret_key: str = ""
    debug: bool = False
    base_url: str = "http://127.0.0.1:8000"
    allowed_hosts: list[str] = ["127.0.0.1", "localhost", "[::1]"]

    def secret_key_value(self) -> str:
        """The key that signs sessions and links: set, or made once and kept in the data directory."""
        if self.secret_key:
            return self.secret_key
        path = self.data_dir / "secret-key"
        if not path.exists():
            self.data_dir.mkdir(parents=True, exist_ok=True)
            path.write_text(secrets.token_urlsafe(48))
            path.chmod(0o600)
        return path.read_text().strip()

    def database_settings(self) -> dict[str, Any]:
        """Django's settings for `database_url`; empty means the embedded server, whose URL its supervisor writes."""
        url = self.database_url or (self.data_dir / "database-url").read_text().strip()
        parts = urlsplit(url)
        options: dict[str, Any] = dict(parse_qsl(parts.query))
        host = options.pop("host", parts.hostname or "")
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": host,
            "PORT": str(parts.port or ""),
            "OPTIONS": {**options, "pool": {"min_size": 1, "max_size": 10}},
        }


@functools.cache
def environment() -> Environment:
    return Environment()
