"""Writes to documents: a file that is kept with a customer or an invoice, and its bytes on the disk."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from dunwell.ledger.models import Customer, Document, Invoice
from dunwell.ledger.services.versions import locked
from dunwell.organizations.models import Organization, User
from dunwell.organizations.recording import recorded

LARGEST_DOCUMENT = 20 * 1024**2
_ZIP = (b"PK\x03\x04",)
_OLE = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",)
# Extension → media type and how such a file begins (nothing where text may begin as it likes)
KINDS: dict[str, tuple[str, tuple[bytes, ...]]] = {
    "pdf": ("application/pdf", (b"%PDF-",)),
    "png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", _ZIP),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _ZIP),
    "odt": ("application/vnd.oasis.opendocument.text", _ZIP),
    "ods": ("application/vnd.oasis.opendocument.spreadsheet", _ZIP),
    "doc": ("application/msword", _OLE),
    "xls": ("application/vnd.ms-excel", _OLE),
    "msg": ("application/vnd.ms-outlook", _OLE),
    "eml": ("message/rfc822", ()),
    "txt": ("text/plain; charset=utf-8", ()),
    "csv": ("text/csv; charset=utf-8", ()),
}


def documents_dir() -> Path:
    """Where the bytes lie, below the data directory."""
    return Path(settings.MEDIA_ROOT).resolve() / "documents"


def file_of(document: Document) -> Path | None:
    """The document's bytes, where they are still there."""
    path = documents_dir() / document.path
    return path if path.is_file() else None


def _clean_name(name: str) -> str:
    name = re.sub(r"[\x00-\x1f\x7f]+", "", Path(name.replace("\\", "/")).name).strip()
    stem, dot, extension = name.rpartition(".")
    return f"{stem[: 199 - len(extension)]}{dot}{extension}" if dot else name[:200]


def add_document(
    *,
    organization: Organization,
    customer_id: int,
    invoice_id: int | None,
    name: str,
    chunks: Iterable[bytes],
    by: User,
    now: dt.datetime,
) -> Document:
    """Keep a file of a known kind and size. Raises ValidationError for the field `file`; nothing stays on the disk."""
    name = _clean_name(name)
    extension = name.rpartition(".")[2].lower()
    if extension not in KINDS or name.startswith("."):
        known = ", ".join(sorted({"jpg" if kind == "jpeg" else kind for kind in KINDS}))
        raise ValidationError({"file": f"Files of this kind are not kept. Those that are: {known}."})
    media_type, beginnings = KINDS[extension]
    path = Path(str(organization.pk)) / f"{secrets.token_hex(16)}.{extension}"
    target = documents_dir() / path
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        size, digest = _written(target, chunks, beginnings, extension)
        with transaction.atomic(), recorded(user=by.pk, action="add document"):
            customer = locked(Customer, organization, customer_id)
            if (
                invoice_id is not None
                and not Invoice.objects.filter(organization=organization, pk=invoice_id, customer=customer).exists()
            ):
                raise ValidationError({"file": "This is no invoice of the customer."})  # noqa: TRY301
            return Document.objects.create(
                organization=organization,
                customer=customer,
                invoice_id=invoice_id,
                name=name,
                media_type=media_type,
                size=size,
                sha256=digest,
                path=str(path),
                added_by=by,
                added_at=now,
            )
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _written(target: Path, chunks: Iterable[bytes], beginnings: tuple[bytes, ...], kind: str) -> tuple[int, str]:
    """Write the bytes while they are what the name says they are; size and digest."""
    size, digest, start = 0, hashlib.sha256(), b""
    with target.open("xb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > LARGEST_DOCUMENT:
                raise ValidationError({"file": f"A file can have {LARGEST_DOCUMENT // 1024**2} MB at most."})
            if len(start) < 16:
                start += chunk[:16]
            digest.update(chunk)
            file.write(chunk)
    if not size:
        raise ValidationError({"file": "The file is empty."})
    if (beginnings and not start.startswith(beginnings)) or (not beginnings and b"\x00" in start):
        raise ValidationError({"file": f"The name says {kind.upper()}, but the file is something else."})
    return size, digest.hexdigest()


@transaction.atomic
def remove_document(*, organization: Organization, document_id: int, by: User) -> Document:
    """Take a document away for good; that it was there stays in the history."""
    document = locked(Document, organization, document_id)
    with recorded(user=by.pk, action="remove document"):
        Document.objects.filter(pk=document.pk).delete()
    transaction.on_commit(lambda: (documents_dir() / document.path).unlink(missing_ok=True))
    return document
