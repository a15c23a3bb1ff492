"""Three hundred scans without a network, with all that can go wrong in between, at the real door.

What the kiosk showed is compared with what the service has: on its topic, and in its states.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Playwright, expect

from tests.browser.conftest import ARGUMENTS
from tests.browser.film import film
from tests.browser.kiosk_page import Kiosk
from tests.browser.real_door import SESSION, RealDoor, real_door
from tests.browser.witness import Witness
from tests.thirdparty.conftest import require_tool

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

SCANS = 300
BEFORE_THE_CAMERA = 24
BATCH = 200


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealDoor]:
    """A service and more people than scans."""
    with real_door(tmp_path_factory.mktemp("door") / "house", people=SCANS + 40) as door:
        yield door


@dataclass
class Night:
    """One tablet's night: its browser is killed and started again, its folder stays."""

    playwright: Playwright
    door: RealDoor
    profile: Path
    seen: Witness = field(default_factory=Witness)

    def browser(self, *more: str) -> tuple[Kiosk[RealDoor], BrowserContext]:
        context = self.playwright.chromium.launch_persistent_context(
            self.profile,
            executable_path=require_tool("chromium"),
            args=[*ARGUMENTS, *more],
            permissions=["camera"],
            locale="en",
        )
        self.seen.watch(context)
        return Kiosk(context.new_page(), self.door), context

    def reopened(self, kiosk: Kiosk[RealDoor]) -> tuple[Kiosk[RealDoor], BrowserContext]:
        """Kill the browser, and open the page again without a network and before no camera."""
        kiosk.crash()
        self.seen.counts.clear()
        kiosk, context = self.browser()
        context.set_offline(True)
        kiosk.open()
        kiosk.at("scan")
        kiosk.expect_unsent(len(self.seen.scans))
        assert self.seen.counts == [len(self.seen.scans)]
        return kiosk, context


def test_three_hundred_scans_without_a_network_count_once_each(
    playwright: Playwright, real: RealDoor, tmp_path: Path
) -> None:
    """Camera and codes; browser killed twice; disk full; answers lost: all shown, all counted."""
    passes = [real.token(number) for number in range(1, real.people + 1)]
    film(tmp_path / "badges.y4m", passes[:BEFORE_THE_CAMERA], seconds=0.4, gap=0.1)
    night = Night(playwright, real, tmp_path / "profile")
    kiosk, context = night.browser(f"--use-file-for-fake-video-capture={tmp_path}/badges.y4m")
    kiosk.enrol()
    context.set_offline(True)
    kiosk.page.reload()
    kiosk.choose(SESSION)

    _before_the_camera(kiosk, night.seen)
    kiosk, _ = night.reopened(kiosk)
    codes = iter(passes[BEFORE_THE_CAMERA:])
    _until_the_disk_is_full(kiosk, night.seen, codes)
    kiosk, context = night.reopened(kiosk)
    while (unsent := len(night.seen.scans)) < SCANS:
        kind, _ = kiosk.scan_and_count(next(codes), unsent)
        assert kind == "in"

    real.wire.losses = 2
    night.seen.counts.clear()
    context.set_offline(False)
    kiosk.sync_now()
    kiosk.expect_unsent(0)
    shown = sorted(night.seen.scans)
    assert len(shown) == len(set(shown)) == SCANS
    assert night.seen.counts == [SCANS - BATCH, 0]
    assert real.wire.losses == 0
    assert len(real.wire.batches) == 4
    assert len(set(real.wire.batches)) == 2
    assert real.recorded() == shown
    kiosk.until(lambda: real.counted() == shown)
    methods = [each["method"] for each in real.scans().values()]
    assert methods.count("camera") >= BEFORE_THE_CAMERA
    context.close()


def _before_the_camera(kiosk: Kiosk[RealDoor], seen: Witness) -> None:
    """Wait until the film went by; then leave the camera, and see that all of it is counted."""
    kiosk.wait(
        "(count) => Number(document.querySelector('#unsent').dataset.count) >= count",
        BEFORE_THE_CAMERA,
    )
    kiosk.page.click("#menu")
    kiosk.at("supervisor")
    kiosk.expect_unsent(len(seen.scans))
    expect(kiosk.page.locator("#unsynced strong")).to_have_text(str(len(seen.scans)))


def _until_the_disk_is_full(kiosk: Kiosk[RealDoor], seen: Witness, codes: Iterator[str]) -> None:
    """Nobody is green for whom there is no room, nor counted; the same pass is, with room again.

    Chromium notices the end of the room within half a minute: codes are typed key by key.
    """
    kiosk.quota(1)
    for code in codes:
        unsent = len(seen.scans)
        kind, _ = kiosk.present(code)
        if kind == "unrecorded":
            break
        assert kind == "in"
        kiosk.expect_unsent(unsent + 1)
    else:
        pytest.fail("the disk never got full")
    expect(kiosk.page.locator("#banner")).to_be_visible()
    kiosk.expect_unsent(unsent)
    kiosk.quota(None)
    assert kiosk.scan_and_count(code, unsent)[0] == "in"
    expect(kiosk.page.locator("#banner")).to_be_hidden()
