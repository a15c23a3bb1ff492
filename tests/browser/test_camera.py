"""Passes held to a camera: frames of a film, read by the page as it reads a real camera's."""

from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import BrowserContext, Playwright, Route

from tests.browser.conftest import ARGUMENTS
from tests.browser.fake_door import person
from tests.browser.film import film
from tests.browser.kiosk_page import Kiosk
from tests.browser.serving import Served
from tests.thirdparty.conftest import require_tool

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]


def _filming(
    playwright: Playwright,
    folder: Path,
    film: Path,
    service_workers: Literal["allow", "block"] = "allow",
) -> BrowserContext:
    """A browser whose camera sees a film."""
    return playwright.chromium.launch_persistent_context(
        folder / "profile",
        executable_path=require_tool("chromium"),
        args=[*ARGUMENTS, f"--use-file-for-fake-video-capture={film}"],
        permissions=["camera"],
        locale="en",
        service_workers=service_workers,
    )


def test_passes_before_the_camera_are_scanned_once_each(
    playwright: Playwright, door: Served, tmp_path: Path
) -> None:
    """Five badges are shown, again and again: each comes in once, without a network."""
    film(tmp_path / "badges.y4m", [door.door.token(number) for number in range(1, 6)])
    context = _filming(playwright, tmp_path, tmp_path / "badges.y4m")
    kiosk = Kiosk(context.new_page(), door)
    kiosk.enrol()
    kiosk.go_offline()
    kiosk.choose("m1-d1")
    kiosk.expect_unsent(5)
    kiosk.go_online()
    kiosk.expect_unsent(0)

    sent = [(scan["participant"], scan["method"]) for scan in door.door.scans]
    assert sorted(sent) == sorted((person(n)["participant"], "camera") for n in range(1, 6))
    context.close()


_READER = """
self.BarcodeDetector = class {
  static async getSupportedFormats() { return %s; }
  async detect() { %s }
};
"""


@pytest.mark.parametrize(
    ("formats", "detect", "read"),
    [
        ('["ean_13", "qr_code"]', 'return [{ rawValue: "%s" }];', 2),
        ('["ean_13"]', 'return [{ rawValue: "%s" }];', 1),
        ('["qr_code"]', 'throw new DOMException("%s", "NotSupportedError");', 1),
    ],
    ids=["has one", "reads no QR codes", "has one by name alone"],
)
def test_the_reader_of_the_browser_is_used_where_it_works(
    playwright: Playwright, door: Served, tmp_path: Path, formats: str, detect: str, read: int
) -> None:
    """Whom the page lets in tells who read: the camera sees the first badge, and jsQR reads that.

    The browser's own reader, where there is one, says that it sees the second.
    """
    film(tmp_path / "badge.y4m", [door.door.token(1)], gap=0)
    reader = _READER % (formats, detect % door.door.token(2))
    context = _filming(playwright, tmp_path, tmp_path / "badge.y4m", service_workers="block")
    context.route("**/kiosk/camera-worker.js", lambda route: _with(reader, route))
    kiosk = Kiosk(context.new_page(), door)
    kiosk.set_up()
    kiosk.choose("m1-d1")

    kiosk.shown("in")
    kiosk.expect_unsent(0)
    (scan,) = door.door.scans
    assert (scan["participant"], scan["method"]) == (person(read)["participant"], "camera")
    context.close()


def _with(script: str, route: Route) -> None:
    """Add to a script what this Chromium does not bring along."""
    answer = route.fetch()
    route.fulfill(response=answer, body=script + answer.text())
