"""Links for customers: signed here, read by the portal. Whoever has the link is taken for whom it was made for."""

from __future__ import annotations

from django.conf import settings
from django.core import signing


# A link stands in mails that are kept for years; it shows no figures, so it does not end
def _preferences() -> signing.Signer:
    return signing.Signer(salt="dunwell.portal.preferences")


def preferences_url(contact_id: int | None) -> str:
    """Where a contact says how to be reached; empty where nobody can be (no contact, or we are not on the web)."""
    base = settings.BASE_URL.rstrip("/")
    if contact_id is None or not base.startswith("https://"):
        return ""
    return f"{base}{preferences_path(contact_id)}"


def preferences_path(contact_id: int) -> str:
    """The same below this installation's address."""
    return f"/reach/{_preferences().sign(str(contact_id))}/"


def contact_in(token: str) -> int | None:
    """The contact that a link was made for; None for one that nobody has signed."""
    try:
        return int(_preferences().unsign(token))
    except (signing.BadSignature, ValueError):
        return None
