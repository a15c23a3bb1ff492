"""Passes held to a camera: frames of a film, read by the page as it reads a real camera's."""

from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from tests.browser.conftest import ARGUMENTS
from tests.browser.fake_door import Served, person
from tests.browser.film import film
from tests.browser.kiosk_page import Kiosk
from tests.thirdparty.conftest import require_tool

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]


def test_passes_before_the_camera_are_scanned_once_each(
    playwright: Playwright, door: Served, tmp_path: Path
) -> None:
    """Five passes are shown, again and again: each comes in once, without a network."""
    film(tmp_path / "passes.y4m", [door.door.token(number) for number in range(1, 6)])
    context = playwright.chromium.launch_persistent_context(
        tmp_path / "profile",
        executable_path=require_tool("chromium"),
        args=[*ARGUMENTS, f"--use-file-for-fake-video-capture={tmp_path / 'passes.y4m'}"],
        permissions=["camera"],
        locale="en",
    )
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
