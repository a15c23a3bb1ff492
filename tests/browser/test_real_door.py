"""The kiosk's page against the real attendance service, in a process of its own."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.kiosk_page import Kiosk
from tests.browser.real_door import SESSION, RealDoor, real_door

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealDoor]:
    """One service for the tests here; each starts with it running."""
    with real_door(tmp_path_factory.mktemp("door") / "house") as door:
        yield door


@pytest.fixture
def opened(browser: Browser, real: RealDoor) -> Iterator[list[Kiosk[RealDoor]]]:
    """Two kiosks of the office's, in browsers that share nothing."""
    contexts = [browser.new_context(locale="en", permissions=["camera"]) for _ in range(2)]
    kiosks = [Kiosk(context.new_page(), real) for context in contexts]
    for kiosk in kiosks:
        kiosk.enrol()
        kiosk.choose(SESSION)
    yield kiosks
    for context in contexts:
        context.close()


def test_every_scan_made_without_a_network_counts_once(
    real: RealDoor, opened: list[Kiosk[RealDoor]]
) -> None:
    """Service killed, page loaded again, thirty scans; started again: each is on the bus once."""
    kiosk, _ = opened
    before = set(real.recorded())
    passes = [real.token(number) for number in range(1, 31)]
    kiosk.go_offline()
    kiosk.page.reload()
    kiosk.at("scan")
    scans = [kiosk.scan(each) for each in passes]
    kiosk.expect_unsent(30)

    kiosk.go_online()
    kiosk.expect_unsent(0)
    assert sorted(set(real.recorded()) - before) == scans


def test_the_same_pass_at_two_doors_is_recorded_at_both(
    real: RealDoor, opened: list[Kiosk[RealDoor]]
) -> None:
    """Neither knows of the other while the network is down; no scan is dropped for that."""
    before = set(real.recorded())
    token = real.token(7)
    real.stop()
    for kiosk in opened:
        kiosk.page.context.set_offline(True)
        kiosk.page.click('[data-direction="in"]')
    scans = [kiosk.scan(token) for kiosk in opened]
    real.start()
    for kiosk in opened:
        kiosk.page.context.set_offline(False)
        kiosk.sync_now()
        kiosk.expect_unsent(0)

    assert set(real.recorded()) - before == set(scans)


def test_a_revoked_device_loses_its_people(real: RealDoor, opened: list[Kiosk[RealDoor]]) -> None:
    """Revocation by the office takes effect at the next contact, and leaves no name behind."""
    kiosk, _ = opened
    devices = real.office("GET", "/v1/devices")["devices"]
    named = next(each["device"] for each in devices if each["device"] in str(kiosk.kept("meta")))
    real.office("POST", f"/v1/devices/{named}/revocation", {"reason": "lost"})
    kiosk.page.reload()

    kiosk.at("blocked")
    expect(kiosk.page.locator("[data-kind=revoked]")).to_be_visible()
    assert "Person 1" not in str(kiosk.kept("meta"))
