"""How fast a graduation is issued: credentials signed, pages printed, both kept and told.

`python -m bench.issuing [--graduates 2000]` lets credential fold the facts of a cohort of Migration
Governance, all of whom reach the certificate; the clock runs from the closing of the edition until
the last document is committed. Beside it stand a calibration, typst alone on the same pages, and
what a status list of 131,072 entries costs when a bit of it changes.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any


def main() -> None:
    """Measure, each in a process of its own, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--graduates", type=int, default=2_000)
    graduates = parser.parse_args().graduates
    print(f"load {os.getloadavg()[0]:.1f}")
    _tell_parts("before", _figures("parts"))
    issued = _figures("issue", str(graduates))
    _tell_parts("after", _figures("parts"))
    _tell_issued(issued)


def _figures(*arguments: str) -> Mapping[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.issuing_run", *arguments], stdout=subprocess.PIPE, check=True
    )
    figures: Mapping[str, Any] = json.loads(done.stdout)
    return figures


def _tell_parts(when: str, figures: Mapping[str, Any]) -> None:
    print(f"{when}, calibration {figures['calibration']:.2f} s; CPU ms each, alone in a loop:")
    for what, milliseconds in figures["parts"].items():
        print(f"  {milliseconds:8.2f}  {what}")


def _tell_issued(figures: Mapping[str, Any]) -> None:
    print(
        f"{figures['documents']:,} certificates in {figures['wall']:.1f} s: "
        f"{figures['documents'] / figures['wall']:.1f} a second, load {os.getloadavg()[0]:.1f}"
    )
    print(f"  CPU ms each: service {figures['own_cpu']:.1f}, workers {figures['workers_cpu']:.1f}")
    gaps = figures["gaps"]
    print(
        f"  the event loop came late by {gaps[0]:.0f} ms (median), {gaps[1]:.0f} (p99), "
        f"{gaps[2]:.0f} (most)"
    )
    print("  certificates  service MiB  workers MiB")
    for documents, own, workers in figures["memory"]:
        print(f"  {documents:12,}  {own:11.0f}  {workers:11.0f}")


if __name__ == "__main__":
    main()
