"""All of an organization: out, in again, out again; and away."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pghistory
import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection
from pghistory.models import Event

from dunwell.followup.models import Action, PolicyStep
from dunwell.followup.services.switches import stop_sending
from dunwell.ledger.imports.services import errors_file_of, receive_upload, upload_of
from dunwell.ledger.models import Customer, FileImport, Hold, Invoice, Payment
from dunwell.ledger.services.addresses import keep_choice
from dunwell.messaging.services.senders import save_sender
from dunwell.organizations.models import Organization, Role, User
from dunwell.organizations.queries import database_now
from dunwell.organizations.secrets import encrypt
from dunwell.workflows.archives import Archive, ArchiveUnusableError
from dunwell.workflows.portable import tables as portable
from dunwell.workflows.portable.bringing_in import bring_in
from dunwell.workflows.portable.erasing import KEPT, OtherNameError, erase, what_goes
from dunwell.workflows.portable.taking_out import KIND, VERSION, export_chunks, export_to_file
from tests import worlds
from tests.web.conftest import late_customer, prepare, run

WHEN = "2026-03-18T09:30:00+00:00"


@pytest.fixture
def full(transactional_db: None, organization: Organization, alice: User, bob: User) -> Organization:
    """A book with a payment, a hold, notices that were called back, a customer that is gone, and a file."""
    prepare(organization)
    organization.settings.smtp_host, organization.settings.smtp_security = "127.0.0.1", "none"
    organization.settings.smtp_password_encrypted = encrypt("s3cret")
    organization.settings.save()
    sender = save_sender(organization=organization, name="Desk", address="desk@northlight.example", by=alice)
    PolicyStep.objects.filter(organization=organization).update(sender=sender)
    customer = late_customer(organization)
    with pghistory.context(user=alice.pk, action="test"):
        Customer.objects.filter(pk=customer.pk).update(owner=bob, tags=["key account"])
        worlds.make_payment(customer, 30, towards=Invoice.objects.order_by("pk")[0])
        worlds.make_hold(late_customer(organization, 'Émile & Fils, "Söhne"\n'))
        gone = worlds.make_customer(organization, "Gone", email="gone@client.example")
        keep_choice(
            organization=organization, contact_id=gone.contacts.get().pk, channel="email", said="opted_out",
            now=database_now(), by=alice,
        )  # fmt: skip
        gone.delete()
        worlds.make_customer(organization, "Heir", email="Gone@client.example")
    run(organization)
    stop_sending(organization=organization, by=alice, now=database_now())
    receive_upload(organization=organization, user=alice, name="b.csv", chunks=[b"a,b\n1,2\n"], now=database_now())
    assert Action.objects.exists()
    return organization


def contents(path: Path) -> dict[str, list[dict[str, Any]]]:
    with Archive(path, kind=KIND, version=VERSION) as archive:
        list(archive.verify())
        names = [name for name in archive.names if name.startswith("tables/")]
        return {
            name[7:-4]: list(csv.DictReader(io.StringIO(archive.read(name).decode(), newline=""))) for name in names
        }


def without_numbers(found: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Each key as the place of what it points to; what is meant to differ left out."""
    described = {table.name: table for table in portable.tables()}
    places: dict[str, dict[str, int]] = {}
    for name, rows in found.items():
        key = described[name].key if name in described else "id"
        places[name] = {row[key]: place for place, row in enumerate(rows)}
    for name, rows in found.items():
        for place, row in enumerate(rows):
            table = described.get(name)
            for column, value in list(row.items()):
                target = table.targets.get(column, "") if table else ""
                if (table is None and column == "id") or (table and column == table.key):
                    row[column] = place
                elif target and value not in {"", "0"}:
                    row[column] = places[target].get(value, "gone")
                elif column in {"slug", "path", "metadata"}:
                    row[column] = ""
    return found


def test_out_in_and_out_again_is_the_same(full: Organization, tmp_path: Path, bob: User) -> None:
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    export_to_file(full, first, now=WHEN)
    assert b"s3cret" not in first.read_bytes()
    with Archive(first, kind=KIND, version=VERSION) as archive:
        with pytest.raises(ValidationError, match="already"):
            bring_in(archive)
        result = bring_in(archive, slug="northlight-two")
    copy = result.organization
    assert (copy.slug, result.new_people, copy.settings.may_send) == ("northlight-two", 0, False)
    export_to_file(copy, second, now=WHEN)
    before, after = without_numbers(contents(first)), without_numbers(contents(second))
    assert before.keys() == after.keys()
    for name in before:
        assert after[name] == before[name], name
    assert all(
        before[name]
        for name in (
            "ledger_invoice",
            "ledger_invoiceevent",
            "ledger_donotcontact",
            "followup_action",
            "messaging_message",
        )
    )

    # Numbers are new, links stay inside, and money agrees
    assert not set(Invoice.objects.filter(organization=copy).values_list("pk", flat=True)) & set(
        Invoice.objects.filter(organization=full).values_list("pk", flat=True)
    )
    assert Customer.objects.filter(organization=copy, owner=bob).count() == 1
    assert Payment.objects.get(organization=copy).unapplied == Payment.objects.get(organization=full).unapplied
    assert Hold.objects.get(organization=copy).customer.organization_id == copy.pk
    upload = FileImport.objects.get(organization=copy)
    assert upload_of(upload) != upload_of(FileImport.objects.get(organization=full))
    assert upload_of(upload)
    assert errors_file_of(upload) is None
    run(copy)  # and the follow-up goes on


