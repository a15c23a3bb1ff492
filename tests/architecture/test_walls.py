"""The walls of the house: who may know whom, and what no domain may do."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = sorted(path.parent for path in ROOT.glob("services/*/ijaza_*/main.py"))
CLOCKS = {"now", "utcnow", "today", "time", "monotonic", "perf_counter"}


@pytest.mark.slow
def test_the_walls_stand() -> None:
    """import-linter finds no import through a wall (the contracts are in pyproject.toml)."""
    ended = subprocess.run(
        [Path(sys.executable).with_name("lint-imports")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout


@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.name)
def test_every_service_has_the_same_rooms(service: Path) -> None:
    """A newcomer who knows one service finds their way in each."""
    rooms = {path.stem for path in service.iterdir()}
    assert {"domain", "handlers", "api", "storage", "main"} <= rooms


def calls_of_clocks(path: Path) -> Iterator[str]:
    """Calls of a clock in a file, by line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in CLOCKS
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id in {"datetime", "date", "time"}
        ):
            yield f"{path.name}:{node.lineno}"


@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.name)
def test_no_domain_reads_a_clock(service: Path) -> None:
    """Time comes in with events and commands, so that a replay gives the same."""
    found = [call for path in (service / "domain").rglob("*.py") for call in calls_of_clocks(path)]
    assert found == []


def undocumented(path: Path) -> Iterator[str]:
    """Tests in a file that do not say what they show."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and node.name.startswith("test_")
            and not ast.get_docstring(node)
        ):
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"


@pytest.mark.slow
def test_every_test_says_what_it_shows() -> None:
    """Tests read as documentation: each has a docstring."""
    files = (ROOT / "tests").rglob("test_*.py")
    assert [name for path in files for name in undocumented(path)] == []


def test_a_file_fits_on_a_few_screens() -> None:
    """No module grows beyond what can be read in one go."""
    long = {
        str(path.relative_to(ROOT)): lines
        for folder in ("contracts", "infra", "services")
        for path in (ROOT / folder).rglob("*.py")
        if "node_modules" not in path.parts
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}
