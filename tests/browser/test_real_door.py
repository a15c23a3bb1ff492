"""The kiosk's page against the real attendance service, in a process of its own."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.kiosk_page import DAY, PATIENCE, WRONG_CLOCK, Kiosk
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


def _without_network(kiosk: Kiosk[RealDoor]) -> None:
    kiosk.page.context.set_offline(True)
    kiosk.sync_now()
    kiosk.expect_network("offline")


def _with_network(kiosk: Kiosk[RealDoor]) -> None:
    kiosk.page.context.set_offline(False)
    kiosk.sync_now()


def _scan(kiosk: Kiosk[RealDoor], numbers: range) -> list[str]:
    """Scan passes, the header right after each one; nothing waits when it begins."""
    scans: list[str] = []
    for number in numbers:
        kind, scan = kiosk.scan_and_count(kiosk.door.token(number), len(scans))
        assert kind == "in"
        scans.append(scan)
    return scans


def test_every_scan_made_while_the_service_is_down_counts_once(
    real: RealDoor, opened: list[Kiosk[RealDoor]]
) -> None:
    """Service killed, page loaded again, ten scans; started again: each is on the bus once."""
    kiosk, _ = opened
    before = set(real.recorded())
    passes = [real.token(number) for number in range(1, 11)]
    kiosk.go_offline()
    kiosk.page.reload()
    kiosk.at("scan")
    scans = [kiosk.scan_and_count(each, made)[1] for made, each in enumerate(passes)]

    kiosk.go_online()
    kiosk.expect_unsent(0)
    assert sorted(set(real.recorded()) - before) == scans


def test_the_same_pass_at_two_doors_is_recorded_at_both(
    real: RealDoor, opened: list[Kiosk[RealDoor]]
) -> None:
    """Neither knows of the other while the network is down; no scan is dropped for that."""
    scans: list[str] = []
    for kiosk in opened:
        _without_network(kiosk)
        scans += _scan(kiosk, range(12, 13))
    for kiosk in opened:
        kiosk.expect_unsent(1)
        _with_network(kiosk)
        kiosk.expect_unsent(0)

    assert set(scans) <= set(real.recorded())
    kiosk.until(lambda: set(scans) <= set(real.counted()))


def test_a_second_answer_that_is_lost_counts_nothing_twice(
    real: RealDoor, opened: list[Kiosk[RealDoor]]
) -> None:
    """The service took the batch and its answer was cut off: the very bytes come again."""
    kiosk, _ = opened
    _without_network(kiosk)
    scans = _scan(kiosk, range(13, 16))
    real.wire.batches.clear()
    real.wire.losses = 1
    _with_network(kiosk)
    kiosk.until(lambda: len(real.wire.batches) == 1)
    kiosk.expect_unsent(3)
    assert set(scans) <= set(real.recorded())
    kiosk.expect_unsent(0)

    assert len(real.wire.batches) == 2
    assert len(set(real.wire.batches)) == 1
    assert [each for each in real.recorded() if each in scans] == scans


@pytest.mark.parametrize("days", [-1, 1])
def test_a_device_that_is_a_day_wrong_records_the_right_time(
    browser: Browser, real: RealDoor, days: int
) -> None:
    """Scanned without a network; both times are on the bus, and the session is that of now."""
    context = browser.new_context(locale="en", permissions=["camera"])
    context.add_init_script(WRONG_CLOCK % (days * DAY))
    kiosk = Kiosk(context.new_page(), real)
    kiosk.enrol()
    kiosk.choose("")
    _without_network(kiosk)
    (scan,) = _scan(kiosk, range(17 + days, 18 + days))
    _with_network(kiosk)
    kiosk.expect_unsent(0)
    context.close()

    told = real.scans()[scan]
    now = datetime.now(UTC)
    assert abs(datetime.fromisoformat(told["at"]) - now) < timedelta(minutes=2)
    off = datetime.fromisoformat(told["device_at"]) - now
    assert abs(off - timedelta(days=days)) < timedelta(minutes=2)
    assert (told["session"], told["server_verdict"]) == (SESSION, "accepted")


def test_a_device_that_is_revoked_meanwhile_loses_its_people_and_no_scan(
    real: RealDoor, opened: list[Kiosk[RealDoor]], tmp_path: Path
) -> None:
    """What it sent before stands; what waited goes by file, and is kept without counting."""
    kiosk, other = opened
    (sent,) = _scan(kiosk, range(20, 21))
    kiosk.expect_unsent(0)
    _without_network(kiosk)
    waiting = _scan(kiosk, range(21, 24))
    real.office("POST", f"/v1/devices/{sent.rpartition('-')[0]}/revocation", {"reason": "lost"})
    _with_network(kiosk)

    kiosk.at("blocked")
    expect(kiosk.page.locator("[data-kind=revoked] .more")).to_contain_text("3")
    expect(kiosk.page.locator(".result")).to_have_count(0)
    assert "Person 1" not in str(kiosk.kept("meta"))
    with kiosk.page.expect_download() as download:
        kiosk.page.get_by_role("button", name="Export unsent scans").click()
    download.value.save_as(tmp_path / "queue.json")
    _without_network(other)
    other.page.click("#menu")
    other.page.set_input_files("#import-file", tmp_path / "queue.json")
    expect(other.page.locator(".message")).to_contain_text("3", timeout=PATIENCE)
    other.expect_unsent(3)
    _with_network(other)
    other.expect_unsent(0)

    assert sent in real.recorded()
    assert not set(waiting) & set(real.recorded())
    kept = real.attempts()
    assert {kept[scan]["server_verdict"] for scan in waiting} == {"device-revoked"}
