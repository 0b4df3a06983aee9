"""`/health` and `/ready`, as a proxy or a container's keeper asks them."""

from __future__ import annotations

import pytest
from asgiref.sync import async_to_sync
from django.conf import LazySettings
from django.db import connection
from django.test import AsyncClient, Client

from dunwell.workflows.checkup import database


def test_a_process_is_healthy_without_a_database() -> None:
    """No database fixture: a query would fail the test."""
    response = Client().get("/health", headers={"host": "10.0.0.7"})
    assert (response.status_code, response.json()) == (200, {"healthy": True})
    assert "sessionid" not in response.cookies
    assert Client().post("/health").status_code == 405
    assert async_to_sync(AsyncClient().get)("/health").status_code == 200


@pytest.mark.django_db
def test_ready_says_what_is_there_and_no_more(settings: LazySettings) -> None:
    settings.SECURE_SSL_REDIRECT = True  # a probe speaks plain HTTP
    database._ready_tables.clear()
    response = Client().get("/ready")
    assert response.status_code == 200
    assert response.json() == {"ready": True, "database": True, "migrations": True, "worker": False}
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    assert Client().get("/ready").json()["worker"] is True


@pytest.mark.django_db
def test_not_ready_before_the_tables_are() -> None:
    database._ready_tables.clear()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    response = Client().get("/ready")
    assert (response.status_code, response.json()["migrations"]) == (503, False)
    database._ready_tables.clear()
