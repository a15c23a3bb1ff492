"""The print run of an edition in a folder: one file, or volume by volume.

Each file is written whole or not at all, and says which certificates are in it. So a run that was
ended goes on with the volume where it stood, and after a correction only those files are made again
that are others by then.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ijaza_credential.documents.print_run import Binding, Bound, bound_in
from ijaza_credential.volumes import (
    Language,
    Volume,
    files_of,
    leaves_of,
    mark_of,
    volumes_of,
)
from ijaza_runtime.errors import Conflicting, NotKnown
from ijaza_runtime.store import Store

ALL = "print.pdf"
"""The one file of all."""
_OURS = re.compile(r"print(-\d{3,})?\.pdf")

Progress = Callable[[str, int], None]
"""(what is being bound, how many more of it are)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be printed: an edition's certificates, or those of one `certificate` of its.

    They are wished for `in_volumes`, or as one file; `by` says whose alphabet the order follows.
    """

    edition: str
    to: Path
    by: Language = "en"
    certificate: str | None = None
    in_volumes: bool = False


class Printed(NamedTuple):
    """What lies in the folder now."""

    certificates: int
    pages: int
    files: tuple[Path, ...]


async def print_edition(store: Store, wish: Wish, progress: Progress) -> Printed:
    """Bind what is not bound yet. Files of an earlier run that are wrong by now are removed.

    Raises `NotKnown` if no certificate is valid, `Conflicting` if one is not made yet or a file
    that is none of ours is in the way, `OSError` if a file cannot be written.
    """
    leaves = await leaves_of(store, wish.edition, wish.by, wish.certificate)
    if not leaves:
        raise NotKnown(
            "nothing-to-print", f"no valid certificate of edition {wish.edition} is known here"
        )
    volumes = list(volumes_of(wish.edition, leaves))
    wish.to.mkdir(parents=True, exist_ok=True)
    standing = _standing(wish.to)
    files = {wish.to / name: bound for name, bound in _wanted(wish, volumes)}
    for path, bound in files.items():
        if path not in standing or standing[path].mark != mark_of(bound):
            await _write(store, path, bound, progress)
    for path in standing.keys() - files:
        path.unlink()
    pages = sum(bound.pages for bound in _standing(wish.to).values())
    return Printed(len(leaves), pages, tuple(files))


def _wanted(wish: Wish, volumes: Sequence[Volume]) -> Iterator[tuple[str, Sequence[Volume]]]:
    """The names of the files that are wished for, and what is bound in each."""
    if not wish.in_volumes:
        yield ALL, volumes
        return
    for volume in volumes:
        yield f"print-{volume.number:03d}.pdf", [volume]


async def _write(store: Store, path: Path, volumes: Sequence[Volume], progress: Progress) -> None:
    title = volumes[0].title if len(volumes) == 1 else volumes[0].edition
    draft = path.with_name(f".{path.name}.draft")
    try:
        with draft.open("wb") as file:
            binding = Binding(file)
            for volume in volumes:
                for document in await files_of(store, volume):
                    binding.add(document)
                    progress("pages", 1)
            binding.finish(title, mark_of(volumes))
        draft.replace(path)
    except BaseException:
        draft.unlink()
        raise


def _standing(folder: Path) -> dict[Path, Bound]:
    """The files of print runs in a folder. Raises `Conflicting` for one that only has the name."""
    found = {}
    for path in sorted(folder.iterdir()):
        if not _OURS.fullmatch(path.name):
            continue
        bound = bound_in(path)
        if bound is None:
            raise Conflicting(
                "not-a-print-run",
                f"{path} was not made by a print run, and would be written over: give another "
                "folder",
            )
        found[path] = bound
    return found
