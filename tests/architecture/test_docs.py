"""The pages tell the truth: what they name is there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from ijaza_contracts.registry import of_topic
from ijaza_contracts.topics import TOPICS
from ijaza_local.cli.commands import app
from ijaza_local.services import running
from ijaza_runtime.web.guards import PublicGuard, RoleGuard
from typer.main import get_command

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("contracts/*.md"),
        *ROOT.glob("infra/*/*.md"),
        *ROOT.glob("examples/*/*.md"),
    ]
)
TOP = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")}
OF_EVERY_SERVICE = {"/health/live", "/openapi.json", "/asyncapi", "/asyncapi.json"}
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"[\w.*-]+(/[\w.*-]+)*/?")
ROOMS = ("api", "domain", "handlers", "documents", "storage.py", "main.py")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"\bijaza ([a-z]+(?:-[a-z]+)*)\b")


def broken_links(page: Path) -> Iterator[str]:
    """Relative links of a page that lead nowhere."""
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        place = target.partition("#")[0]
        if place and "://" not in place and not (page.parent / place).exists():
            yield target


def missing_paths(page: Path) -> Iterator[str]:
    """Paths in backticks that begin with a folder of the repository or a room, and are not there.

    A path that begins with a room may be any service's.
    """
    for named in CODE.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        if not PATH.fullmatch(named) or "/" not in named:
            continue
        first = named.split("/")[0]
        if first in ROOMS:
            found = any(ROOT.glob(f"services/*/ijaza_*/{named}"))
        elif first in TOP - {"out"}:
            found = any(ROOT.glob(named.rstrip("/")))
        else:
            continue
        if not found:
            yield named


def guard_of(dependant: Dependant) -> RoleGuard | PublicGuard | None:
    """What stands before a route."""
    if isinstance(dependant.call, RoleGuard | PublicGuard):
        return dependant.call
    return next((found for each in dependant.dependencies if (found := guard_of(each))), None)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Whoever follows a link arrives."""
    assert list(broken_links(page)) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_named_paths_are_there(page: Path) -> None:
    """A file that was moved is moved in the pages too."""
    assert list(missing_paths(page)) == []


@pytest.mark.parametrize("page", ["README.md", "docs/commands.md", "CHANGELOG.md"])
def test_named_commands_are_in_the_command_line(page: str) -> None:
    """`ijaza NAME` can be typed as it stands."""
    known = set(getattr(get_command(app), "commands", {}))
    text = (ROOT / page).read_text(encoding="utf-8")
    named = {
        name
        for code in re.findall(r"`[^`\n]+`|```.*?```", text, re.DOTALL)
        for name in COMMAND.findall(code)
    }

    assert named
    assert named <= known


def test_every_command_has_a_row() -> None:
    """docs/commands.md leaves none out."""
    text = (ROOT / "docs/commands.md").read_text(encoding="utf-8")

    for name in getattr(get_command(app), "commands", {}):
        assert f"| `ijaza {name}" in text


def test_named_make_targets_are_in_the_makefile() -> None:
    """README's two commands, and the others it names."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = re.findall(r"\bmake ([a-z]+)\b", (ROOT / "README.md").read_text(encoding="utf-8"))

    assert {"run", "test"} <= set(named)
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in named)


def test_every_topic_has_its_events() -> None:
    """The table of topics names each topic of the contracts, and each event on it."""
    page = ROOT / "docs/architecture/events-and-contracts.md"
    rows = {
        cells[1].strip("` "): cells[3]
        for line in page.read_text(encoding="utf-8").splitlines()
        if len(cells := line.split("|")) == 5
    }

    for topic in TOPICS:
        for event in of_topic(topic):
            assert event.TYPE.split(".")[1] in rows[topic.name]


@pytest.mark.slow
async def test_every_route_has_its_roles(tmp_path: Path) -> None:
    """docs/architecture/security.md lists exactly the routes there are, and whom each serves."""
    text = (ROOT / "docs/architecture/security.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| \w+ \| `[A-Z]+ /.*\|$", text, re.MULTILINE))

    there = set()
    async with running(
        bus_url="memory://", store_url="memory://", keys=tmp_path / "keys", partitions=1
    ) as services:
        for service in services.all:
            for route in iter_route_contexts(service.app().routes):
                dependant = getattr(route, "dependant", None)
                if dependant is None or route.path in OF_EVERY_SERVICE:
                    continue
                guard = guard_of(dependant)
                roles = ", ".join(sorted(guard.roles)) if isinstance(guard, RoleGuard) else "public"
                methods = ",".join(sorted(route.methods or ()))
                there.add(f"| {service.name} | `{methods} {route.path}` | {roles} |")

    assert listed == there


def test_the_overview_names_every_page() -> None:
    """Who looks for a capability finds its page in the one table."""
    folder = ROOT / "docs/architecture"
    named = set(LINK.findall((folder / "overview.md").read_text(encoding="utf-8")))

    assert {page.name for page in folder.glob("*.md")} - {"overview.md"} <= named


def test_decisions_are_numbered_without_gaps() -> None:
    """A decision is found, and named, by its number, which its title repeats."""
    pages = sorted((ROOT / "docs/decisions").glob("0*.md"))

    for number, page in enumerate(pages, start=1):
        assert page.name.startswith(f"{number:04d}-")
        assert page.read_text(encoding="utf-8").startswith(f"# {number}. ")
