"""What the image of one service holds: its own distributions, and its part of the lock file.

`requirements.lock` locks everything that the project uses, tests and tools among it. Which of it
a service needs is written to `closures.json` by `python infra/docker/closure.py write`, from the
metadata of what is installed; a test fails where that file is out of date. Building an image needs
the standard library alone: `closure.py requirements SERVICE` prints the service's part of the
lock, with its hashes, and `closure.py sources SERVICE` the folders of its distributions.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
CLOSURES = Path(__file__).with_name("closures.json")
LOCK = ROOT / "requirements.lock"
SOURCES = ("contracts", "infra/runtime", "infra/local", "services/*")
BUILDING = ("uv-build",)
"""What makes wheels of the sources: locked too, and not part of the image."""

_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)


def normal(name: str) -> str:
    """A distribution's name as PyPI compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def images(root: Path = ROOT) -> dict[str, str]:
    """What an image can be made of: its name, and the distribution that it is for.

    Every service, and `local`, the command line.
    """
    services = sorted(path.parent.name for path in root.glob("services/*/pyproject.toml"))
    return {name: f"ijaza-{name}" for name in ("local", *services)}


def computed(root: Path = ROOT) -> dict[str, dict[str, list[str]]]:
    """Of every image: the folders of its own distributions, and the names of those locked."""
    own = _own(root)
    found = {}
    for image, distribution in images(root).items():
        sources, others = _closure(distribution, own)
        found[image] = {"sources": sorted(sources), "locked": sorted(others)}
    return found


def locked(names: Sequence[str], lock: str) -> str:
    """The entries of a lock file for these names. Raises `LookupError` if one has none."""
    starts = [(normal(match[1]), match.start()) for match in _LOCKED.finditer(lock)]
    ends = [start for _, start in starts[1:]] + [len(lock)]
    entries = {name: lock[start:end] for (name, start), end in zip(starts, ends, strict=True)}
    missing = sorted(set(names) - set(entries))
    if missing:
        raise LookupError(f"requirements.lock has no {', '.join(missing)}: run `make lock`.")
    return "".join(entries[name] for name in sorted(names))


def _own(root: Path) -> Mapping[str, tuple[str, Sequence[str]]]:
    """Folder and dependencies of each distribution of the project."""
    own = {}
    for pattern in SOURCES:
        for file in sorted(root.glob(f"{pattern}/pyproject.toml")):
            project = tomllib.loads(file.read_text(encoding="utf-8"))["project"]
            folder = str(file.parent.relative_to(root))
            own[project["name"]] = (folder, project.get("dependencies", []))
    return own


def _closure(
    distribution: str, own: Mapping[str, tuple[str, Sequence[str]]]
) -> tuple[set[str], set[str]]:
    sources: set[str] = set()
    seen: set[tuple[str, str]] = set()
    waiting = [(distribution, "")]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        if name in own:
            sources.add(own[name][0])
            waiting += _wanted(own[name][1], extra)
        else:
            waiting += _wanted(_installed(name), extra)
    return sources, {name for name, _ in seen if name not in own}


def _installed(name: str) -> Sequence[str]:
    from importlib.metadata import requires

    return requires(name) or ()


def _wanted(requirements: Sequence[str], extra: str) -> Iterator[tuple[str, str]]:
    """What a distribution needs with one of its extras, on the Linux that images are made of."""
    from packaging.requirements import Requirement  # not there where an image is built

    for text in requirements:
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
            name = normal(requirement.name)
            yield name, ""
            yield from ((name, each) for each in requirement.extras)


def _main(arguments: Sequence[str]) -> int:
    match arguments:
        case ["write"]:
            CLOSURES.write_text(json.dumps(computed(), indent=1) + "\n", encoding="utf-8")
        case ["requirements", image] if image in (closures := json.loads(CLOSURES.read_bytes())):
            sys.stdout.write(locked(closures[image]["locked"], LOCK.read_text(encoding="utf-8")))
        case ["requirements", "building"]:
            sys.stdout.write(locked(BUILDING, LOCK.read_text(encoding="utf-8")))
        case ["sources", image] if image in (closures := json.loads(CLOSURES.read_bytes())):
            sys.stdout.write("\n".join(closures[image]["sources"]) + "\n")
        case _:
            known = " | ".join(images())
            sys.stderr.write(
                f"usage: closure.py write | requirements SERVICE | sources SERVICE\n"
                f"SERVICE: {known}; requirements take `building` too\n"
            )
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
