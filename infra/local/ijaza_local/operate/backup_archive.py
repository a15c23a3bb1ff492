"""The archive of a backup: one tar file of compressed parts, and a manifest that tells of them all.

| member | holds |
|---|---|
| `bus/NNNNNN` | records, in the order of each partition |
| `stores/SERVICE/COLLECTION/NNNNNN` | documents |
| `unsent/SERVICE/COLLECTION/NNNNNN` | documents with events to send; they stand for those above |
| `keys` | the sealed keys, unless they were left out |
| `manifest.json` | format, counts, and the SHA-256 of every part |
| `manifest.sha256` | that of the manifest, and the end |

Parts are MessagePack, compressed by gzip, of some megabytes each: so an archive of any size is
written and read in little memory.
"""

import fcntl
import gzip
import io
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import IO, Generic, TypeVar

import msgspec
from ijaza_runtime.adapters.sqlite_file import sync_folder

from ijaza_local.operate.backup_format import (
    FORMAT,
    BackupError,
    Kept,
    Manifest,
    Part,
    Row,
    bound,
    unpack_kept,
    unpack_rows,
)

PART_BYTES = 4 << 20
"""Of what stands in a part, uncompressed; one record or document more may go in."""
BUS, STORES, UNSENT, KEYS = "bus", "stores", "unsent", "keys"
MANIFEST, SEAL = "manifest.json", "manifest.sha256"

_LEVEL = 3
_LARGEST_MANIFEST = 64 << 20

Progress = Callable[[str, int], None]
T = TypeVar("T")


@dataclass(slots=True)
class Draft:
    """An archive that is being written."""

    _tar: tarfile.TarFile
    parts: list[Part] = field(default_factory=list)

    def add(self, name: str, content: bytes) -> None:
        """Add a part."""
        self.parts.append(Part(name, len(content), sha256(content).hexdigest()))
        self._put(name, content)

    def finish(self, manifest: Manifest) -> None:
        """Add the manifest, and with it the end."""
        content = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
        self._put(MANIFEST, content)
        self._put(SEAL, sha256(content).hexdigest().encode())

    def _put(self, name: str, content: bytes) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode = len(content), 0o600
        self._tar.addfile(info, io.BytesIO(content))


class Filling(Generic[T]):
    """Collects what goes into parts of one name, and adds each when it is full."""

    def __init__(self, draft: Draft, name: str) -> None:
        self._draft = draft
        self._name = name
        self._packed: list[bytes] = []
        self._bytes = 0
        self._parts = 0

    def add(self, row: T) -> None:
        """Add one."""
        packed = msgspec.msgpack.encode(row)
        self._packed.append(packed)
        self._bytes += len(packed)
        if self._bytes >= PART_BYTES:
            self.flush()

    def flush(self) -> None:
        """Add what was collected."""
        if self._packed:
            self._parts += 1
            rows = msgspec.msgpack.encode([msgspec.Raw(packed) for packed in self._packed])
            content = gzip.compress(rows, _LEVEL, mtime=0)
            self._draft.add(f"{self._name}/{self._parts:06d}", content)
            self._packed.clear()
            self._bytes = 0


@contextmanager
def drafted(to: Path) -> Iterator[Draft]:
    """An archive that stands at `to` when this ends without an error, whole, or not at all.

    Nothing is written over. What a killed process left is written anew by the next.
    """
    if to.exists():
        raise BackupError(f"{to} is there already, and no backup is written over: name another")
    path = to.with_name(f".{to.name}.draft")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with open(descriptor, "r+b") as file:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError(f"another backup to {to} is under way: wait for it") from None
        try:
            file.truncate()
            with tarfile.open(fileobj=file, mode="w:", format=tarfile.PAX_FORMAT) as tar:
                yield Draft(tar)
            file.flush()
            os.fsync(descriptor)
            try:
                os.link(path, to)
            except FileExistsError:
                raise BackupError(f"{to} was made meanwhile: name another") from None
        finally:
            with suppress(FileNotFoundError):
                path.unlink()
            sync_folder(to.parent)


