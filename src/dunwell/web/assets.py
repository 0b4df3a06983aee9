"""Where the built assets are: `assets/build.mjs` writes hashed names and a manifest of them."""

from __future__ import annotations

import functools
import json
from pathlib import Path

from django.conf import settings
from django.templatetags.static import static

FOLDER = Path(__file__).parent / "static" / "dist"


@functools.cache
def _manifest(changed_ns: int) -> dict[str, str]:
    del changed_ns
    return dict(json.loads((FOLDER / "manifest.json").read_text()))


@functools.cache
def _changed_once() -> int:
    return _changed()


def _changed() -> int:
    """When the manifest was written; 0 where the assets are not built, as in a fresh clone before `make assets`."""
    try:
        return (FOLDER / "manifest.json").stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def asset(name: str) -> str:
    """The address of an asset by its source's name, such as app.css."""
    changed = _changed() if settings.DEBUG else _changed_once()
    hashed = _manifest(changed).get(name, name) if changed else name
    return static(f"dist/{hashed}")
