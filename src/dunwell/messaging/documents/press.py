"""The printing press: Typst, kept running, from plain values to a PDF.

Values reach a template as JSON and are set as text, never read as Typst: whatever a customer is called, it is a name.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
import tempfile
import threading
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst

_TEMPLATES = Path(__file__).parent / "typst"
_ENDINGS = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpg", b"RIFF": "webp"}


class NotPrintableError(Exception):
    """A document could not be made; the sentence says which and why."""


class Press:
    """One compiler, used by one thread at a time. Fonts are those in Typst itself, so that paper looks the same
    wherever Dunwell runs; the same values of the same day always give the same bytes.
    """

    def __init__(self) -> None:
        # A folder of its own: a template can read nothing else, and pictures lie where Typst looks for them
        self._root = Path(tempfile.mkdtemp(prefix="dunwell-press-"))
        weakref.finalize(self, shutil.rmtree, self._root, ignore_errors=True)
        for template in _TEMPLATES.glob("*.typ"):
            shutil.copyfile(template, self._root / template.name)
        self._fonts = typst.Fonts(include_system_fonts=False)
        self._compilers: dict[str, typst.Compiler] = {}
        self._lock = threading.Lock()

    def print(self, template: str, values: Mapping[str, Any], *, day: dt.date, logo: bytes = b"") -> bytes:
        """The PDF. Raises NotPrintableError, where a picture cannot be read for example."""
        with self._lock:
            data = {**values, "logo": self._picture(logo)}
            compiler = self._compilers.get(template)
            if compiler is None:
                compiler = self._compilers[template] = typst.Compiler(
                    self._root / f"{template}.typ", root=self._root, font_paths=self._fonts
                )
            try:
                pdf = compiler.compile(
                    sys_inputs={"data": json.dumps(data)},
                    timestamp=dt.datetime.combine(day, dt.time(), dt.UTC),
                )
            except typst.TypstError as error:
                raise NotPrintableError(f"The document “{template}” could not be printed: {error.message}") from error
        assert isinstance(pdf, bytes)
        return pdf

    def _picture(self, content: bytes) -> str:
        ending = next((name for start, name in _ENDINGS.items() if content.startswith(start)), "")
        if not ending:
            return ""
        name = f"{hashlib.sha256(content).hexdigest()}.{ending}"
        if not (self._root / name).exists():
            (self._root / name).write_bytes(content)
        return f"/{name}"


_presses: dict[int, Press] = {}
_making = threading.Lock()


def press() -> Press:
    """This process's press, made at its first use; a process that was forked has its own."""
    with _making:
        found = _presses.get(os.getpid())
        if found is None:
            found = _presses[os.getpid()] = Press()
        return found
