"""A template pack: `template.typ`, `template.yaml`, and the drawings and fonts that it uses."""

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .archive import LARGEST_UNPACKED, MOST_FILES, PackError, check_name, unpacked

MANIFEST = "template.yaml"
ENTRY = "template.typ"
FONTS = frozenset({".ttf", ".otf"})

_SUFFIXES = frozenset({".typ", ".svg", ".png", ".jpg", ".jpeg", ".txt", ".md", *FONTS})
_LARGEST_MANIFEST = 16 * 1024
_PACKAGE = re.compile(r'"@[\w-]+/[\w.-]+:')
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can say: equal packs are equal bytes."""

_Title = Annotated[str, Field(min_length=1, max_length=200)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Title(_Part):
    """What an office calls a template."""

    en: _Title
    ar: _Title


class Manifest(_Part):
    """`template.yaml`. `pages` is how many pages a certificate has."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
    version: Annotated[int, Field(ge=1, le=9999)]
    title: Title
    languages: tuple[Literal["ar", "en"], ...]
    pages: Annotated[int, Field(ge=1, le=4)] = 1

    @property
    def name(self) -> str:
        """By what an edition's templates are told apart: `cairo-2`."""
        return f"{self.id}-{self.version}"


@dataclass(frozen=True)
class Pack:
    """A pack that was read. Whether certificates can be printed with it is for the check to say."""

    manifest: Manifest
    files: Mapping[str, bytes]

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of names and contents, whatever they were packed with."""
        whole = sha256()
        for name, content in sorted(self.files.items()):
            whole.update(f"{len(name)}:{name}{len(content)}:".encode())
            whole.update(content)
        return whole.hexdigest()

    def archive(self) -> bytes:
        """The pack as a zip."""
        with io.BytesIO() as out:
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
                for name, content in sorted(self.files.items()):
                    packed.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
            return out.getvalue()


def read_pack(archive: bytes) -> Pack:
    """Read a pack from an archive. Raises `PackError`."""
    return _pack(_without_folder(unpacked(archive)))


def read_pack_at(path: Path) -> Pack:
    """Read a pack from an archive's file, or from the folder of its files.

    Raises `PackError`, and `OSError` if it cannot be read.
    """
    return _pack(_of_folder(path)) if path.is_dir() else read_pack(path.read_bytes())


def _of_folder(folder: Path) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    size = 0
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            raise PackError(f"{name} is a link: put the file itself there")
        if path.is_dir():
            continue
        size += path.stat().st_size
        if len(files) == MOST_FILES or size > LARGEST_UNPACKED:
            raise PackError(
                f"{folder} has more than {MOST_FILES} files or {LARGEST_UNPACKED} bytes: give the "
                f"folder that holds {MANIFEST} alone"
            )
        files[check_name(name)] = path.read_bytes()
    return files


def _without_folder(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files of an archive without the one folder around all of them, if there is one."""
    tops = {name.partition("/")[0] for name in files}
    if MANIFEST in files or len(tops) != 1:
        return files
    return {name.partition("/")[2]: content for name, content in files.items()}


def _pack(files: Mapping[str, bytes]) -> Pack:
    for needed in (MANIFEST, ENTRY):
        if needed not in files:
            raise PackError(f"the pack has no {needed}")
    for name, content in files.items():
        if name != MANIFEST and Path(name).suffix.lower() not in _SUFFIXES:
            raise PackError(
                f"{name}: a pack has no such files, only {', '.join(sorted(_SUFFIXES))}"
            )
        if name.endswith(".typ"):
            _check_imports(name, content)
    return Pack(_manifest(files[MANIFEST]), files)


def _check_imports(name: str, content: bytes) -> None:
    try:
        lines = content.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        raise PackError(f"{name} is not in UTF-8") from None
    for number, line in enumerate(lines, 1):
        if _PACKAGE.search(line):
            raise PackError(
                f"{name}:{number}: imports a package. Packages are never fetched: put the "
                "functions that you need into the pack"
            )


def _manifest(content: bytes) -> Manifest:
    if len(content) > _LARGEST_MANIFEST:
        raise PackError(f"{MANIFEST} has more than {_LARGEST_MANIFEST} bytes")
    try:
        said = yaml.safe_load(content.decode("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError):
        raise PackError(f"{MANIFEST} is no YAML in UTF-8") from None
    try:
        manifest = Manifest.model_validate(said)
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc'])) or 'the whole'}: {fault['msg']}"
            for fault in error.errors(include_input=False, include_url=False)
        )
        raise PackError(f"{MANIFEST}: {faults}") from None
    if set(manifest.languages) != {"ar", "en"}:
        raise PackError(f"{MANIFEST}: languages: a certificate is in Arabic and English: [ar, en]")
    return manifest