class Archive:
    """An archive that was found whole. `opened` makes it."""

    def __init__(self, path: Path, file: IO[bytes], manifest: Manifest) -> None:
        self._path = path
        self._file = file
        self.manifest = manifest

    def rows(self) -> Iterator[list[Row]]:
        """All records, a part at a time."""
        for _, content in self._contents(f"{BUS}/"):
            yield unpack_rows(gzip.decompress(content))

    def kept(self, kind: str) -> Iterator[tuple[str, str, list[Kept]]]:
        """Service, collection and documents of one kind (`STORES`, `UNSENT`), a part at a time."""
        for name, content in self._contents(f"{kind}/"):
            _, service, collection, _ = name.split("/")
            yield service, collection, unpack_kept(gzip.decompress(content))

    def sealed_keys(self) -> bytes | None:
        """The sealed keys, or None if they were left out."""
        return next((content for _, content in self._contents(KEYS)), None)

    def bound(self) -> bytes:
        """What the sealed keys are bound to: everything else that the archive holds."""
        return bound([part for part in self.manifest.parts if part.name != KEYS])

    def _contents(self, prefix: str) -> Iterator[tuple[str, bytes]]:
        wanted = {part.name: part for part in self.manifest.parts if part.name.startswith(prefix)}
        self._file.seek(0)
        with tarfile.open(fileobj=self._file, mode="r:") as tar:
            for member in tar:
                part = wanted.get(member.name)
                if part is None:
                    continue
                content = _content(tar, member)
                if sha256(content).hexdigest() != part.sha256:
                    raise _altered(self._path, f"{part.name} has changed since it was read")
                yield part.name, content


@contextmanager
def opened(path: Path, progress: Progress) -> Iterator[Archive]:
    """An archive, once every byte of it was compared with what its manifest says.

    Raises `BackupError` if it is cut off, altered, or of a format that this release does not read.
    """
    with path.open("rb") as file:
        try:
            manifest = _verified(path, file, progress)
        except (tarfile.TarError, EOFError, UnicodeDecodeError) as error:
            raise _altered(path, str(error)) from None
        yield Archive(path, file, manifest)


def _verified(path: Path, file: IO[bytes], progress: Progress) -> Manifest:
    found: list[Part] = []
    manifest = seal = b""
    with tarfile.open(fileobj=file, mode="r:") as tar:
        for member in tar:
            if member.name == MANIFEST and member.size > _LARGEST_MANIFEST:
                raise _altered(path, "its manifest is too large")
            content = _content(tar, member)
            if member.name == MANIFEST:
                manifest = content
            elif member.name == SEAL:
                seal = content
            else:
                found.append(Part(member.name, len(content), sha256(content).hexdigest()))
                progress("verified", len(content))
    if not seal:
        raise _altered(path, "its end is missing")
    if sha256(manifest).hexdigest().encode() != seal:
        raise _altered(path, "its manifest is not what was written")
    told = _manifest(path, manifest)
    if found != told.parts:
        wrong = [one.name for one, two in zip(found, told.parts, strict=False) if one != two]
        raise _altered(path, f"{wrong[0] if wrong else 'a part'} is not what was written")
    return told


def _manifest(path: Path, content: bytes) -> Manifest:
    try:
        version = msgspec.json.decode(content)["format"]
    except (msgspec.DecodeError, TypeError, KeyError) as error:
        raise _altered(path, f"its manifest cannot be read: {error}") from None
    if version != FORMAT:
        raise BackupError(
            f"{path} has format {version}, and this release reads format {FORMAT}: restore it with "
            "the release that made it, or a newer one"
        )
    try:
        return msgspec.json.decode(content, type=Manifest)
    except msgspec.DecodeError as error:
        raise _altered(path, f"its manifest cannot be read: {error}") from None


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(member) if member.isreg() else None
    content = file.read() if file else b""
    if file is None or len(content) != member.size:
        raise tarfile.ReadError(f"{member.name} is cut off")
    return content


def _altered(path: Path, what: str) -> BackupError:
    return BackupError(
        f"{path} is no whole backup ({what}): fetch it again from where it is kept, or take an "
        "older one. Nothing was written."
    )
