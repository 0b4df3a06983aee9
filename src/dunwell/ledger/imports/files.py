"""What kind of file this is, and how its bytes become text: looked at once, before anything is changed."""

from __future__ import annotations

import codecs
import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TextIO

from dunwell.ledger.imports.errors import ImportRefusedError
from dunwell.ledger.imports.workbook import check_workbook

# A million rows of a wide export are some 300 MB
LARGEST_FILE = 1024**3
LONGEST_LINE = 1_000_000
CHUNK = 1 << 20
DELIMITERS = ",;\t|"
SNIFFED_LINES = 200

TEXT_ENDINGS = frozenset({".csv", ".tsv", ".txt", ".tab"})
WORKBOOK_ENDINGS = frozenset({".xlsx", ".xlsm"})

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF document"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word file (.xls, .doc)"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a compressed file"),
    (b"7z\xbc\xaf", "a compressed file"),
    (b"Rar!", "a compressed file"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"SQLite format 3", "a database"),
)
_MARKUP = ("<!doctype", "<html", "<?xml", "<table")


@dataclass(frozen=True, slots=True)
class FileFacts:
    """One file as it lies on the disk: its kind and, for text, how its bytes are read."""

    path: Path
    name: str
    size: int
    sha256: str
    kind: Literal["text", "workbook"]
    encoding: str = ""
    delimiter: str = ""

    def open_text(self) -> TextIO:
        return self.path.open(encoding=self.encoding, newline="")


def look_at(path: Path, *, name: str = "", encoding: str = "", delimiter: str = "") -> FileFacts:
    """The facts of a file that may be a table; `ImportRefusedError` says in one sentence why another is not.

    `encoding` and `delimiter`, where given, win over what the bytes say.
    """
    name = name or path.name
    ending = Path(name).suffix.lower()
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise ImportRefusedError(f"“{name}” cannot be read: {error.strerror}.") from error
    if size == 0:
        raise ImportRefusedError(f"“{name}” is empty.")
    if size > LARGEST_FILE:
        raise ImportRefusedError(
            f"“{name}” has {size / 1024**3:.1f} GB; at most {LARGEST_FILE // 1024**3} GB are read. "
            "Split it and import the parts."
        )
    _check_ending(name, ending, head)
    if ending in WORKBOOK_ENDINGS:
        check_workbook(path, name)
        return FileFacts(path, name, size, _digest(path), "workbook")
    found, digest = _read_through(path, name, head, encoding)
    facts = FileFacts(path, name, size, digest, "text", found)
    return FileFacts(path, name, size, digest, "text", found, delimiter or sniff_delimiter(facts))


def _check_ending(name: str, ending: str, head: bytes) -> None:
    for magic, what in _MAGIC:
        if head.startswith(magic):
            raise ImportRefusedError(f"“{name}” is {what}, not a table; save it as CSV or XLSX.")
    zipped = head.startswith(b"PK")
    if ending in WORKBOOK_ENDINGS:
        if not zipped:
            raise ImportRefusedError(
                f"“{name}” is named like an Excel workbook but is not one; is it CSV with a wrong ending?"
            )
    elif ending not in TEXT_ENDINGS:
        raise ImportRefusedError(f"“{name}” does not end in .csv, .tsv, .txt or .xlsx; only such files are read.")
    elif zipped:
        raise ImportRefusedError(
            f"“{name}” is named like a text file but is a ZIP archive or a workbook; rename it to .xlsx or unpack it."
        )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _bom(head: bytes) -> str:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # Without a mark, Western text in UTF-16 has a zero in every other byte
    half = len(head) // 2
    if half >= 4:
        if head[1::2].count(0) > 0.7 * half:
            return "utf-16-le"
        if head[0::2].count(0) > 0.7 * half:
            return "utf-16-be"
    return ""


def _read_through(path: Path, name: str, head: bytes, encoding: str) -> tuple[str, str]:
    """The encoding under which every byte of the file is text, and the file's digest."""
    if encoding:
        try:
            codecs.lookup(encoding)
        except LookupError as error:
            raise ImportRefusedError(f"“{encoding}” is not an encoding; use utf-8, utf-16 or cp1252.") from error
    tried = [encoding] if encoding else [found] if (found := _bom(head)) else ["utf-8", "cp1252"]
    decoders = {one: codecs.getincrementaldecoder(one)("strict") for one in tried}
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            for one, decoder in list(decoders.items()):
                if not _is_text(decoder, chunk):
                    del decoders[one]
            if not decoders:
                break
    for one, decoder in list(decoders.items()):
        if not _is_text(decoder, b"", final=True):
            del decoders[one]
    if not decoders:
        if encoding:
            raise ImportRefusedError(f"“{name}” is not text in {encoding}.")
        raise ImportRefusedError(f"“{name}” is not a text file: it is damaged or of another kind.")
    return next(one for one in tried if one in decoders), digest.hexdigest()


def _is_text(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        return "\0" not in decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False


def sniff_delimiter(facts: FileFacts) -> str:
    """The sign that cuts the first lines into the most regular table."""
    with facts.open_text() as file:
        lines = [line for _, line in zip(range(SNIFFED_LINES), bounded_lines(file, facts.name), strict=False)]
    start = "".join(lines[:3]).lstrip().casefold()
    if start.startswith(_MARKUP):
        raise ImportRefusedError(f"“{facts.name}” is a web page or XML, not a table; save it as CSV or XLSX.")
    if start.startswith(("{", "[")):
        raise ImportRefusedError(f"“{facts.name}” is JSON, not a table; save it as CSV or XLSX.")
    best, best_score = "", 0.0
    for delimiter in DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=delimiter) if any(row)]
        except csv.Error:
            continue
        wide = [width for width in widths if width > 1]
        if not wide:
            continue
        usual = max(set(wide), key=wide.count)
        # Regular first, then wide: amounts with decimal commas must not win against semicolons
        score = wide.count(usual) / len(widths) + min(usual, 50) / 1000
        if score > best_score:
            best, best_score = delimiter, score
    if not best or best_score < 0.3:
        raise ImportRefusedError(
            f"“{facts.name}” is not a table: its lines have no columns divided by comma, semicolon, tab or “|”."
        )
    return best


def bounded_lines(file: TextIO, name: str) -> Iterator[str]:
    """The file's lines; one that never ends must not fill the memory."""
    while line := file.readline(LONGEST_LINE):
        if len(line) >= LONGEST_LINE:
            raise ImportRefusedError(
                f"“{name}” is not a table: it has a line of more than {LONGEST_LINE:,} characters."
            )
        yield line
