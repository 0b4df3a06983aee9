"""The first person and the first organization: made in the browser only while there are none."""

from __future__ import annotations

import base64
import datetime as dt
import hmac
import re

from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from dunwell.organizations.models import Organization, SetUpFinished, User
from dunwell.organizations.services import create_user

# Two browsers at once: the second waits, then finds somebody
_LOCK = 0x44756E6F  # "Duno": any number that nothing else in this database locks


class AlreadySetUpError(Exception):
    """There is somebody already; the message says what to do instead."""


def nobody_yet() -> bool:
    """Whether this installation is new: nobody can sign in to it."""
    return not User.objects.exists()


def no_organization_yet() -> bool:
    return not Organization.objects.exists()


def set_up_code() -> str:
    """What proves that who makes the first owner can read the terminal `dunwell serve` runs in.

    It follows from the installation's secret key, so all its processes and hosts agree on it; it opens nothing once
    there is somebody.
    """
    digest = salted_hmac("dunwell.set-up", "the first owner", algorithm="sha256").digest()
    letters = base64.b32encode(digest[:10]).decode().lower()
    return "-".join(letters[start : start + 4] for start in range(0, 16, 4))


def is_set_up_code(typed: str) -> bool:
    """Whether that is the code; capitals and what stands between the groups do not matter."""
    plain = re.sub(r"[^a-z0-9]", "", typed.lower())
    return hmac.compare_digest(plain.encode(), set_up_code().replace("-", "").encode())


def alone() -> None:
    """Until the end of this transaction nobody else makes a first owner or a first organization."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


@transaction.atomic
def create_first_owner(*, email: str, name: str, password: str) -> User:
    """The first person of an installation. Raises AlreadySetUpError, and ValidationError by field."""
    alone()
    if not nobody_yet():
        raise AlreadySetUpError("This Dunwell has an owner already. Sign in, or ask them to invite you.")
    return create_user(email=email, name=name, password=password)


def finish_set_up(*, organization: Organization, by: User | None, now: dt.datetime) -> None:
    """Home no longer shows what is to be set up."""
    SetUpFinished.objects.get_or_create(organization=organization, defaults={"by": by, "at": now})


def set_up_is_put_away(organization: Organization) -> bool:
    return SetUpFinished.objects.filter(organization=organization).exists()
