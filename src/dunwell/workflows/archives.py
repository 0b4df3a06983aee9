"""One file that holds many, with a table of contents that says what each must be: a zip, written and read as a stream.

The table is written last. An archive that was cut off has none and is refused, as is one in which a byte has changed.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any, Self

MANIFEST = "manifest.json"
CHUNK = 1 << 20
LARGEST_MANIFEST = 16 * CHUNK


class ArchiveUnusableError(Exception):
    """The file is not what it should be; the text says what is wrong, and that nothing was changed."""


class ArchiveWriter:
    """Writes an archive to a file or to a stream that cannot go back; nothing is held in memory."""

    def __init__(self, target: IO[bytes], *, kind: str, version: int) -> None:
        self._zip = zipfile.ZipFile(target, "w", compression=zipfile.ZIP_DEFLATED, compresslevel=6, allowZip64=True)
        self._facts: dict[str, Any] = {"kind": kind, "version": version}
        self._entries: dict[str, dict[str, Any]] = {}

    def write(self, name: str, chunks: Iterable[bytes], *, packed: bool = False) -> Iterator[int]:
        """Write one entry; yields the bytes of each chunk when it is written. `packed`: compressing gains nothing."""
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        digest, size = hashlib.sha256(), 0
        with self._zip.open(info, "w", force_zip64=True) as entry:
            for chunk in chunks:
                entry.write(chunk)
                digest.update(chunk)
                size += len(chunk)
                yield len(chunk)
        self._entries[name] = {"bytes": size, "sha256": digest.hexdigest()}

    def add(self, name: str, chunks: Iterable[bytes], *, packed: bool = False) -> int:
        """Write one entry to its end; its size."""
        return sum(self.write(name, chunks, packed=packed))

    def finish(self, **facts: Any) -> None:
        """Write the table of contents with what else is to be known, and close."""
        text = json.dumps({**self._facts, **facts, "entries": self._entries}, indent=1)
        self._zip.writestr(MANIFEST, text)
        self._zip.close()


class Archive:
    """An archive to read. Use as a context; `verify` before anything is believed."""

    def __init__(self, path: Path, *, kind: str, version: int) -> None:
        self.path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except FileNotFoundError as error:
            raise ArchiveUnusableError(f"There is no file {path}.") from error
        except (zipfile.BadZipFile, OSError, ValueError) as error:
            raise self._unusable("it is cut off or is no archive of Dunwell") from error
        try:
            self.manifest = self._read_manifest(kind, version)
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    @property
    def names(self) -> list[str]:
        return list(self.manifest["entries"])

    @property
    def size(self) -> int:
        """Bytes of all entries, unpacked."""
        return sum(int(entry["bytes"]) for entry in self.manifest["entries"].values())

    def chunks(self, name: str) -> Iterator[bytes]:
        """One entry as it is read; raises where a byte is not what the table says."""
        expected = self.manifest["entries"][name]
        digest, size = hashlib.sha256(), 0
        try:
            with self._zip.open(name) as entry:
                while chunk := entry.read(CHUNK):
                    digest.update(chunk)
                    size += len(chunk)
                    if size > expected["bytes"]:
                        break
                    yield chunk
        except (zipfile.BadZipFile, OSError, EOFError, KeyError, NotImplementedError, ValueError) as error:
            raise self._unusable(f"its part {name} cannot be read ({error})") from error
        except Exception as error:  # zlib.error, lzma.LZMAError: whatever the packing was
            if type(error).__module__ not in {"zlib", "_lzma", "lzma"}:
                raise
            raise self._unusable(f"its part {name} cannot be unpacked ({error})") from error
        if size != expected["bytes"] or digest.hexdigest() != expected["sha256"]:
            raise self._unusable(f"its part {name} is not what it was when it was written")

    def read(self, name: str) -> bytes:
        return b"".join(self.chunks(name))

    def verify(self) -> Iterator[int]:
        """Read everything once; yields bytes as they are found right."""
        for name in self.names:
            for chunk in self.chunks(name):
                yield len(chunk)

    def extract(self, name: str, target: Path) -> None:
        """Write one entry to a new file that only we may read."""
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch(mode=0o600, exist_ok=False)
        with target.open("wb") as file:
            for chunk in self.chunks(name):
                file.write(chunk)

    def _read_manifest(self, kind: str, version: int) -> dict[str, Any]:
        try:
            info = self._zip.getinfo(MANIFEST)
            if info.file_size > LARGEST_MANIFEST:
                raise self._unusable("its table of contents is too long")
            manifest: dict[str, Any] = json.loads(self._zip.read(info))
            entries = {name: (int(entry["bytes"]), str(entry["sha256"])) for name, entry in manifest["entries"].items()}
            found = (str(manifest["kind"]), int(manifest["version"]))
        except (KeyError, TypeError, AttributeError, ValueError, zipfile.BadZipFile) as error:
            raise self._unusable("it has no table of contents") from error
        if found[0] != kind:
            raise self._unusable(f"it is a {found[0]}, not a {kind}")
        if found[1] > version:
            raise self._unusable("it was written by a newer Dunwell than this one")
        for name in entries:
            path = PurePosixPath(name)
            if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name:
                raise self._unusable(f"it names a place outside, {name!r}")
        return manifest

    def _unusable(self, reason: str) -> ArchiveUnusableError:
        return ArchiveUnusableError(f"{self.path.name} is not usable: {reason}. Nothing has been changed.")
