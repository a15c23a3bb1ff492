"""A process ended by `kill -9` between any two steps: the next run goes on, and nothing differs."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from ijaza_runtime.failpoints import STEPS

from tests.flow.test_sameness import content
from tests.oracle.random_editions import write_random_edition

SEED = 3
"""A random edition with selection, corrections and certificates."""


def run(edition: Path, out: Path, keys: Path, failpoint: str = "") -> int:
    """Run the command line in a process of its own; its exit status."""
    return subprocess.run(
        [Path(sys.executable).with_name("ijaza"), "run", edition, "--out", out],
        env={**os.environ, "IJAZA_KEYS": str(keys), "IJAZA_FAILPOINT": failpoint},
        capture_output=True,
        check=False,
        timeout=120,
    ).returncode


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the edition that every test here plays."""
    folder = tmp_path_factory.mktemp("edition")
    write_random_edition(folder, SEED, size=20)
    return folder


@pytest.fixture(scope="module")
def undisturbed(
    edition: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, bytes]]:
    """The keys, and the files of a run that nobody disturbed."""
    folder = tmp_path_factory.mktemp("undisturbed")
    assert run(edition, folder / "out", folder / "keys") == 0
    return folder / "keys", content(folder / "out")


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("arrival", [1, 3])
def test_a_killed_run_goes_on(
    step: str,
    arrival: int,
    edition: Path,
    undisturbed: tuple[Path, dict[str, bytes]],
    tmp_path: Path,
) -> None:
    """Ended at a step, begun again: the same files as of the undisturbed run, byte for byte."""
    keys, wanted = undisturbed
    ended = run(edition, tmp_path / "out", keys, f"{step}:{arrival}")
    assert ended == -signal.SIGKILL, "the failpoint was reached"
    assert run(edition, tmp_path / "out", keys) == 0
    assert content(tmp_path / "out") == wanted


@pytest.mark.slow
def test_a_run_killed_again_and_again_ends(
    edition: Path, undisturbed: tuple[Path, dict[str, bytes]], tmp_path: Path
) -> None:
    """A run that is killed at its fifth save each time makes progress, and comes to the same."""
    keys, wanted = undisturbed
    for _ in range(200):
        if run(edition, tmp_path / "out", keys, "saved:5") == 0:
            break
    else:
        pytest.fail("no end in 200 runs")
    assert content(tmp_path / "out") == wanted
