"""The folder of files: every file lives under the sha256 of its bytes, `ab/cdef…`, and nowhere else.

A file is streamed beside the store, counted, hashed, flushed to disk and only then renamed to its address:
a kill at any moment leaves either the whole file or a crumb in `.incoming` that `sweep_temp` removes.
Names given by people are never used.
"""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from core.domain.errors import FileTooBig

_SHA256 = re.compile(r"[0-9a-f]{64}")
_FOLDER = re.compile(r"[0-9a-f]{2}")
_CHUNK = 1 << 20


@dataclass(frozen=True)
class StoredBlob:
    sha256: str
    size: int


@dataclass(frozen=True)
class BlobEntry:
    """A file found in the store; `touched_at` renews when the same bytes are put again."""

    sha256: str
    size: int
    touched_at: datetime


class Incoming:
    """A file on its way in, chunk by chunk; without `keep()` nothing of it remains."""

    def __init__(self, root: Path, limit: int) -> None:
        self._root = root
        self._limit = limit
        self._size = 0
        self._sha = hashlib.sha256()
        self._kept = False
        descriptor, name = tempfile.mkstemp(dir=root / ".incoming")
        self._temp = Path(name)
        self._file = os.fdopen(descriptor, "wb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._kept:
            return
        with suppress(OSError):  # a full disk may refuse the last flush; the crumb must go all the same
            self._file.close()
        self._temp.unlink(missing_ok=True)

    def write(self, chunk: bytes) -> None:
        self._size += len(chunk)
        if self._size > self._limit:
            raise FileTooBig(limit_mb=max(1, self._limit // 1_000_000))
        self._sha.update(chunk)
        self._file.write(chunk)

    def keep(self) -> StoredBlob:
        """Flushes and moves the file to its address. Always replaces: that heals a damaged copy."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        sha256 = self._sha.hexdigest()
        address = self._root / sha256[:2] / sha256[2:]
        if not address.parent.exists():
            address.parent.mkdir(exist_ok=True)
            _flush_folder(self._root)
        self._temp.chmod(0o440)
        self._temp.replace(address)
        self._kept = True
        _flush_folder(address.parent)
        return StoredBlob(sha256, self._size)


class Blobs:
    """Content-addressed files under one folder."""

    def __init__(self, root: Path) -> None:
        self.root = Path(root).resolve()
        (self.root / ".incoming").mkdir(parents=True, exist_ok=True)

    def incoming(self, *, limit: int) -> Incoming:
        return Incoming(self.root, limit)

    def put(self, source: Path | BinaryIO, *, limit: int) -> StoredBlob:
        """Copies a file or a stream in; `FileTooBig` after `limit` bytes, and then nothing is left behind."""
        if isinstance(source, Path):
            with source.open("rb") as stream:
                return self.put(stream, limit=limit)
        with self.incoming(limit=limit) as incoming:
            while chunk := source.read(_CHUNK):
                incoming.write(chunk)
            return incoming.keep()

    def path(self, sha256: str) -> Path:
        """The address of these bytes, whether they are here or not."""
        if not _SHA256.fullmatch(sha256):
            raise ValueError(f"not a sha256: {sha256!r}")
        return self.root / sha256[:2] / sha256[2:]

    def open(self, sha256: str) -> BufferedReader:
        return self.path(sha256).open("rb")

    def exists(self, sha256: str) -> bool:
        return self.path(sha256).is_file()

    def verify(self, sha256: str) -> bool:
        """The file is here and its bytes still have this hash."""
        try:
            with self.open(sha256) as stream:
                return hashlib.file_digest(stream, "sha256").hexdigest() == sha256
        except FileNotFoundError:
            return False

    def remove(self, sha256: str) -> None:
        """For files without a row, and for erasure; removing what is not here is no error."""
        self.path(sha256).unlink(missing_ok=True)

    def __iter__(self) -> Iterator[BlobEntry]:
        for folder in sorted(self.root.iterdir()):
            if not _FOLDER.fullmatch(folder.name):
                continue
            for file in sorted(folder.iterdir()):
                sha256 = folder.name + file.name
                if _SHA256.fullmatch(sha256):
                    facts = file.stat()
                    yield BlobEntry(sha256, facts.st_size, datetime.fromtimestamp(facts.st_mtime, UTC))

    def sweep_temp(self, *, before: datetime) -> int:
        """Removes the crumbs of downloads that a kill broke off; returns how many."""
        swept = 0
        for crumb in (self.root / ".incoming").iterdir():
            with suppress(FileNotFoundError):  # finished or swept by another process meanwhile
                if datetime.fromtimestamp(crumb.stat().st_mtime, UTC) < before:
                    crumb.unlink()
                    swept += 1
        return swept


def _flush_folder(folder: Path) -> None:
    """A rename survives a power cut only when its folder is flushed too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