def test_in_another_installation_its_people_are_made(full: Organization, tmp_path: Path, alice: User) -> None:
    path = tmp_path / "first.zip"
    path.write_bytes(b"".join(export_chunks(full, now=WHEN)))
    User.objects.filter(pk=alice.pk).update(email="renamed@northlight.example")
    with Archive(path, kind=KIND, version=VERSION) as archive:
        result = bring_in(archive, slug="elsewhere")
    assert result.new_people == 1
    made = User.objects.get(email="alice@northlight.example")
    assert not made.has_usable_password()
    assert made.memberships.get().role == Role.OWNER


def test_what_does_not_fit_changes_nothing(full: Organization, tmp_path: Path) -> None:
    whole = b"".join(export_chunks(full, now=WHEN))
    cut, other = tmp_path / "cut.zip", tmp_path / "other.zip"
    cut.write_bytes(whole[:-3000])
    with pytest.raises(ArchiveUnusableError, match="cut off"):
        Archive(cut, kind=KIND, version=VERSION)
    other.write_bytes(whole)
    with Archive(other, kind=KIND, version=VERSION) as archive:
        archive.manifest["migrations"].append("ledger.9999_later")
        with pytest.raises(ArchiveUnusableError, match="newer Dunwell"):
            bring_in(archive, slug="two")
    assert json.dumps(list(Organization.objects.values_list("slug", flat=True))) == '["northlight"]'


def test_every_table_of_a_tenant_is_carried() -> None:
    """And every column that looks like a secret is left out by name."""
    carried = {table.name for table in portable.tables()} | portable.NOT_CARRIED
    ours = [model._meta for model in apps.get_models() if model.__module__.startswith("dunwell.")]
    own = [meta for meta in ours if meta.managed]  # a view keeps nothing of its own
    missing = [
        meta.db_table
        for meta in own
        if any(field.name == "organization" for field in meta.concrete_fields) and meta.db_table not in carried
    ]
    assert missing == []
    secret = [
        (table.name, column)
        for table in portable.tables()
        for column in table.columns
        if any(word in column for word in ("password", "secret", "encrypted", "token"))
    ]
    assert set(secret) == portable.SECRETS


def test_deleting_takes_all_of_it_and_nothing_of_others(
    full: Organization, other_organization: Organization, alice: User, charlie: User
) -> None:
    prepare(other_organization)
    late_customer(other_organization, "Stays")
    run(other_organization)
    others = {table.name: _rows(table, other_organization.pk) for table in portable.tables()}
    key, name = full.pk, full.name
    path = upload_of(FileImport.objects.get())
    with pytest.raises(OtherNameError):
        erase(organization=full, typed_name="northlight!", by=alice, now=database_now())
    assert Organization.objects.filter(pk=key).exists()
    assert dict(what_goes(full))["Customers"] == 3

    erase(organization=full, typed_name=f" {name} ", by=alice, now=database_now())
    left = {table.name: _rows(table, key) for table in portable.tables()}
    assert {table for table, count in left.items() if count} == KEPT
    assert path is not None
    assert not path.exists()
    assert {table.name: _rows(table, other_organization.pk) for table in portable.tables()} == others
    last = apps.get_model("organizations", "OrganizationEvent").objects.filter(pgh_obj_id=key).latest("pgh_id")
    assert (last.name, last.pgh_context.metadata["user"]) == (f"{name} (deleted)", alice.pk)


def _rows(table: portable.Table, key: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table.name} WHERE {table.owner} = %s", [key])
        row = cursor.fetchone()
    assert row is not None
    return int(row[0])


def test_every_table_of_a_tenant_is_taken_along() -> None:
    """A table that is added tomorrow is exported, or somebody has said here why not."""
    taken = {table.name for table in portable.tables()}
    for model in apps.get_models():
        meta = model._meta
        ours = model.__module__.startswith("dunwell.")
        if not ours or not meta.managed or "organization" not in {field.name for field in meta.get_fields()}:
            continue
        assert meta.db_table in taken | portable.NOT_CARRIED, f"{meta.label}: see APPS in workflows/portable/tables.py"


def test_every_column_that_names_a_file_is_known() -> None:
    """What a row names on the disk goes along with it."""
    for model in apps.get_models():
        if not model.__module__.startswith("dunwell.") or issubclass(model, Event):
            continue
        for field in model._meta.concrete_fields:
            if field.name == "path" or field.name.endswith("_path"):
                assert (model._meta.db_table, str(field.column)) in portable.FILES, f"{model.__name__}.{field.name}"
