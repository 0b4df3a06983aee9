"""How an organization looks to its people and its customers: a color and a logo."""

from __future__ import annotations

import hashlib

from django.core.exceptions import ValidationError
from django.db import transaction

from dunwell.organizations.models import Organization, OrganizationSettings
from dunwell.organizations.models.logo import OrganizationLogo
from dunwell.organizations.recording import recorded
from dunwell.rules.colors import is_color

MOST_BYTES = 200_000
_BEGINNINGS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def media_type_of(content: bytes) -> str:
    """PNG, JPEG or WebP by what is in the file, whatever its name says; ValidationError for everything else."""
    for beginning, media_type in _BEGINNINGS.items():
        if content.startswith(beginning):
            return media_type
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    raise ValidationError({"logo": "This is no PNG, JPEG or WebP picture. SVG is not taken: it can carry programs."})


@transaction.atomic
def change_appearance(
    *, organization: Organization, brand_color: str, logo: bytes | None, remove_logo: bool, actor: str
) -> None:
    """Keep the color (empty: Dunwell's) and, where one is given, the logo. ValidationError says what is wrong."""
    if brand_color and not is_color(brand_color):
        raise ValidationError({"brand_color": "A color is written #rrggbb, for example #1d5fbf."})
    with recorded(user=actor):
        settings = OrganizationSettings.objects.select_for_update().get(organization=organization)
        settings.brand_color = brand_color
        if logo is not None:
            settings.logo_digest = _keep(organization, logo)
        elif remove_logo:
            OrganizationLogo.objects.filter(organization=organization).delete()
            settings.logo_digest = ""
        settings.save(update_fields=("brand_color", "logo_digest"))
    organization.settings = settings


def _keep(organization: Organization, content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise ValidationError({"logo": f"The picture has {len(content) // 1000} kB; at most {MOST_BYTES // 1000} fit."})
    digest = hashlib.sha256(content).hexdigest()
    OrganizationLogo.objects.update_or_create(
        organization=organization,
        defaults={"content": content, "media_type": media_type_of(content), "digest": digest},
    )
    return digest
