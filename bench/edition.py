"""How long whole editions take, and what a participant costs as they grow.

`python -m bench.edition [PARTICIPANTS ...]` generates a cohort of each size for the Certificate in
Migration Governance with `issue: on_approval` (so that no document is made), plays it through
`ijaza run` in a process of its own, and prints wall and CPU seconds, peak memory and phases.
A calibration stands beside each run: compare ratios, not seconds, between machines and hours.
"""

import json
import os
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from ijaza_local.generate import generate

from bench.calibration import calibrate

SIZES = (1_000, 10_000, 20_000)
EXAMPLE = Path(__file__).parents[1] / "examples" / "mg-4"
IJAZA = Path(sys.executable).with_name("ijaza")


@dataclass(frozen=True)
class Figures:
    """One run's figures: seconds, MiB, and seconds by phase."""

    participants: int
    scans: int
    results: int
    wall: float
    cpu: float
    peak: float
    calibration: float
    phases: dict[str, float]


def prepared(folder: Path, participants: int) -> Path:
    """A generated edition whose certificates wait for approval."""
    edition = folder / "edition"
    generate(EXAMPLE, edition, participants, seed=1)
    definition = edition / "edition.yaml"
    text = definition.read_text(encoding="utf-8")
    definition.write_text(text.replace("issue: automatic", "issue: on_approval"), encoding="utf-8")
    return edition


def measured(participants: int) -> Figures:
    """Play a cohort of this size once."""
    with TemporaryDirectory() as place:
        folder = Path(place)
        edition = prepared(folder, participants)
        calibration = calibrate()
        since = perf_counter()
        process = subprocess.Popen(
            [IJAZA, "run", edition, "--out", folder / "out", "--json"],
            env={**os.environ, "IJAZA_KEYS": str(folder / "keys")},
            stdout=subprocess.PIPE,
        )
        assert process.stdout is not None
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall = perf_counter() - since
        if status:
            sys.exit(f"ijaza run ended with status {status}")
        return Figures(
            participants,
            lines(edition / "scans.csv"),
            lines(edition / "results.csv"),
            wall,
            usage.ru_utime + usage.ru_stime,
            peak(usage),
            calibration,
            json.loads(printed)["seconds"],
        )


def lines(path: Path) -> int:
    """The rows of a CSV file without line breaks in its cells."""
    with path.open("rb") as file:
        return sum(1 for _ in file) - 1


def peak(usage: resource.struct_rusage) -> float:
    """Peak memory in MiB; Linux counts in KiB."""
    return usage.ru_maxrss / 1024


def main(sizes: list[int]) -> None:
    """Measure each size and print a table."""
    print("participants    scans  results   wall s    CPU s  peak MiB  ms each  calibration s")
    for size in sizes:
        run = measured(size)
        print(
            f"{run.participants:12,} {run.scans:8,} {run.results:8,} {run.wall:8.1f} "
            f"{run.cpu:8.1f} {run.peak:9.0f} {1000 * run.wall / run.participants:8.2f} "
            f"{run.calibration:14.2f}",
            flush=True,
        )
        phases = "  ".join(f"{name} {seconds:.1f}" for name, seconds in run.phases.items())
        print(f"             {phases}", flush=True)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or list(SIZES))
