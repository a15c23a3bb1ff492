"""The images: what the Dockerfile says, and that a service runs from its part of the lock alone."""

import json
import re
import runpy
import shutil
import subprocess
import sys
from importlib.metadata import files
from pathlib import Path
from typing import Any

import pytest
from ijaza_local.services import NAMES

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "infra" / "docker" / "Dockerfile"
SCRIPT = ROOT / "infra" / "docker" / "closure.py"
CLOSURE: dict[str, Any] = runpy.run_path(str(SCRIPT))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
CLOSURES: dict[str, dict[str, list[str]]] = json.loads(
    (ROOT / "infra" / "docker" / "closures.json").read_bytes()
)
FOR_TESTS = {"pytest", "hypothesis", "mypy", "ruff", "uv", "testcontainers", "schemathesis"}


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions, continued lines joined."""
    text = "\n".join(
        line
        for line in DOCKERFILE.read_text(encoding="utf-8").splitlines()
        if not line.lstrip().startswith("#")
    ).replace("\\\n", " ")
    return [(line.split()[0], line.partition(" ")[2]) for line in text.splitlines() if line.strip()]


def last_stage() -> list[tuple[str, str]]:
    """The instructions of the image itself."""
    found = instructions()
    start = max(place for place, (name, _) in enumerate(found) if name == "FROM")
    return found[start:]


def test_the_base_is_pinned_and_that_of_the_lock() -> None:
    """By its whole version, for the Python that the closures' markers were read for."""
    base = next(said for name, said in instructions() if name == "ARG" and "PYTHON=" in said)

    assert re.fullmatch(r"PYTHON=python:3\.11\.\d+-slim-\w+", base)
    assert sys.version_info[:2] == (3, 11)


def test_the_image_runs_as_nobody() -> None:
    """By number: an orchestrator cannot see who a name is."""
    users = [said for name, said in last_stage() if name == "USER"]

    assert users
    assert all(re.fullmatch(r"[1-9]\d*:[1-9]\d*", user) for user in users)


def test_commands_need_no_shell_and_signals_arrive() -> None:
    """In exec form the service is the first process, which SIGTERM reaches."""
    said = dict(last_stage())

    assert said["STOPSIGNAL"] == "SIGTERM"
    assert said["CMD"] == '["start"]'
    assert "exec python -m ijaza_%s" in DOCKERFILE.read_text(encoding="utf-8")
    assert "CMD [" in said["HEALTHCHECK"]
    assert "/health/ready" in said["HEALTHCHECK"]
    assert "curl" not in said["HEALTHCHECK"]


def test_nothing_is_installed_without_its_hash() -> None:
    """Every pip of the build takes locked wheels, or our own from a folder."""
    for name, said in instructions():
        for step in said.split("&&") if name == "RUN" else ():
            if " pip " not in step or (" --python" in step and "venv" in step):
                continue
            assert "--require-hashes" in step or "--no-index" in step, step


def test_the_image_itself_builds_nothing() -> None:
    """No package manager runs in the last stage: no compiler comes in."""
    ran = " ".join(said for name, said in last_stage() if name == "RUN")

    assert not re.search(r"\b(apt|apt-get|pip|gcc|curl|wget)\b", ran)


def test_closures_are_those_of_what_is_installed() -> None:
    """After a change of dependencies: `python infra/docker/closure.py write`."""
    assert CLOSURE["computed"](ROOT) == CLOSURES


@pytest.mark.parametrize("image", CLOSURES)
def test_an_image_holds_its_part_of_the_lock(image: str) -> None:
    """Each with its hashes, and no tool of tests."""
    part: str = CLOSURE["locked"](CLOSURES[image]["locked"], LOCK)

    assert len(re.findall(r"^\S+==", part, re.MULTILINE)) == len(CLOSURES[image]["locked"])
    assert all("--hash=sha256:" in each for each in re.split(r"\n(?=\S)", part.strip()))
    assert not FOR_TESTS & set(CLOSURES[image]["locked"])


def test_what_the_lock_lacks_is_told() -> None:
    """Instead of an image that fails when it starts."""
    with pytest.raises(LookupError, match="no-such-thing"):
        CLOSURE["locked"](["pydantic", "no-such-thing"], LOCK)


def test_one_service_is_in_its_image() -> None:
    """And no other's source."""
    for name in NAMES:
        assert CLOSURES[name]["sources"] == ["contracts", "infra/runtime", f"services/{name}"]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_service_starts_from_its_part_alone(name: str, tmp_path: Path) -> None:
    """Its wheels as the Dockerfile builds them, the locked ones, and nothing else of this machine.

    It gets as far as its settings, which need every module that it imports.
    """
    wheels, site = tmp_path / "wheels", tmp_path / "site"
    sources = [f"./{folder}" for folder in CLOSURES[name]["sources"]]
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run(
        [*pip, "wheel", "--no-deps", "--no-build-isolation", "--no-index", "-w", wheels, *sources],
        cwd=ROOT,
        env={"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"},
        check=True,
        timeout=120,
    )
    made = sorted(wheels.glob("*.whl"))
    subprocess.run(
        [*pip, "install", "--no-deps", "--no-index", "--target", site, *made],
        check=True,
        timeout=120,
    )
    for locked in CLOSURES[name]["locked"]:
        _link(locked, site)
    run = (
        "import sys, runpy; sys.path.insert(0, sys.argv.pop(1));"
        f"runpy.run_module('ijaza_{name}', run_name='__main__', alter_sys=True)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", run, site],
        env={"IJAZA_PARTITIONS": "none"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert len(made) == 3
    assert {path.name for path in site.glob("ijaza_*") if path.suffix == ""} == {
        "ijaza_contracts",
        "ijaza_runtime",
        f"ijaza_{name}",
    }
    assert "IJAZA_PARTITIONS" in done.stderr, done.stderr
    assert done.returncode == 2
    if name == "credential":
        documents = site / "ijaza_credential" / "documents"
        assert list(documents.glob("fonts/*.ttf"))
        assert list(documents.glob("template/*.typ"))


def _link(distribution: str, site: Path) -> None:
    """Put an installed distribution into a folder: its packages, modules and metadata."""
    for file in files(distribution) or ():
        top = file.parts[0]
        place = site / top
        if top in ("..", "__pycache__") or place.exists():
            continue
        found = (
            Path(str(file.locate())).parents[len(file.parts) - 2]
            if len(file.parts) > 1
            else (Path(str(file.locate())))
        )
        if found.is_dir() and not (found / "__init__.py").exists() and "info" not in top:
            shutil.copytree(found, place)  # a namespace that others share
        else:
            place.symlink_to(found)
