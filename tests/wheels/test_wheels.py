"""One service installs alone: its wheel, the runtime's and the contracts', and nobody else's code.

The wheels are built from the workspace without a network, with what is installed already.
"""

import ast
import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.parser import Parser
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from ijaza_contracts.topics import SERVICES
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
SITE = sysconfig.get_path("purelib")
SHARED = {"ijaza-contracts", "ijaza-runtime"}
FOLDERS = {
    "ijaza-contracts": "contracts",
    "ijaza-runtime": "infra/runtime",
    "ijaza-local": "infra/local",
    **{f"ijaza-{service}": f"services/{service}" for service in SERVICES},
}

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheels")]


@dataclass(frozen=True)
class Wheel:
    """A wheel, what it requires, and the files in it but for its own description."""

    path: Path
    name: str
    requires: frozenset[str]
    files: frozenset[str]

    @property
    def package(self) -> str:
        """The package that it brings."""
        return self.name.replace("-", "_")

    @property
    def source(self) -> Path:
        """Where that package lies in the workspace."""
        return ROOT / FOLDERS[self.name] / self.package


Wheels = Mapping[str, Wheel]


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Wheels:
    """The wheel of every distribution of the workspace, by its name."""
    out = tmp_path_factory.mktemp("wheels")
    subprocess.run(
        [
            BIN / "uv",
            *("build", "--all-packages", "--wheel", "--no-build-isolation", "--offline"),
            *("--quiet", "--python", sys.executable, "--out-dir", out),
        ],
        cwd=ROOT,
        env={**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"},
        check=True,
    )
    return {found.name: found for found in map(wheel_of, out.glob("*.whl"))}


def wheel_of(path: Path) -> Wheel:
    with zipfile.ZipFile(path) as wheel:
        (metadata,) = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
        described = Parser().parsestr(wheel.read(metadata).decode())
        about = metadata.rpartition("/")[0] + "/"
        return Wheel(
            path=path,
            name=str(described["Name"]),
            requires=frozenset(
                canonicalize_name(Requirement(each).name)
                for each in described.get_all("Requires-Dist", [])
            ),
            files=frozenset(name for name in wheel.namelist() if not name.startswith(about)),
        )


def closure(wheels: Wheels, name: str) -> set[str]:
    """A distribution and those of the workspace that come with it."""
    found: set[str] = set()
    waiting = {name}
    while waiting:
        found |= waiting
        waiting = {each for one in waiting for each in wheels[one].requires & set(wheels)} - found
    return found


def imported(source: Path) -> Iterator[str]:
    """The packages that a folder of modules imports, wherever in a module it does."""
    for path in source.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                yield from (each.name.partition(".")[0] for each in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.partition(".")[0]


def locked() -> set[str]:
    """The third parties that the lock file names."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return {canonicalize_name(name) for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)}


@pytest.fixture(scope="module", params=sorted(FOLDERS))
def name(request: pytest.FixtureRequest) -> str:
    """Each distribution in turn."""
    return str(request.param)


def test_every_distribution_is_built(wheels: Wheels) -> None:
    """One wheel for each folder with a `pyproject.toml`, the workspace's own aside."""
    assert set(wheels) == set(FOLDERS)


def test_a_wheel_brings_its_own_package_alone(wheels: Wheels, name: str) -> None:
    """Nothing of another service, no tests, and nothing at the top."""
    assert {each.partition("/")[0] for each in wheels[name].files} == {wheels[name].package}


def test_a_wheel_has_all_that_lies_beside_its_modules(wheels: Wheels, name: str) -> None:
    """Templates, styles, fonts and their licences, contexts: what the code reads when it runs."""
    source = wheels[name].source
    there = {
        f"{source.name}/{path.relative_to(source)}"
        for path in source.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert {each for each in wheels[name].files if not each.endswith("/")} == there


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_requires_no_other(wheels: Wheels, service: str) -> None:
    """Of the workspace the contracts and the runtime; the rest is in the lock file."""
    own = f"ijaza-{service}"

    assert closure(wheels, own) == {own, *SHARED}
    for each in closure(wheels, own):
        assert wheels[each].requires - set(wheels) <= locked()


def test_what_is_imported_is_required(wheels: Wheels, name: str) -> None:
    """By the distribution itself, or by what it requires of the workspace."""
    brought = packages_distributions()
    required: set[str] = set()
    for each in closure(wheels, name):
        required |= {each, *wheels[each].requires}
    missing = {
        package
        for package in imported(wheels[name].source)
        if package not in sys.stdlib_module_names
        and not {canonicalize_name(each) for each in brought.get(package, [package])} & required
    }

    assert missing - INDIRECT == set()


INDIRECT = {
    "bson",  # pymongo's
    "pymongo",  # motor is a layer on it
    "starlette",  # fastapi's own foundation, which it hands out
    "markupsafe",  # jinja2's
    "pydantic",  # every contract is a model of it
    "pydantic_core",  # pydantic's
    "typing_extensions",  # pydantic's
}
"""Packages that what is required is made of, and that cannot be had without it."""


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_starts_where_no_other_is(wheels: Wheels, tmp_path: Path, service: str) -> None:
    """Installed into an empty folder, beside third parties alone, its front door opens."""
    own = f"ijaza-{service}"
    install: list[str | Path] = [BIN / "uv", "pip", "install", "--quiet", "--offline", "--no-deps"]
    chosen = [wheels[each].path for each in sorted(closure(wheels, own))]
    subprocess.run([*install, "--target", tmp_path / "alone", *chosen], check=True)
    brought = {path.name for path in (tmp_path / "alone").glob("ijaza_*") if "-" not in path.name}
    assert brought == {"ijaza_contracts", "ijaza_runtime", f"ijaza_{service}"}

    others = [f"ijaza_{each}" for each in (*SERVICES, "local") if each != service]
    look = f"""
import importlib.util
assert [each for each in {others} if importlib.util.find_spec(each)] == []
import ijaza_{service}.__main__
print(ijaza_{service}.__main__.__file__)
"""
    # -S: without `site` nobody reads the links of this checkout's own installation.
    started = subprocess.run(
        [sys.executable, "-S", "-c", look],
        cwd=tmp_path,
        env={"PYTHONPATH": f"{tmp_path / 'alone'}{os.pathsep}{SITE}"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert started.stderr == ""
    assert Path(started.stdout.strip()).is_relative_to(tmp_path)
