"""The printing press: Typst, kept running, from plain values to a PDF.

Values reach a template as JSON and are set as text, never read as Typst: whatever a customer is called, it is a name.
Documents are PDF/A-2b, which allows no box in place of a character: the compiler itself says for which it has no shape.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import queue
import re
import secrets
import shutil
import tempfile
import textwrap
import threading
import weakref
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import typst

_TEMPLATES = Path(__file__).parent / "typst"
_STANDARD: typst.PDFStandard = "a-2b"
# The compiler's words for a character that no typeface has; odd ones are written as Rust writes them
_NO_SHAPE = re.compile(r'the text `"((?:[^"\\]|\\.)+)"` could not be displayed')
_ESCAPED = re.compile(r"\\(?:u\{([0-9a-f]+)\}|(.))")
# They have no shape anywhere, and come from copying: a space stands for each
_CONTROLS = {code: " " for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) != "\n"}
_MOST_NAMED, _LONGEST_QUOTE = 12, 60
_ENDINGS = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpg", b"RIFF": "webp"}


class NotPrintableError(Exception):
    """A document could not be made; the sentence says which and why."""


def processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Press:
    """As many compilers as processors, each used by one thread at a time. Fonts are those in Typst itself (`typefaces`
    in parts.typ), so that paper looks the same wherever Dunwell runs; the same values of the same day always give the
    same bytes, whichever compiler prints them.
    """

    def __init__(self) -> None:
        # A folder of its own: a template can read nothing else, and pictures lie where Typst looks for them
        self._root = Path(tempfile.mkdtemp(prefix="dunwell-press-"))
        weakref.finalize(self, shutil.rmtree, self._root, ignore_errors=True)
        for template in _TEMPLATES.glob("*.typ"):
            shutil.copyfile(template, self._root / template.name)
        self._fonts = typst.Fonts(include_system_fonts=False)
        # The one that was used last first: it is warm. By template, made at its first use
        self._idle: queue.LifoQueue[dict[str, typst.Compiler]] = queue.LifoQueue()
        for _ in range(processors()):
            self._idle.put({})
        # For whoever has many documents to print
        self.printers = ThreadPoolExecutor(processors(), thread_name_prefix="printer")

    def print(self, template: str, values: Mapping[str, Any], *, day: dt.date, logo: bytes = b"") -> bytes:
        """The PDF. Raises NotPrintableError: a character has no shape in any typeface, a picture cannot be read."""
        data = _without_controls({**values, "logo": self._picture(logo)})
        compilers = self._idle.get()
        try:
            compiler = compilers.get(template)
            if compiler is None:
                compiler = compilers[template] = typst.Compiler(
                    self._root / f"{template}.typ", root=self._root, font_paths=self._fonts
                )
            pdf = compiler.compile(
                sys_inputs={"data": json.dumps(data)},
                timestamp=dt.datetime.combine(day, dt.time(), dt.UTC),
                pdf_standards=_STANDARD,
            )
        except typst.TypstError as error:
            why = _shapeless(error, data) or f"{error.message}."
            if logo and "image" in error.message:
                why += " Look at the logo in Settings, Appearance."
            raise NotPrintableError(f"The document “{template}” could not be printed: {why}") from error
        finally:
            self._idle.put(compilers)
        assert isinstance(pdf, bytes)
        return pdf

    def _picture(self, content: bytes) -> str:
        ending = next((name for start, name in _ENDINGS.items() if content.startswith(start)), "")
        if not ending:
            return ""
        name = f"{hashlib.sha256(content).hexdigest()}.{ending}"
        if not (self._root / name).exists():
            # Whole or not there: another thread may look for it meanwhile
            written = self._root / f"{secrets.token_hex(8)}.{ending}"
            written.write_bytes(content)
            written.replace(self._root / name)
        return f"/{name}"


def _shapeless(error: typst.TypstError, data: Any) -> str:
    """Which characters no typeface has, and where the first of them stands; empty: it failed for another reason."""
    found = dict.fromkeys(
        character for text in _NO_SHAPE.findall(error.diagnostic) for character in _ESCAPED.sub(_unescaped, text)
    )
    if not found:
        return ""
    named = " ".join([*list(found)[:_MOST_NAMED], *(["…"] if len(found) > _MOST_NAMED else [])])
    place = next((text for text in _texts(data) if any(character in text for character in found)), "")
    quoted = textwrap.shorten(place, _LONGEST_QUOTE, placeholder=" …")
    return (
        f"its typefaces have no {named}" + (f", as in “{quoted}”" if quoted else "") + ". Write it in Latin, Greek or "
        "Cyrillic letters, or send no paper here."
    )


def _unescaped(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16)) if escape[1] else escape[2]


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for value in data.values():
            yield from _texts(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _texts(value)


def _without_controls(data: Any) -> Any:
    if isinstance(data, str):
        return data.translate(_CONTROLS)
    if isinstance(data, Mapping):
        return {name: _without_controls(value) for name, value in data.items()}
    if isinstance(data, list | tuple):
        return [_without_controls(value) for value in data]
    return data


_presses: dict[int, Press] = {}
_making = threading.Lock()


def press() -> Press:
    """This process's press, made at its first use; a process that was forked has its own."""
    with _making:
        found = _presses.get(os.getpid())
        if found is None:
            found = _presses[os.getpid()] = Press()
        return found
