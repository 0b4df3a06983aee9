"""Deleting one organization with all its rows, table by table, in a handful of statements."""

from __future__ import annotations

import contextlib
from graphlib import TopologicalSorter
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from pghistory.models import Event

from dunwell.ledger.models import FileImport
from dunwell.organizations.models import Organization


def remove_organization(organization: Organization) -> None:
    """Every row that carries its id, then itself, then its files. Its history stays: that is append-only."""
    files = list(FileImport.objects.filter(organization=organization).values_list("path", "errors_path"))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")  # rows of one table may point to each other
        for model in _tables():
            column = "id" if model is Organization else "organization_id"
            table = connection.ops.quote_name(model._meta.db_table)  # noqa: SLF001 - Django's documented Meta API
            cursor.execute(f"DELETE FROM {table} WHERE {column} = %s", [organization.pk])  # noqa: S608
    for name in {name for pair in files for name in pair if name}:
        with contextlib.suppress(FileNotFoundError):
            (Path(settings.DATA_DIR) / name).unlink()


def _tables() -> list[type[models.Model]]:
    """The tables of a tenant, each before those it points to; the organizations themselves last."""
    mine = [model for model in apps.get_models() if model is Organization or _of_a_tenant(model)]
    points_to = {
        model: {
            field.related_model
            for field in model._meta.concrete_fields  # noqa: SLF001
            if isinstance(field, models.ForeignKey) and field.related_model in mine and field.related_model is not model
        }
        for model in mine
    }
    return list(reversed(list(TopologicalSorter(points_to).static_order())))


def _of_a_tenant(model: type[models.Model]) -> bool:
    """Whether its rows carry an organization's id; history does too, and is kept."""
    if issubclass(model, Event) or not model.__module__.startswith("dunwell."):
        return False
    return any(field.name == "organization" for field in model._meta.concrete_fields)  # noqa: SLF001
