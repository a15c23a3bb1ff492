"""Tablets come and go: two tabs, revocation, queues that travel, old tokens, old browsers."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.sync_api import Browser, Page, expect

from tests.browser.fake_door import person
from tests.browser.kiosk_page import PATIENCE, Kiosk
from tests.browser.serving import Served

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]


def test_two_tabs_never_both_record(kiosk: Kiosk[Served]) -> None:
    """A second tab waits; when it takes over, the first can record nothing more."""
    second = Kiosk(kiosk.page.context.new_page(), kiosk.door)
    second.open()
    second.at("blocked")
    second.page.click("button.primary")
    second.at("scan")
    kiosk.at("blocked")

    second.scan(kiosk.door.door.token(1))
    second.expect_unsent(0)
    assert len(kiosk.door.door.scans) == 1


def test_a_revoked_device_forgets_the_people_and_keeps_the_queue(kiosk: Kiosk[Served]) -> None:
    """After the office ended its access there is no name on the device, and nothing is lost."""
    kiosk.go_offline()
    kiosk.scan(kiosk.door.door.token(1))
    kiosk.door.door.revoked_devices.add("door-1")
    kiosk.go_online()

    kiosk.at("blocked")
    expect(kiosk.page.locator("[data-kind=revoked] .more")).to_contain_text("1")
    assert "Youssef" not in str(kiosk.kept("meta"))
    assert len(kiosk.kept("batches")) == 1
    kiosk.page.reload()
    kiosk.at("blocked")


def test_a_queue_travels_by_file(kiosk: Kiosk[Served], browser: Browser, tmp_path: Path) -> None:
    """One tablet exports, another imports and sends: each scan counts once, even if both send."""
    kiosk.go_offline()
    scans = [kiosk.scan(kiosk.door.door.token(number)) for number in (1, 2)]
    kiosk.page.click("#menu")
    with kiosk.page.expect_download() as download:
        kiosk.page.get_by_role("button", name="Export unsent scans").click()
    path = tmp_path / "queue.json"
    download.value.save_as(path)
    assert person(1)["name_en"] not in path.read_text(encoding="utf-8")

    kiosk.door.start()
    context = browser.new_context(locale="en", permissions=["camera"])
    other = Kiosk(context.new_page(), kiosk.door)
    other.enrol()
    other.choose("m1-d1")
    other.page.click("#menu")
    other.page.set_input_files("#import-file", path)
    expect(other.page.locator(".message")).to_contain_text("2", timeout=PATIENCE)
    other.expect_unsent(0)
    assert [each["scan_id"] for each in kiosk.door.door.scans] == scans

    kiosk.page.context.set_offline(False)
    kiosk.sync_now()
    kiosk.expect_unsent(0)
    assert [each["scan_id"] for each in kiosk.door.door.scans] == scans
    context.close()


def test_a_token_that_ended_is_renewed_by_the_device_key(kiosk: Kiosk[Served]) -> None:
    """After a long time without a network the device gets a new token by itself."""
    kiosk.door.door.expired_tokens.add("token-door-1")
    kiosk.scan(kiosk.door.door.token(1))

    kiosk.expect_unsent(0)
    assert len(kiosk.door.door.scans) == 1


def test_a_wrong_code_is_said_and_can_be_tried_again(fresh_page: Page, door: Served) -> None:
    """A code that is not valid sets nothing up; the next one does."""
    fresh_page.fill("#code", "ZZZZZZZZ")
    fresh_page.keyboard.press("Enter")
    expect(fresh_page.locator(".message")).to_contain_text("not valid", timeout=PATIENCE)
    fresh_page.fill("#code", "c0de-0001")
    fresh_page.keyboard.press("Enter")
    fresh_page.wait_for_selector("body[data-screen=sessions]", timeout=PATIENCE)


def test_without_ed25519_in_the_browser_the_key_is_wrapped(browser: Browser, door: Served) -> None:
    """Where WebCrypto lacks Ed25519, passes are verified and batches signed all the same."""
    context = browser.new_context(locale="en", permissions=["camera"])
    context.add_init_script(
        "const make = SubtleCrypto.prototype.generateKey;"
        "SubtleCrypto.prototype.generateKey = function (kind, ...more) {"
        " return kind.name === 'Ed25519'"
        " ? Promise.reject(new DOMException('', 'NotSupportedError'))"
        " : make.call(this, kind, ...more); };"
    )
    kiosk = Kiosk(context.new_page(), door)
    kiosk.enrol()
    kiosk.choose("m1-d1")
    kiosk.scan(door.door.token(1))
    kiosk.expect_unsent(0)
    kiosk.type(door.door.token(2, signer=Ed25519PrivateKey.generate()))
    kiosk.shown("refused")

    assert kiosk.code() == "bad-signature"
    assert door.door.scans[0]["verdict"] == "accepted"
    context.close()
