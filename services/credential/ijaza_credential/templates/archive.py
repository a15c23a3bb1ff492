"""Taking the files out of an archive that somebody sent: few, small, and by harmless names.

Nothing is written here, and no header's word is taken for a size: what is read is counted.
"""

import io
import re
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import NamedTuple

LARGEST_ARCHIVE = 1536 * 1024
"""Bytes of an archive: two good fonts and some drawings, and less than a request may have."""
LARGEST_UNPACKED = 8 * 1024 * 1024
"""Bytes of all its files together."""
MOST_FILES = 64

_NAME = re.compile(r"\w[\w.-]*(/\w[\w.-]*){0,3}", re.ASCII)
_BLOCK = 512
_FRAMING = (MOST_FILES * 4 + 64) * _BLOCK
"""Bytes that a tar may have beside its files: headers, long names, padding."""
_DAMAGE = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)
"""What zipfile and tarfile raise for bytes that are no good archive."""


class PackError(ValueError):
    """A pack that cannot be taken; the message says what in it is wrong, and what to do."""


class _Member(NamedTuple):
    name: str
    content: bytes


def unpacked(archive: bytes) -> dict[str, bytes]:
    """The files of a zip, a tar or a tar.gz, by their names.

    Raises `PackError` for more than 1.5 MiB, more than 64 files or 8 MiB in them, a link, a name
    that leads out of the archive, two files of one name, and whatever is no such archive.
    """
    if len(archive) > LARGEST_ARCHIVE:
        raise PackError(f"the pack has {len(archive)} bytes: {LARGEST_ARCHIVE} are the most")
    try:
        return _bounded(_members(archive))
    except PackError:
        raise
    except _DAMAGE as error:
        raise PackError(f"the pack is damaged ({type(error).__name__}): make it anew") from error


def check_name(name: str) -> str:
    """A file's name in a pack, as it is. Raises `PackError`."""
    if not _NAME.fullmatch(name):
        raise PackError(
            f"the pack has a file named {name[:80]!r}: names are of Latin letters, digits, dots, "
            "hyphens and underscores, and lead to nothing outside the pack"
        )
    return name


def _bounded(members: Iterator[_Member]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    size = 0
    for name, content in members:
        if check_name(name) in files:
            raise PackError(f"the pack has two files named {name}")
        files[name] = content
        size += len(content)
        if len(files) > MOST_FILES:
            raise PackError(f"the pack has more than {MOST_FILES} files")
        if size > LARGEST_UNPACKED:
            raise PackError(_too_large())
    return files


def _members(archive: bytes) -> Iterator[_Member]:
    if archive.startswith(b"PK\x03\x04"):
        return _of_zip(archive)
    if archive.startswith(b"\x1f\x8b"):
        archive = _inflated(archive)
    if archive[257:262] == b"ustar":
        return _of_tar(archive)
    raise PackError("a pack is a zip, a tar or a tar.gz of a template's files: this is none")


def _of_zip(archive: bytes) -> Iterator[_Member]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        for member in opened.infolist():
            if member.is_dir():
                continue
            if stat.S_ISLNK(member.external_attr >> 16):
                raise PackError(f"{member.filename[:80]!r} is a link: put the file itself there")
            if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise PackError("the pack is compressed in a rare way: use a usual zip")
            with opened.open(member) as file:
                yield _Member(member.filename, file.read(LARGEST_UNPACKED + 1))


def _of_tar(archive: bytes) -> Iterator[_Member]:
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:") as opened:
        for member in opened:
            if member.isdir():
                continue
            file = opened.extractfile(member) if member.isreg() and not member.issparse() else None
            if file is None:
                raise PackError(f"{member.name[:80]!r} is no plain file: put the file itself there")
            yield _Member(member.name.removeprefix("./"), file.read(LARGEST_UNPACKED + 1))


def _inflated(archive: bytes) -> bytes:
    most = LARGEST_UNPACKED + _FRAMING
    tar = zlib.decompressobj(wbits=31).decompress(archive, most + 1)
    if len(tar) > most:
        raise PackError(_too_large())
    return tar


def _too_large() -> str:
    return f"the pack's files have more than {LARGEST_UNPACKED} bytes together"
