"""What every test has: a PostgreSQL of its own, an organization, and people who speak.

The server is the one of DUNWELL_TEST_DATABASE_URL when that is set (its role must be allowed to create
databases; keep the test database between runs with --reuse-db), else an embedded one that is started
when the first test asks for a database and gone when the session ends.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase

from dunwell.config.embedded import share
from dunwell.config.environment import Environment
from dunwell.organizations.models import Organization, Role, User
from tests import worlds
from tests.emptying import empty
from tests.tables import keep, kept_tables, restore

TEST_DATABASE = "test_dunwell"  # pytest-django's name for it


def pytest_configure(config: pytest.Config) -> None:
    """Nothing of a developer's own installation is read or written by a test, nor by a process that one starts."""
    hypothesis.settings.register_profile("dunwell", deadline=None)  # how long an example takes says more of the machine
    hypothesis.settings.load_profile("dunwell")
    folder = Path(tempfile.mkdtemp(prefix="dunwell-tests-"))
    folder.chmod(0o711)  # the embedded server's user must get through when we are root
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    test_url = os.environ.get("DUNWELL_TEST_DATABASE_URL", "")
    for name in [name for name in os.environ if name.startswith("DUNWELL_") and name != "DUNWELL_TORTURE_SECONDS"]:
        if name == "DUNWELL_TORTURE_SECONDS":
            continue
        del os.environ[name]
    os.environ["DUNWELL_DATA_DIR"] = str(folder)
    os.environ["DUNWELL_TEST_DATABASE_URL"] = test_url
    settings.DATA_DIR = folder
    settings.MEDIA_ROOT = folder / "files"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # a sign-in takes no second


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The session's data folder, gone afterwards."""
    return Path(os.environ["DUNWELL_DATA_DIR"])


@pytest.fixture(scope="session")
def database_server(data_dir: Path) -> Iterator[str]:
    """URL of a server on which the tests may create databases."""
    url = os.environ["DUNWELL_TEST_DATABASE_URL"]
    if url:
        yield url
        return
    server = share(data_dir, for_tests=True)
    yield server.url
    connections.close_all()
    server.release()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(database_server: str) -> None:
    """pytest-django's hook: called before it makes the test database."""
    fresh = Environment(database_url=database_server, database_pool=0).database_settings()
    current = connections.settings["default"]
    # Django empties all tables after a test that commits; history lets that happen only when told so
    fresh["OPTIONS"]["options"] = "-c dunwell.history_may_be_emptied=yes"
    current.update({name: fresh[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")})
    current["TEST"] = {**current["TEST"], "TEMPLATE": "template0"}
    if process := os.environ.get("PYTEST_XDIST_WORKER"):
        # On a server that is shared each process of a parallel run needs a name of its own
        shared = bool(os.environ["DUNWELL_TEST_DATABASE_URL"])
        current["TEST"]["NAME"] = f"test_{current['NAME']}_{process}" if shared else TEST_DATABASE


@pytest.fixture(scope="session")
def restored_tables(database_server: str, django_db_modify_db_settings: None) -> bool:
    """Whether the embedded server's test database was made from kept tables."""
    tables = kept_tables()
    if os.environ["DUNWELL_TEST_DATABASE_URL"] or not tables.exists():
        return False
    restore(database_server, TEST_DATABASE, tables)
    return True


@pytest.fixture(scope="session")
def django_db_keepdb(request: pytest.FixtureRequest, restored_tables: bool) -> bool:
    """A restored database is taken as it is; migrations that it lacks, there are none, would still be applied."""
    return restored_tables or bool(request.config.getvalue("reuse_db"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, database_server: str, restored_tables: bool) -> None:
    """After pytest-django's own: keep what the migrations made."""
    if not os.environ["DUNWELL_TEST_DATABASE_URL"] and not restored_tables:
        keep(database_server, TEST_DATABASE, kept_tables())


@pytest.fixture(scope="session", autouse=True)
def emptied_quickly() -> Iterator[None]:
    """After a test that commits its few rows are deleted, not all tables made anew."""
    djangos_way = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def teardown(case: TransactionTestCase) -> None:
        empty(partial(djangos_way, case))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
        yield


@pytest.fixture
def organization(db: None) -> Organization:
    """Northlight: euros, UTC, no holidays, has started chasing."""
    return worlds.make_organization()


@pytest.fixture
def other_organization(db: None) -> Organization:
    """A second tenant, whose rows must never show up in the first."""
    return worlds.make_organization("southwind")


@pytest.fixture
def alice(organization: Organization) -> User:
    """Owner of Northlight."""
    return worlds.make_user("alice@northlight.example", organization=organization, role=Role.OWNER)


@pytest.fixture
def bob(organization: Organization) -> User:
    """Collector at Northlight."""
    return worlds.make_user("bob@northlight.example", organization=organization, role=Role.COLLECTOR)


@pytest.fixture
def charlie(other_organization: Organization) -> User:
    """Owner of Southwind: a stranger to Northlight."""
    return worlds.make_user("charlie@southwind.example", organization=other_organization, role=Role.OWNER)
