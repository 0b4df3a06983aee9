"""A real browser against a real server: Debian's Chromium, uvicorn, PostgreSQL and a mail server."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from dunwell.config.environment import kept_secret
from dunwell.organizations.models import Organization, User
from dunwell.web import assets
from tests import worlds
from tests.messaging.smtp_server import SmtpServer
from tests.scenarios.story import make_chasing_organization

ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# Whenever the test runs, mail may go: these tests are about pages, not about hours
ALWAYS_OPEN = {
    "window_opens": dt.time(0, 0),
    "window_closes": dt.time(23, 59, 59),
    "window_weekdays": [1, 2, 3, 4, 5, 6, 7],
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(item.fspath).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)


def chromium_path() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if (found := shutil.which(name))), None)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser for this folder's tests; closed after them, since its event loop runs in the tests' own thread."""
    path = chromium_path()
    if path is None:
        pytest.skip("There is no Chromium here: browser tests need Debian's package `chromium`.")
    if not (assets.FOLDER / "manifest.json").exists() or not AXE.exists():
        pytest.skip("The assets are not built: run `make assets` first.")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Django would take Playwright's event loop for its own
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    server = SmtpServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def organization(transactional_db: None, smtp: SmtpServer) -> Organization:
    """Northlight, which chases by the default policy at any hour through the test's mail server."""
    return make_chasing_organization(smtp, settings=ALWAYS_OPEN)


@pytest.fixture
def anna(organization: Organization) -> User:
    return worlds.make_user("anna@northlight.example", organization=organization, name="Anna Berg")


@pytest.fixture(scope="session")
def serving(django_db_setup: None, data_dir: Path) -> Iterator[str]:
    """The address of Dunwell as `dunwell serve` serves it, on the tests' database, in a process of its own."""
    with served(data_dir) as address:
        yield address


@contextmanager
def served(data_dir: Path, **more: str) -> Iterator[str]:
    """A server on the tests' database; `more` is what else its environment says."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    settings.SECRET_KEY = kept_secret(data_dir / "secret-key")  # what we sign, the server believes
    current = connections["default"].settings_dict
    is_socket = str(current["HOST"]).startswith("/")
    login = f"{quote(current['USER'])}:{quote(current['PASSWORD'])}"
    place = f"{'' if is_socket else current['HOST']}:{current['PORT']}/{quote(current['NAME'])}"
    folder = f"?{urlencode({'host': current['HOST']})}" if is_socket else ""
    surroundings = {
        **os.environ,
        "DUNWELL_DATABASE_URL": f"postgresql://{login}@{place}{folder}",
        "DUNWELL_DATA_DIR": str(data_dir),
        "DUNWELL_BASE_URL": address,
        "DJANGO_SETTINGS_MODULE": "dunwell.config.settings",
        **more,
    }
    command = [sys.executable, "-m", "uvicorn", "dunwell.config.asgi:application", "--lifespan", "off"]
    # A window that was closed may still seem to listen for news: it is waited for no longer (`dunwell serve`: 5 s)
    command += ["--timeout-graceful-shutdown", "2"]
    path = data_dir / f"browser-server-{port}.log"
    with path.open("wb") as log:
        process = subprocess.Popen(
            [*command, "--port", str(port), "--log-level", "warning"], env=surroundings, stdout=log, stderr=log
        )
        deadline = time.monotonic() + 60
        while not _answers(port):
            assert process.poll() is None, path.read_text()
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.05)
        yield address
        process.terminate()
        process.wait(20)
    print(path.read_text()[-6000:])  # pytest shows it where a test failed


def _answers(port: int) -> bool:
    with socket.socket() as attempt:
        return attempt.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def server(serving: str, transactional_db: None) -> str:
    return serving


@pytest.fixture
def visit(chromium: Browser, server: str) -> Iterator[Callable[..., Page]]:
    """Open a browser window: `visit(width=360, theme="dark")`. A window that reports an error fails its test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        # A form that is refused answers 422: the browser logs that, the page is as it should be
        if message.type in {"error", "warning"} and "status of 422" not in message.text:
            complaints.append(f"{message.type}: {message.text}")

    def open_window(*, width: int = 1440, theme: Any = "light") -> Page:
        context = chromium.new_context(
            base_url=server, viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce"
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert complaints == []


def sign_in(page: Page, user: User, *, at: str = "/") -> None:
    """Come to Home or `at` once to another page, with a session that is open: stories of sign-in fill in the form.

    Home, with its charts, is the slowest page to open: a story that does not begin there does not go there.
    """
    client = Client()
    client.force_login(user)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": key, "domain": "127.0.0.1", "path": "/"}
    page.context.add_cookies([cookie])  # type: ignore[list-item]
    page.goto(at)
    page.wait_for_url("**/o/**")


def sign_in_by_form(page: Page, user: User, *, address: str = "/") -> None:
    # The server is another process and knows nothing of the tests' quick hasher
    user.password = PBKDF2PasswordHasher().encode(worlds.PASSWORD, "salt", iterations=1000)
    user.save(update_fields=["password"])
    page.goto(address)
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password").fill(worlds.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/o/**")


# One call for all of it: each word between the test and a busy browser takes a frame or two
LOOK = """
async ([options, parts]) => {
  if (typeof axe !== 'object') return null;
  const until = performance.now() + 20_000;
  while (document.querySelector('.htmx-request')) {
    if (performance.now() > until) throw new Error('A request has been under way for 20 seconds.');
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  const where = parts ? { include: [...document.querySelectorAll(parts)] } : document;
  return (await axe.run(where, options)).violations;
}
"""


def axe_findings(page: Page, only: Sequence[str] = (), *, parts: str = "") -> list[str]:
    """What axe-core says against the page as it stands, or against its `parts`, by all of its rules or by a few.

    A button whose request is under way is dimmed for that moment, which is no finding: the answer is awaited.
    """
    options: dict[str, Any] = {"iframes": False, "resultTypes": ["violations"]}
    if only:
        options["runOnly"] = list(only)
    found: list[dict[str, Any]] | None = page.evaluate(LOOK, [options, parts])
    if found is None:
        page.evaluate(AXE.read_text())
        found = page.evaluate(LOOK, [options, parts])
    assert found is not None
    return [
        f"{page.url}: {entry['id']} ({entry['impact']}): {node['target']}: {node['failureSummary']}"
        for entry in found
        for node in entry["nodes"]
    ]
