"""Where verifiers that Ijaza did not write are found, and installed once into a cache."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".ijaza" / "third-party"
VERIFIERS = ROOT / "infra" / "dev" / "verifiers"
VERAPDF = ROOT / "infra" / "dev" / "verapdf"


def require_tool(name: str) -> str:
    """The path of a program that these tests need."""
    return shutil.which(name) or not_available(f"{name} is not installed")


def not_available(reason: str) -> NoReturn:
    """Leave out a test for want of a tool.

    A machine with Python and PyPI alone still runs all other tests, and names these at the end; in
    continuous integration a missing tool fails them. This is the one place that decides so.
    """
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(f"{reason}: what needs it was not run")


@contextmanager
def installed(name: str, inputs: list[Path], install: Callable[[Path], None]) -> Iterator[Path]:
    """A folder that `install` filled, once for as long as its inputs stay the same."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in inputs)).hexdigest()[:16]
    folder = CACHE / f"{name}-{digest}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the test runner has several workers
        if not (folder / ".complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            install(folder)
            (folder / ".complete").touch()
    yield folder


def run(*command: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program to its end."""
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300)


def run_installer(*command: str | Path, cwd: Path | None = None) -> None:
    """Run a package manager, which needs its registry."""
    done = run(*command, cwd=cwd)
    if done.returncode != 0:
        last_words = (done.stdout + done.stderr).strip()[-500:]
        not_available(f"{Path(command[0]).name} cannot install the verifiers ({last_words})")


@pytest.fixture(scope="session")
def verapdf() -> Iterator[Callable[..., subprocess.CompletedProcess[str]]]:
    """Runs veraPDF: `verapdf("3a,ua1", path, …)`."""
    java, maven = require_tool("java"), require_tool("mvn")

    def install(folder: Path) -> None:
        output = f"-Dmdep.outputFile={folder / 'classpath'}"
        run_installer(
            maven, "-q", "-B", "-f", VERAPDF / "pom.xml", "dependency:build-classpath", output
        )

    with installed("verapdf", [VERAPDF / "pom.xml"], install) as folder:
        classpath = (folder / "classpath").read_text()

        def validate(flavours: str, *files: Path) -> subprocess.CompletedProcess[str]:
            return run(
                java, "-XX:TieredStopAtLevel=1", "-cp", classpath,
                VERAPDF / "ValidatePdf.java", flavours, *files,
            )  # fmt: skip

        yield validate


@pytest.fixture(scope="session")
def npm_verifiers() -> Iterator[Callable[..., subprocess.CompletedProcess[str]]]:
    """Runs a verifier from npm: `npm_verifiers("verify.mjs", …)`."""
    node, npm = require_tool("node"), require_tool("npm")
    names = ("package.json", "package-lock.json", "verify.mjs", "verify-jwt.mjs")
    sources = [VERIFIERS / name for name in names]

    def install(folder: Path) -> None:
        for source in sources:
            shutil.copy(source, folder)
        run_installer(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=folder)

    with installed("verifiers", sources, install) as folder:

        def verify(script: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
            return run(node, folder / script, *arguments)

        yield verify


@pytest.fixture
def digital_bazaar(
    npm_verifiers: Callable[..., subprocess.CompletedProcess[str]],
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs Digital Bazaar's verifier: `digital_bazaar(did, *lists, "--", *files)`."""
    return partial(npm_verifiers, "verify.mjs")


@pytest.fixture
def jose(
    npm_verifiers: Callable[..., subprocess.CompletedProcess[str]],
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs jose on credentials as JWTs: `jose(did, time, *files)`."""
    return partial(npm_verifiers, "verify-jwt.mjs")
