"""This host: its disk, its clock, its settings."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from dunwell.rules.hosts import is_loopback
from dunwell.workflows.checkup.findings import Finding, bad, good, warning

LITTLE_SPACE, TOO_LITTLE_SPACE = 2_000_000_000, 300_000_000
SHORTEST_KEY = 32
NOTICEABLE_SKEW, HARMFUL_SKEW = 5, 120


def disk() -> Finding:
    folder = Path(settings.DATA_DIR).resolve()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    text = f"{free / 1e9:.1f} GB free where {folder} is"
    advice = "Make room: uploads, errors files and the embedded database grow there."
    if free < TOO_LITTLE_SPACE:
        return bad("disk", text, advice)
    return warning("disk", text, advice) if free < LITTLE_SPACE else good("disk", text)


def clock(host_now: dt.datetime, database_now: dt.datetime) -> Finding:
    """What is due is decided by the database's clock; mails and certificates are judged by the host's."""
    seconds = abs((host_now - database_now).total_seconds())
    if seconds < NOTICEABLE_SKEW:
        return good("clock", f"this host and the database agree to {seconds:.1f} s")
    text = f"this host and the database are {seconds:,.0f} seconds apart"
    advice = "Let both follow a time server (chrony, systemd-timesyncd)."
    return bad("clock", text, advice) if seconds > HARMFUL_SKEW else warning("clock", text, advice)


def configuration() -> Iterator[Finding]:
    """Secret key, addresses, cookies."""
    yield _secret_key()
    if settings.DEBUG:
        yield bad("debug", "DUNWELL_DEBUG is on: errors show their source", "Unset it on any host that others reach.")
    base = urlsplit(settings.BASE_URL)
    host = base.hostname or ""
    if is_loopback(host):
        yield warning(
            "address",
            f"links in messages lead to {settings.BASE_URL}, which only this machine reaches",
            "Set DUNWELL_BASE_URL to the address people use, such as https://dunwell.example.com.",
        )
    elif base.scheme != "https":
        yield bad(
            "address",
            f"{settings.BASE_URL} is not encrypted, so cookies and passwords cross the network readable by all",
            "Put a proxy with TLS in front (docs/operating.md) and set DUNWELL_BASE_URL to https://…",
        )
    else:
        yield good("address", f"{settings.BASE_URL}; answers to {', '.join(settings.ALLOWED_HOSTS)}")
    if "*" in settings.ALLOWED_HOSTS:
        yield bad(
            "hosts",
            "DUNWELL_ALLOWED_HOSTS has *: any name is answered to, and links can be forged",
            "Name the hosts that people use.",
        )


def _secret_key() -> Finding:
    path = Path(settings.DATA_DIR) / "secret-key"
    if len(settings.SECRET_KEY) < SHORTEST_KEY:
        return bad(
            "secret key",
            f"it has {len(settings.SECRET_KEY)} characters",
            f"Set DUNWELL_SECRET_KEY to {SHORTEST_KEY} or more; stored mail passwords have to be entered again then.",
        )
    if path.exists() and path.read_text().strip() == settings.SECRET_KEY and path.stat().st_mode & 0o077:
        return bad("secret key", f"{path} can be read by others", f"chmod 600 {path}")
    return good("secret key", "set")
