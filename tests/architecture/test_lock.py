"""Everything that is locked can be installed on Linux and on macOS without a compiler."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def locked() -> list[dict[str, Any]]:
    """Packages of uv.lock, without Dunwell itself."""
    packages: list[dict[str, Any]] = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    return [package for package in packages if "registry" in package["source"]]


def platforms(package: dict[str, Any]) -> set[str]:
    """Platform tags of the package's wheels; a wheel for several has several."""
    names = [wheel["url"].rsplit("/", 1)[1].removesuffix(".whl") for wheel in package.get("wheels", [])]
    return {tag for name in names for tag in name.split("-")[-1].split(".")}


def fits(tags: set[str], system: str, machine: str) -> bool:
    if "any" in tags:
        return True
    machines = {machine, "universal2"} if system == "macosx" else {machine}
    return any(tag.startswith(system) and any(tag.endswith(f"_{name}") for name in machines) for tag in tags)


# Packages only for other systems than these two
ELSEWHERE = {"colorama", "pywin32"}
# Its makers build for Apple's own processors only since 2025; on an Intel Mac pip compiles it
NOT_FOR_INTEL_MACS = {"cryptography"}


@pytest.mark.parametrize("package", locked(), ids=lambda package: package["name"])
@pytest.mark.parametrize(("system", "machine"), [("manylinux", "x86_64"), ("macosx", "arm64"), ("macosx", "x86_64")])
def test_there_is_a_wheel(package: dict[str, Any], system: str, machine: str) -> None:
    if package["name"] in ELSEWHERE or (
        machine == "x86_64" and system == "macosx" and package["name"] in NOT_FOR_INTEL_MACS
    ):
        return
    assert fits(platforms(package), system, machine), f"{package['name']} has no wheel for {system} {machine}"


def test_packages_come_from_one_registry() -> None:
    assert {package["source"]["registry"] for package in locked()} == {"https://pypi.org/simple"}


def test_npm_packages_are_locked_with_hashes() -> None:
    import json

    lock = json.loads((ROOT / "package-lock.json").read_text())
    installed = {path: entry for path, entry in lock["packages"].items() if path}
    assert installed
    assert all("integrity" in entry for entry in installed.values() if not entry.get("link"))
