"""Reads: uploads and mappings of an organization."""

from __future__ import annotations

from pathlib import Path

from django.db.models import QuerySet

from dunwell.ledger.imports.errors import ImportRefusedError
from dunwell.ledger.imports.mapping import Mapping, from_toml, shipped_mapping, shipped_names
from dunwell.ledger.models import FileImport, ImportMapping
from dunwell.organizations.models import Organization

LARGEST_MAPPING = 1_000_000


def imports_of(organization: Organization) -> QuerySet[FileImport]:
    """An organization's uploads, newest first."""
    return FileImport.objects.filter(organization=organization).select_related("created_by")


def mapping_names(organization: Organization) -> list[str]:
    """Names a mapping may be asked for by: the organization's own, then those that come with Dunwell."""
    own = list(ImportMapping.objects.filter(organization=organization).values_list("name", flat=True))
    return own + [name for name in shipped_names() if name not in own]


def read_mapping(path: Path) -> Mapping:
    """A mapping from a TOML file of this machine: only for who is at its command line."""
    try:
        if path.stat().st_size > LARGEST_MAPPING:
            raise ImportRefusedError(f"“{path}” is too large for a mapping.")
        return from_toml(path.read_text(encoding="utf-8"), path.stem)
    except (OSError, ValueError) as error:
        raise ImportRefusedError(f"The mapping “{path}” cannot be read.") from error


def find_mapping(organization: Organization, name: str) -> Mapping:
    """A mapping by name: the organization's own, else one that comes with Dunwell."""
    saved = ImportMapping.objects.filter(organization=organization, name=name).first()
    if saved is not None:
        return from_toml(saved.definition, name)
    shipped = shipped_mapping(name)
    if shipped is None:
        known = ", ".join(f"“{one}”" for one in mapping_names(organization))
        raise ImportRefusedError(f"There is no mapping “{name}”; known are {known}.")
    return shipped
