"""Make the pictures, from the demo organization: docs/pictures/<page>-<width>-<theme>.png for the README, and
docs/guide/pictures/<page>.webp for the guide.

It starts a demo of its own in a folder that is gone afterwards. With the word `guide` or `readme` only those are made.
"""

from __future__ import annotations

import base64
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

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
GUIDE = ROOT / "docs" / "guide" / "pictures"
SIZES = ((1440, 900), (360, 740))
THEMES = ("light", "dark")


class Demo(NamedTuple):
    address: str
    email: str
    password: str


@contextmanager
def demo_of_our_own() -> Iterator[tuple[Demo, str]]:
    """A demo in a temporary folder, from its own words about where it is and how to sign in."""
    with tempfile.TemporaryDirectory(prefix="dunwell-pictures-") as folder:
        Path(folder).chmod(0o711)  # the embedded server's user must get through when we are root
        surroundings = {**os.environ, "DUNWELL_DATA_DIR": folder, "NO_COLOR": "1", "COLUMNS": "200"}
        surroundings.pop("DUNWELL_DATABASE_URL", None)
        command = [sys.executable, "-m", "dunwell", "demo", "--port", "8790"]
        dunwell = shutil.which("dunwell", path=str(Path(sys.executable).parent))
        if dunwell:
            command[:3] = [dunwell]
        process = subprocess.Popen(command, env=surroundings, stderr=subprocess.PIPE, text=True)
        try:
            yield _told_by(process), folder
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
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/o/**")


def addresses(page: Page, home: str) -> dict[str, str]:
    """The pages worth a picture; a customer and a notice as a list shows them first."""
    found = {
        "home": home,
        "follow-up": f"{home}follow-up/",
        "defaulters": f"{home}defaulters/",
        "invoices": f"{home}invoices/",
        "imports": f"{home}imports/",
        "policies": f"{home}policies/",
        "insights": f"{home}insights/",
        "templates": f"{home}templates/",
    }
    for name, listing in (("customer", "defaulters/"), ("notice", "follow-up/")):
        page.goto(f"{home}{listing}")
        first = page.locator("tbody a.cell-main").first
        if first.count():
            found[name] = str(first.evaluate("link => link.href"))
    return found


def take_readme(browser: Browser, demo: Demo) -> int:
    """Every page of the README, wide and narrow, light and dark; returns how many pictures that were."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    taken = 0
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
    return taken


def take_guide(browser: Browser, demo: Demo, newcomer: Demo) -> int:
    """The guide's pictures: few, wide, light and small. The newcomer has set up nothing yet."""
    GUIDE.mkdir(parents=True, exist_ok=True)
    page = browser.new_context(
        viewport={"width": 1200, "height": 760}, color_scheme="light", reduced_motion="reduce"
    ).new_page()
    sign_in(page, demo)
    home = page.url
    found = addresses(page, home)
    wanted = {name: found[name] for name in ("home", "follow-up", "notice", "customer") if name in found}
    wanted["invoices"] = f"{home}invoices/?state=overdue&currency=EUR&sort=-balance"
    wanted |= {"worklist": f"{home}follow-up/worklist/", "payments": f"{home}payments/"}
    for name, address in wanted.items():
        page.goto(address)
        _keep(page, name)
    page.context.clear_cookies()
    sign_in(page, newcomer)
    home = page.url
    page.goto(f"{home}set-up/")
    _keep(page, "set-up", height=560)
    page.goto(f"{home}imports/")
    page.locator("input[type=file]").set_input_files(
        {"name": "open-items.csv", "mimeType": "text/csv", "buffer": OPEN_ITEMS.encode()}
    )
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url("**/imports/*/")
    _keep(page, "import-columns")
    return len(wanted) + 2


def _keep(page: Page, name: str, *, height: int = 760) -> None:
    """The page as it stands, as WebP: Chromium's own canvas turns the PNG into it."""
    page.wait_for_load_state("networkidle")
    png = page.screenshot(clip={"x": 0, "y": 0, "width": 1200, "height": height})
    blank = page.context.new_page()
    written = blank.evaluate(TO_WEBP, base64.b64encode(png).decode())
    blank.close()
    (GUIDE / f"{name}.webp").write_bytes(base64.b64decode(written.partition(",")[2]))


TO_WEBP = """async (png) => {
  const image = new Image();
  image.src = `data:image/png;base64,${png}`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
  canvas.getContext("2d").drawImage(image, 0, 0);
  return canvas.toDataURL("image/webp", 0.86);
}"""
OPEN_ITEMS = """Customer;E-mail;Invoice no.;Invoice date;Due;Amount;Paid;Note
Alder Bikes Ltd;accounts@alderbikes.example;2026-1041;01.09.2026;01.10.2026;1.240,00 €;0,00 €;
Coral Content N.V.;billing@coralcontent.example;2026-1042;15.09.2026;15.10.2026;980,50 €;0,00 €;
Ember Coffee & Partners;pay@embercoffee.example;2026-1043;24.09.2026;24.10.2026;2.310,00 €;310,00 €;second order
"""


def make_newcomer(demo: Demo, folder: str) -> Demo:
    """An organization beside the demo's in which nothing is set up, and its owner."""
    dunwell = [str(Path(sys.executable).parent / "dunwell")]
    surroundings = {**os.environ, "DUNWELL_DATA_DIR": folder}
    surroundings.pop("DUNWELL_DATABASE_URL", None)
    place = ["--currency", "EUR", "--country", "DE", "--time-zone", "Europe/Berlin"]
    subprocess.run(
        [*dunwell, "organization", "create", "acme", "--name", "Acme Media", *place], env=surroundings, check=True
    )
    newcomer = Demo(demo.address, "anna@acme.example", "a long enough sentence")
    create = ["user", "create", "--email", newcomer.email, "--name", "Anna Berg", "--organization", "acme"]
    password = f"{newcomer.password}\n"
    subprocess.run([*dunwell, *create, "--password-stdin"], env=surroundings, input=password, text=True, check=True)
    return newcomer


def main() -> None:
    wanted = sys.argv[1:] or ["readme", "guide"]
    if not {"readme", "guide"}.issuperset(wanted):
        raise SystemExit(__doc__)
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        raise SystemExit("There is no Chromium here: install Debian's package `chromium`.")
    taken = 0
    with demo_of_our_own() as (demo, folder), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM)
        if "readme" in wanted:
            taken += take_readme(browser, demo)
        if "guide" in wanted:
            taken += take_guide(browser, demo, make_newcomer(demo, folder))
        browser.close()
    print(f"{taken} pictures")


if __name__ == "__main__":
    main()
