"""How long a kiosk takes from a scan to the answer on the screen, in headless Chromium.

    python -m bench.kiosk [--people 5000] [--scans 300]

The server plays the door's part (`tests/browser/fake_door.py`) and is stopped before the first
scan; passes are typed as hand-held scanners do. What is measured is the page's own User Timing
measure `scan`: from Enter to the frame that shows the answer, with the signature verified and the
scan written to disk (IndexedDB, durability strict) in between.
"""

import argparse
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import ARGUMENTS
from tests.browser.fake_door import FakeDoor
from tests.browser.kiosk_page import Kiosk
from tests.browser.serving import served


def measured(people: int, scans: int, profile: Path) -> list[float]:
    """The milliseconds of each scan, in a browser that keeps its data on disk."""
    with served(FakeDoor(people=people)) as door, sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path="/usr/bin/chromium", args=ARGUMENTS, permissions=["camera"]
        )
        kiosk = Kiosk(context.new_page(), door)
        kiosk.enrol()
        kiosk.choose("m1-d1")
        kiosk.go_offline()
        for number in range(1, scans + 1):
            kiosk.paste(door.door.token(number * people // scans))
            kiosk.shown("in", f"{number:08d}")
        kiosk.expect_unsent(scans)
        taken = kiosk.page.evaluate(
            "performance.getEntriesByName('scan').map((each) => each.duration)"
        )
        context.close()
        return sorted(map(float, taken))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Scan to answer in headless Chromium")
    parser.add_argument("--people", type=int, default=5000)
    parser.add_argument("--scans", type=int, default=300)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        taken = measured(given.people, given.scans, Path(folder))
    middle, late = taken[len(taken) // 2], taken[min(len(taken) - 1, len(taken) * 99 // 100)]
    print(f"{len(taken)} scans, {given.people} people on the roster")
    print(f"median {middle:.0f} ms, p99 {late:.0f} ms, slowest {taken[-1]:.0f} ms")


if __name__ == "__main__":
    main()
