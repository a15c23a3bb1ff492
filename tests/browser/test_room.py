"""The page of a room in a browser, against the real service: live, in both languages, for all."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from ijaza_attendance.domain.times import seconds_of
from ijaza_contracts.edition import Session
from ijaza_contracts.envelope import Event
from ijaza_runtime.adapters.sqlite_bus import SqliteBus
from ijaza_runtime.outbox import records_of
from playwright.sync_api import Browser, Page, expect

from tests.browser.real_door import SESSION, RealDoor, _apart, participant, real_door
from tests.unit.attendance.given import EDITION, edition

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

PEOPLE = 12
SIZES = [(1024, 768), (390, 844)]
MINUTE = timedelta(minutes=1)
SOON = 15_000
"""Milliseconds until which what has to be shown is shown."""

_AXE = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  const bad = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
  return bad.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 200))]);
}"""


def publish(door: RealDoor, *events: Event) -> None:
    """Say what other services say."""

    async def said() -> None:
        bus = SqliteBus(door.house.bus)
        await bus.publish(records_of(events))
        await bus.close()

    _apart(said)


def scanned(door: RealDoor, number: int, direction: str, minutes_ago: int) -> None:
    """Somebody goes in or out, as a door of another maker tells it."""
    at = datetime.now(UTC).replace(microsecond=0) - minutes_ago * MINUTE
    scan = {
        "scan_id": f"{number}-{direction}-{seconds_of(at)}",
        "device": "kiosk-1",
        "participant": participant(number),
        "session": SESSION,
        "direction": direction,
        "at": at.isoformat(),
        "seq": 1,
    }
    door.office("POST", "/v1/scans", {"edition": EDITION, "scans": [scan]})


def link(door: RealDoor) -> str:
    """Where the page of the room is."""
    path = f"/v1/editions/{EDITION}/sessions/{SESSION}/room-link"
    address = door.office("POST", path, {"hours": 1})["address"]
    return f"http://localhost:{door.port}{address}"


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealDoor]:
    """A session that began twenty minutes ago: some came, one of them late, one left again."""
    with real_door(tmp_path_factory.mktemp("room") / "house", PEOPLE) as door:
        began = datetime.now(UTC).replace(microsecond=0) - 20 * MINUTE
        held = Session(id=SESSION, start=began, end=began + timedelta(hours=3))
        moved = edition([held], revision=2)
        module = moved.definition.modules[0].model_copy(
            update={"title": {"en": "Migration law and protection", "ar": "قانون الهجرة والحماية"}}
        )
        definition = moved.definition.model_copy(
            update={"modules": (module,), "timezone": "Africa/Cairo"}
        )
        publish(door, moved.model_copy(update={"definition": definition}))
        for number in range(1, 6):
            scanned(door, number, "in", 22 - number)
        scanned(door, 6, "in", 2)
        scanned(door, 5, "out", 3)
        yield door


@pytest.fixture
def page(browser: Browser, door: RealDoor) -> Iterator[Page]:
    """The page as the officer opens it, in English."""
    context = browser.new_context(viewport={"width": 1024, "height": 768}, locale="en")
    page = context.new_page()
    page.goto(link(door))
    expect(page.locator("#live")).to_have_class("pill live", timeout=SOON)
    yield page
    context.close()


def test_the_room_is_shown_by_who_is_where(page: Page) -> None:
    """Counts above, a list of each below, by badge number; who came late is marked."""
    expect(page.locator("#count-inside")).to_have_text("5", timeout=SOON)
    expect(page.locator("#count-left")).to_have_text("1", timeout=SOON)
    expect(page.locator("#count-late")).to_have_text("6")
    expect(page.locator("#count-absent")).to_have_text("0")
    numbers = page.locator("#inside li").evaluate_all("(all) => all.map((e) => e.dataset.number)")

    assert numbers == ["1", "2", "3", "4", "6"]
    expect(page.locator("#inside .came")).to_have_count(1)
    expect(page.locator('#inside [data-number="6"] .came')).to_be_visible()
    expect(page.locator("#expected")).to_be_hidden()


def test_a_scan_moves_somebody_without_a_reload(page: Page, door: RealDoor) -> None:
    """In, to their place among those inside, and out again."""
    there = page.locator('#late [data-number="9"]')
    expect(there).to_be_visible(timeout=SOON)

    scanned(door, 9, "in", 1)
    expect(page.locator('#inside [data-number="9"]')).to_be_visible(timeout=SOON)
    expect(there).to_have_count(0)
    numbers = page.locator("#inside li").evaluate_all("(all) => all.map((e) => +e.dataset.number)")
    assert numbers == sorted(numbers)

    scanned(door, 9, "out", 0)
    expect(page.locator('#left [data-number="9"]')).to_be_visible(timeout=SOON)


def test_a_lost_line_is_told_and_found_again(page: Page, door: RealDoor) -> None:
    """What is old is not shown as if it were not; nobody has to load the page again."""
    door.stop()
    expect(page.locator("#live")).to_have_text("Not live", timeout=SOON)
    expect(page.locator("#banner")).to_contain_text("No connection")

    door.start()
    expect(page.locator("#live")).to_have_text("Live", timeout=2 * SOON)
    expect(page.locator("#banner")).to_be_hidden()


def test_the_language_is_chosen_and_kept(page: Page) -> None:
    """Words, direction, and whose name comes first."""
    page.click("#language")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    expect(page.locator("#title")).to_have_text("قانون الهجرة والحماية")
    expect(page.locator("#inside .what").first.locator("bdi").first).to_have_attribute("lang", "ar")

    page.reload()

    expect(page.locator("html")).to_have_attribute("lang", "ar")


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("size", SIZES, ids=["tablet", "phone"])
def test_the_page_is_accessible(
    browser: Browser, door: RealDoor, tools: Path, language: str, size: tuple[int, int]
) -> None:
    """axe-core finds nothing serious, and nothing is wider than the screen."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale=language)
    page = context.new_page()
    axe = (tools / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    for address in (link(door), f"http://localhost:{door.port}/room/none"):
        page.goto(address)
        if "none" not in address:
            expect(page.locator("#live")).to_have_class("pill live", timeout=SOON)
        page.evaluate(axe)
        assert page.evaluate(_AXE) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()


def test_the_keyboard_reaches_lists_and_language(page: Page) -> None:
    """Each count leads to its list."""
    expect(page.locator("#count-inside")).not_to_have_text("", timeout=SOON)
    page.keyboard.press("Tab")
    expect(page.locator("#language")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#fact-inside a")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.url.endswith("#late")


def test_a_link_of_nothing_says_so_in_both_languages(page: Page) -> None:
    """And what to do."""
    page.goto(page.url.partition("/room/")[0] + "/room/none")

    expect(page.locator("main")).to_contain_text("Ask the programme office for a new link.")
    expect(page.locator("main")).to_contain_text("اطلب من مكتب البرنامج رابطًا جديدًا.")
