"""The Java programs under `infra/dev`: fetched by Maven and compiled once, then kept.

As a program it fetches and compiles them, so that tests need no network later.
"""

import fcntl
import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.process import NotAvailable

ROOT = Path(__file__).parents[2]
DEV = ROOT / "infra" / "dev"
CACHE = ROOT / ".ijaza" / "servers"
CLASSES = "classes"
JVM = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Djava.awt.headless=true")
"""Quick to start rather than quick in the long run."""


def java(name: str, *options: str) -> list[str]:
    """The command that runs Java on the jars and classes of `infra/dev/<name>`.

    `NotAvailable` without Java and Maven, or if what is needed cannot be fetched.
    """
    program, folder = _required("java"), prepared(name)
    log = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
    classes = f":{folder / CLASSES}" if (folder / CLASSES).exists() else ""
    return [program, *JVM, log, *options, "-cp", f"{folder}/*{classes}"]


def prepared(name: str) -> Path:
    """A folder of all jars that a program needs, and of the program itself."""
    source = DEV / name
    inputs = [Path(__file__), *sorted(source.iterdir())]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in inputs)).hexdigest()[:16]
    folder = CACHE / f"{name}-{digest}"
    with once(folder / ".complete") as missing:
        if missing:
            shutil.rmtree(folder, ignore_errors=True)
            _fetch(source / "pom.xml", folder)
            _compile(source, folder)
            (folder / ".complete").touch()
    return folder


@contextmanager
def once(made: Path) -> Iterator[bool]:
    """Whether a file is still missing; other processes wait for the one that makes it."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{made.parent.name}-{made.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield not made.exists()


def _fetch(pom: Path, folder: Path) -> None:
    """Have Maven copy the jars, from what it fetched before if it has everything."""
    maven = _required("mvn")
    copy = ("dependency:copy-dependencies", f"-DoutputDirectory={folder}")
    if _run(maven, "-o", "-q", "-B", "-f", pom, *copy).returncode != 0:
        done = _run(maven, "-q", "-B", "-f", pom, *copy)
        if done.returncode != 0:
            last_words = (done.stdout + done.stderr).strip()[-500:]
            raise NotAvailable(f"Maven cannot fetch what {pom} names ({last_words})")


def _compile(source: Path, folder: Path) -> None:
    programs = list(source.glob("*.java"))
    if programs:
        done = _run(_required("javac"), "-cp", f"{folder}/*", "-d", folder / CLASSES, *programs)
        done.check_returncode()


def _run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def _required(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise NotAvailable(f"{program} is not installed")
    return found


if __name__ == "__main__":
    for server in ("kafka", "mongo"):
        prepared(server)
