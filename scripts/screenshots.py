"""Make the README's pictures: docs/pictures/<page>-<width>-<theme>.png, from the demo organization.

Without arguments it starts a demo of its own in a folder that is gone afterwards; with an address, an
e-mail address and a password it takes the pictures there: scripts/screenshots.py http://… who@… secret
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
SIZES = ((1440, 900), (360, 740))
THEMES = ("light", "dark")


class Demo(NamedTuple):
    address: str
    email: str
    password: str


@contextmanager
def demo_of_our_own() -> Iterator[Demo]:
    """A demo in a temporary folder, from its own words about where it is and how to sign in."""
    with tempfile.TemporaryDirectory(prefix="dunwell-pictures-") as folder:
        Path(folder).chmod(0o711)  # the embedded server's user must get through when we are root
        surroundings = {**os.environ, "DUNWELL_DATA_DIR": folder, "NO_COLOR": "1", "COLUMNS": "200"}
        surroundings.pop("DUNWELL_DATABASE_URL", None)
        command = [sys.executable, "-m", "dunwell.cli.main", "demo", "--port", "8790"]
        dunwell = shutil.which("dunwell", path=str(Path(sys.executable).parent))
        if dunwell:
            command[:3] = [dunwell]
        process = subprocess.Popen(command, env=surroundings, stderr=subprocess.PIPE, text=True)
        try:
            yield _told_by(process)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def _told_by(process: subprocess.Popen[str]) -> Demo:
    assert process.stderr is not None
    told = ""
    for line in process.stderr:
        sys.stderr.write(line)
        told += line
        found = re.search(r"Open (\S+)\s+Sign in as (\S+) with password (\S+)", told)
        if found:
            return Demo(*found.groups())
    raise SystemExit("The demo did not start.")


def sign_in(page: Page, demo: Demo) -> None:
    page.goto(f"{demo.address}/accounts/login/")
    page.get_by_label("E-mail").fill(demo.email)
    page.get_by_label("Password").fill(demo.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/o/**")


def addresses(page: Page, home: str) -> dict[str, str]:
    """The pages worth a picture; a customer and a notice as a list shows them first."""
    found = {
        "home": home,
        "follow-up": f"{home}follow-up/",
        "defaulters": f"{home}defaulters/",
        "invoices": f"{home}invoices/",
        "imports": f"{home}imports/",
        "policy": f"{home}policies/",
    }
    for name, listing in (("customer", "defaulters/"), ("notice", "follow-up/")):
        page.goto(f"{home}{listing}")
        first = page.locator("tbody a.cell-main").first
        if first.count():
            found[name] = str(first.evaluate("link => link.href"))
    return found


def take(demo: Demo) -> int:
    """All pictures; returns how many."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    taken = 0
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        raise SystemExit("There is no Chromium here: install Debian's package `chromium`.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM)
        page = browser.new_page()
        sign_in(page, demo)
        state = page.context.storage_state()
        pages = addresses(page, page.url)
        for width, height in SIZES:
            for theme in THEMES:
                context = browser.new_context(
                    viewport={"width": width, "height": height},
                    color_scheme="dark" if theme == "dark" else "light",
                    reduced_motion="reduce",
                    storage_state=state,
                )
                shown = context.new_page()
                for name, address in pages.items():
                    shown.goto(address)
                    shown.wait_for_load_state("networkidle")
                    shown.screenshot(path=str(PICTURES / f"{name}-{width}-{theme}.png"))
                    taken += 1
                context.close()
        browser.close()
    return taken


def main() -> None:
    if len(sys.argv) == 4:
        taken = take(Demo(*sys.argv[1:]))
    elif len(sys.argv) == 1:
        with demo_of_our_own() as demo:
            taken = take(demo)
    else:
        raise SystemExit(__doc__)
    print(f"{taken} pictures in {PICTURES.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
