"""The session of a door moves, is merged or cancelled while the door is open: the kiosk follows."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.kiosk_page import PATIENCE, Kiosk
from tests.browser.serving import Served

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

_LATER = """{
  globalThis.later = 0;
  const own = performance.now.bind(performance);
  performance.now = () => own() + later;
}"""
"""A page whose clock of pauses can be put forward: a bundle is asked for once a minute."""


@pytest.fixture(params=["en", "ar"])
def kiosk(
    browser: Browser, door: Served, request: pytest.FixtureRequest
) -> Iterator[Kiosk[Served]]:
    """A kiosk that is set to the first session, in one of the two languages."""
    context = browser.new_context(
        viewport={"width": 1024, "height": 768}, locale=request.param, permissions=["camera"]
    )
    context.add_init_script(_LATER)
    page = Kiosk(context.new_page(), door)
    page.enrol()
    page.choose("m1-d1")
    page.expect_network("online")
    yield page
    context.close()


def language(kiosk: Kiosk[Served]) -> str:
    return str(kiosk.page.evaluate("document.documentElement.lang"))


def after_a_minute(kiosk: Kiosk[Served]) -> None:
    """Have the next bundle come."""
    kiosk.page.evaluate("later += 61_000")
    kiosk.sync_now()


def said(kiosk: Kiosk[Served], kind: str, en: str, ar: str) -> Locator:
    """Wait for what is said above the door, in the language that is spoken."""
    news = kiosk.page.locator(f'#news[role="status"] .news[data-kind="{kind}"]')
    expect(news).to_contain_text(en if language(kiosk) == "en" else ar, timeout=PATIENCE)
    return news


def bundle_tag(kiosk: Kiosk[Served]) -> str:
    """The tag of the bundle that the kiosk works with."""
    (tag,) = [row["etag"] for row in kiosk.kept("meta") if "etag" in row]
    return str(tag)


def sessions_sent(kiosk: Kiosk[Served]) -> list[str]:
    kiosk.expect_unsent(0)
    return [each["session"] for each in kiosk.door.door.scans]


def test_a_merged_session_is_left_for_the_one_that_remains(kiosk: Kiosk[Served]) -> None:
    """It is said once, beside scanning and after a restart; offline the door goes on as it was.
    Who came in before is inside the session that is left.
    """
    door = kiosk.door.door
    kiosk.go_offline()
    kiosk.scan(door.token(1))
    door.merged["m1-d1"] = "m1-d2"
    kiosk.scan(door.token(2))
    kiosk.go_online()
    after_a_minute(kiosk)

    news = said(kiosk, "merged", "International law of migration", "القانون الدولي للهجرة")
    assert kiosk.page.evaluate("document.activeElement.closest('#news')") is None
    expect(kiosk.page.locator("#bar .where strong")).to_have_text(
        "International law of migration" if language(kiosk) == "en" else "القانون الدولي للهجرة"
    )
    expect(kiosk.page.locator(".inside .count")).to_have_text("2")
    kiosk.scan(door.token(3))
    kiosk.paste(door.token(1))
    kiosk.shown("repeat")
    assert sessions_sent(kiosk) == ["m1-d1", "m1-d1", "m1-d2"]

    kiosk.page.reload()
    kiosk.at("scan")
    expect(news).to_be_visible(timeout=PATIENCE)
    kiosk.page.click("#news-close")
    expect(news).to_have_count(0)
    kiosk.page.reload()
    kiosk.at("scan")
    kiosk.expect_network("online")
    after_a_minute(kiosk)
    kiosk.scan(door.token(4))
    expect(news).to_have_count(0)
    assert sessions_sent(kiosk)[-1] == "m1-d2"


def test_a_session_that_moved_is_told_with_its_new_time(kiosk: Kiosk[Served]) -> None:
    """The door stays with it; the same move is not told again."""
    kiosk.door.door.starts += timedelta(minutes=35)
    after_a_minute(kiosk)

    news = said(kiosk, "moved", "moved", "الموعد الجديد")
    kiosk.page.click("#news-close")
    expect(news).to_have_count(0)
    before = bundle_tag(kiosk)
    kiosk.door.door.withdrawn.add(9)
    after_a_minute(kiosk)
    kiosk.until(lambda: bundle_tag(kiosk) != before)
    kiosk.scan(kiosk.door.door.token(1))

    expect(news).to_have_count(0)
    assert sessions_sent(kiosk) == ["m1-d1"]


@pytest.mark.parametrize(
    ("kind", "en", "ar"),
    [("cancelled", "was cancelled", "أُلغيت"), ("gone", "no longer keeps", "لم يعد هذا الجهاز")],
)
def test_a_session_that_is_not_held_is_said_with_the_choice_of_others(
    kiosk: Kiosk[Served], kind: str, en: str, ar: str
) -> None:
    """Nobody is let in for it; one tap leads to the sessions, and the choice ends the notice."""
    door = kiosk.door.door
    (door.cancelled if kind == "cancelled" else door.dropped).add("m1-d1")
    after_a_minute(kiosk)

    news = said(kiosk, kind, en, ar)
    kiosk.type(door.token(1))
    kiosk.shown("refused")
    assert kiosk.code() == "no-session-now"
    kiosk.page.click("#next")
    kiosk.page.click("#news-choose")
    kiosk.at("sessions")
    kiosk.choose("m1-d2")

    expect(news).to_have_count(0)
    kiosk.scan(door.token(1))
    assert sessions_sent(kiosk)[-1] == "m1-d2"


def test_whom_the_server_has_inside_goes_out_of_the_session_that_is_left(
    kiosk: Kiosk[Served],
) -> None:
    """The bundle says it of the session that is left, whichever door they came in by."""
    kiosk.door.door.merged["m1-d1"] = "m1-d2"
    kiosk.door.door.inside[5] = "m1-d2"
    after_a_minute(kiosk)
    said(kiosk, "merged", "merged", "دُمجت")

    kiosk.scan(kiosk.door.door.token(5), "out")

    assert sessions_sent(kiosk) == ["m1-d2"]


def test_where_the_time_decides_nothing_has_to_be_said(kiosk: Kiosk[Served]) -> None:
    """Automatic: scans go to the session that is held now."""
    kiosk.page.click("#menu")
    kiosk.page.click(".actions button:nth-child(2)")
    kiosk.choose("")
    kiosk.door.door.cancelled.add("m1-d1")
    after_a_minute(kiosk)

    expect(kiosk.page.locator(".hint.warn")).to_be_visible(timeout=PATIENCE)
    expect(kiosk.page.locator(".news")).to_have_count(0)
