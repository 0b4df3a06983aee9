"""What every table of ours has to be, read from Django's registry: an import checker cannot see strings."""

from __future__ import annotations

import pghistory.models
import pytest
from django.apps import apps
from django.db import connection, models

from dunwell.organizations.models import Organization
from tests.emptying import emptied_tables

# From the top of the house to its ground: a foreign key points down or sideways inside its own app
LAYERS = [
    "web",
    "portal",
    "api",
    "alerts",
    "insights",
    "followup",
    "arrangements",
    "messaging",
    "connectors",
    "ledger",
    "organizations",
]
SIDE_BY_SIDE = [{"messaging", "connectors"}, {"web", "portal", "api"}]

# Rows that belong to no tenant, or to several
WITHOUT_ORGANIZATION = {"organizations.User", "organizations.Throttle"}
# Rollups of a customer: lists of customers sort and filter by them, so the customer knows their names
KNOWN_FROM_BELOW = {
    "followup.CustomerStanding.customer",
    "followup.CustomerBalance.customer",
    "followup.CustomerProfile.customer",
}
# Found through an indexed key of the same row set, never listed by themselves
# An index of words takes no numbers without an extension; who searches names his organization
INDEX_EXCEPTIONS = {"message_by_word"}


def our_models() -> list[type[models.Model]]:
    """Ours, without the history that pghistory derives from them."""
    return [
        model
        for config in apps.get_app_configs()
        if config.name.startswith("dunwell.")
        for model in config.get_models()
        if not issubclass(model, pghistory.models.Event)
    ]


def name_of(model: type[models.Model]) -> str:
    return f"{model._meta.app_label}.{model.__name__}"


@pytest.mark.parametrize("model", our_models(), ids=name_of)
def test_foreign_keys_point_downwards(model: type[models.Model]) -> None:
    for field in model._meta.get_fields():
        if not isinstance(field, models.ForeignKey):
            continue
        target = field.related_model
        assert isinstance(target, type)
        here, there = model._meta.app_label, target._meta.app_label
        if there not in LAYERS or here == there:
            continue
        assert LAYERS.index(here) < LAYERS.index(there), f"{field.name} points up to {there}"
        assert {here, there} not in SIDE_BY_SIDE, f"{field.name} points sideways to {there}"
        name = field.remote_field.related_name
        if f"{name_of(model)}.{field.name}" not in KNOWN_FROM_BELOW:
            assert name == "+", f"{field.name} crosses apps, so {there} must not know it: related_name='+'"


@pytest.mark.parametrize("model", our_models(), ids=name_of)
def test_every_row_says_whose_it_is(model: type[models.Model]) -> None:
    if model is Organization or name_of(model) in WITHOUT_ORGANIZATION:
        return
    field = model._meta.get_field("organization")
    assert isinstance(field, models.ForeignKey)
    assert field.related_model is Organization
    assert not field.null


@pytest.mark.parametrize("model", our_models(), ids=name_of)
def test_indexes_begin_with_the_organization(model: type[models.Model]) -> None:
    """A list is always one organization's; an index that begins with something else mixes tenants."""
    if model is Organization or name_of(model) in WITHOUT_ORGANIZATION:
        return
    # A row of one parent: the parent's key already says whose it is
    parents = {field.name for field in model._meta.fields if isinstance(field, models.ForeignKey)}
    for index in model._meta.indexes:
        if index.fields and index.name not in INDEX_EXCEPTIONS:
            first = index.fields[0].lstrip("-")
            assert first == "organization" or first in parents, f"{index.name} begins with {first}"
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and constraint.fields:
            first = constraint.fields[0]
            assert first == "organization" or first in parents, f"{constraint.name} begins with {first}"


@pytest.mark.parametrize("model", our_models(), ids=name_of)
def test_money_is_decimal_and_precise(model: type[models.Model]) -> None:
    for field in model._meta.fields:
        assert not isinstance(field, models.FloatField), f"{field.name} is a float"
        if isinstance(field, models.DecimalField) and "rate" not in field.name:
            assert (field.max_digits, field.decimal_places) == (19, 4), f"{field.name} is not numeric(19,4)"


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    from django.core.management import call_command

    call_command("makemigrations", "--check", "--dry-run", verbosity=1)


@pytest.mark.django_db
def test_what_is_emptied_between_tests_leaves_no_row_without_its_owner() -> None:
    """Rows are deleted without foreign keys being asked: none may lead there from a table that stays."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint"
            " WHERE contype = 'f' AND confrelid = ANY(%s::regclass[]) AND NOT conrelid = ANY(%s::regclass[])",
            [list(emptied_tables())] * 2,
        )
        assert cursor.fetchall() == []
