"""Clocks that are wrong, and scans at times when there is no session."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.fake_door import person
from tests.browser.kiosk_page import DAY, WRONG_CLOCK, Kiosk
from tests.browser.serving import Served

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]


@pytest.mark.parametrize("days", [-1, 1])
def test_a_clock_that_is_a_day_wrong_is_corrected(
    browser: Browser, door: Served, days: int
) -> None:
    """The device's own time is sent as it is, with the offset that makes it right."""
    context = browser.new_context(locale="en", permissions=["camera"])
    context.add_init_script(WRONG_CLOCK % (days * DAY))
    kiosk = Kiosk(context.new_page(), door)
    kiosk.enrol()
    kiosk.choose("")
    kiosk.scan(door.door.token(1))
    kiosk.expect_unsent(0)

    at, corrected = _times(door.door.sendings[0][2])
    assert abs(at - datetime.now(UTC)) > timedelta(hours=23)
    assert abs(corrected - datetime.now(UTC)) < timedelta(minutes=1)
    assert door.door.scans[0]["session"] == "m1-d1"
    kiosk.page.click("#menu")
    expect(kiosk.page.locator("#clock")).to_contain_text("1 day fast" if days > 0 else "1 day slow")
    context.close()


def _times(body: bytes) -> tuple[datetime, datetime]:
    """When the first scan of a batch was made: by the device's clock, and corrected."""
    batch = json.loads(body)
    at = datetime.fromisoformat(batch["scans"][0]["device_at"])
    return at, at + timedelta(milliseconds=batch["offset_ms"])


def test_a_batch_from_the_future_is_signed_anew(browser: Browser, door: Served) -> None:
    """The clock leapt after the offset was measured: refused whole, measured, and sent again.

    The number is the same and the bytes are others; the scan counts once, at the right time, and
    until then it is counted as not sent.
    """
    context = browser.new_context(locale="en", permissions=["camera"])
    context.add_init_script(WRONG_CLOCK % 0)
    kiosk = Kiosk(context.new_page(), door)
    kiosk.enrol()
    kiosk.choose("m1-d1")
    kiosk.expect_network("online")
    kiosk.page.evaluate(f"clockIsOff = {DAY}")
    scan = kiosk.scan(door.door.token(1))
    kiosk.until(lambda: len(door.door.sendings) == 1)
    kiosk.expect_unsent(1)
    kiosk.sync_now()
    kiosk.expect_unsent(0)

    (_, number, first), (_, again, second) = door.door.sendings
    assert (number, again) == (1, 1)
    assert _times(first)[1] - datetime.now(UTC) > timedelta(hours=23)
    assert abs(_times(second)[1] - datetime.now(UTC)) < timedelta(minutes=1)
    assert [each["scan_id"] for each in door.door.scans] == [scan]
    kiosk.page.click("#menu")
    expect(kiosk.page.locator(".alarm")).to_have_count(0)
    context.close()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_without_a_session_the_door_says_so(browser: Browser, door: Served, language: str) -> None:
    """Told by the time: before any session nobody is let in, and the screen says why."""
    door.door.starts = datetime.now(UTC) + timedelta(days=2)
    context = browser.new_context(locale=language, permissions=["camera"])
    kiosk = Kiosk(context.new_page(), door)
    kiosk.enrol()
    kiosk.choose("")
    expect(kiosk.page.locator(".hint.warn")).to_be_visible()
    kiosk.type(door.door.token(1))
    kiosk.shown("refused")

    assert kiosk.code() == "no-session-now"
    expect(kiosk.page.locator(".result")).to_contain_text(person(1)["name_ar"])
    kiosk.expect_unsent(0)
    assert [each["verdict"] for each in door.door.scans] == ["no-session-now"]
    context.close()


def test_a_cancelled_session_lets_nobody_in(browser: Browser, door: Served) -> None:
    """A session that was chosen and then cancelled by the office takes no more scans."""
    context = browser.new_context(locale="en", permissions=["camera"])
    kiosk = Kiosk(context.new_page(), door)
    kiosk.enrol()
    expect(kiosk.page.locator('[data-session="m2-d1"]')).to_be_disabled()
    kiosk.choose("m1-d1")
    door.door.cancelled.add("m1-d1")
    kiosk.page.reload()
    expect(kiosk.page.locator(".hint.warn")).to_be_visible(timeout=60_000)
    kiosk.type(door.door.token(1))
    kiosk.shown("refused")

    assert kiosk.code() == "no-session-now"
    context.close()


def test_what_the_server_does_not_count_is_told(kiosk: Kiosk[Served]) -> None:
    """A green scan that the server keeps as an attempt, is told to the supervisor."""
    kiosk.door.door.counts_nothing = True
    kiosk.scan(kiosk.door.door.token(1))
    kiosk.expect_unsent(0)
    kiosk.page.click("#menu")

    expect(kiosk.page.locator("#unsynced")).to_contain_text("not counted by the server: 1")
