"""The whole of a supervisor's day by keyboard alone, in both languages."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.kiosk_page import PATIENCE, Kiosk
from tests.browser.serving import Served

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

_FOCUSED = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const { outlineStyle, outlineWidth } = getComputedStyle(at);
  const { top, left, right, bottom } = at.getBoundingClientRect();
  const middle = [(left + right) / 2, (top + bottom) / 2];
  const seen = document.elementFromPoint(...middle);
  const { session, direction, participant } = at.dataset;
  return {
    name: session ?? direction ?? participant ?? (at.id || at.textContent.trim()),
    outlined: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
    onTop: at === seen || at.contains(seen) || (seen?.contains(at) ?? false),
  };
}"""


@dataclass
class Hands:
    """Somebody who has no mouse, and sees where the focus is."""

    kiosk: Kiosk[Served]

    def tab(self) -> str:
        """Go to the next control: it has to be on top and to show that it has the focus."""
        self.kiosk.page.keyboard.press("Tab")
        found = self.kiosk.page.evaluate(_FOCUSED)
        if found is None:
            return "(the browser's own controls)"
        assert found["outlined"], f"{found['name']} does not show the focus"
        assert found["onTop"], f"{found['name']} has the focus and is covered"
        return str(found["name"])

    def tab_to(self, name: str) -> list[str]:
        """Go on until a control has the focus, and give the names of those on the way."""
        passed: list[str] = []
        while len(passed) < 20:
            passed.append(self.tab())
            if passed[-1] == name:
                return passed
        pytest.fail(f"{name} is not reached: {passed}")

    def press(self, name: str) -> list[str]:
        passed = self.tab_to(name)
        self.kiosk.page.keyboard.press("Enter")
        return passed


@pytest.fixture(params=["en", "ar"])
def hands(browser: Browser, door: Served, request: pytest.FixtureRequest) -> Iterator[Hands]:
    """A tablet on a stand in one of the two languages, its page open and no device set up."""
    context = browser.new_context(
        viewport={"width": 1024, "height": 768}, locale=request.param, permissions=["camera"]
    )
    kiosk = Kiosk(context.new_page(), door)
    kiosk.open()
    kiosk.at("enrol")
    yield Hands(kiosk)
    context.close()


def test_the_keyboard_alone_is_enough(hands: Hands, tmp_path: Path) -> None:
    """Set up, choose, find, admit, undo, supervise, export: by Tab, Enter and what is typed.

    On every screen the focus goes through the controls in the order in which they are read, the
    bar with its menu first; it is seen, and never under an answer.
    """
    kiosk, door = hands.kiosk, hands.kiosk.door
    page = kiosk.page
    page.keyboard.type(door.invite()[1])
    page.keyboard.press("Enter")
    kiosk.at("sessions")
    assert hands.press("m1-d1") == ["", "m1-d1"]
    kiosk.at("scan")

    assert hands.press("open-find") == ["auto", "in", "out", "open-find"]
    page.keyboard.type("12")
    page.wait_for_selector(".person")
    (participant,) = hands.press(str(page.locator(".person").get_attribute("data-participant")))
    kiosk.shown("in")
    hands.press("undo-now")
    kiosk.shown("undone")
    hands.press("next")
    expect(page.locator(".result")).to_have_count(0)
    kiosk.expect_unsent(0)
    assert [each["participant"] for each in door.door.scans] == [participant] * 2
    assert door.door.scans[1]["undo_of"] == door.door.scans[0]["scan_id"]

    kiosk.go_offline()
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    kiosk.shown("in")
    hands.press("next")
    hands.press("menu")
    kiosk.at("supervisor")
    with page.expect_download() as download:
        order = hands.press("export")
    assert order[0] == "back"
    download.value.save_as(tmp_path / "queue.json")
    assert '"count": 1' in (tmp_path / "queue.json").read_text(encoding="utf-8")
    expect(page.locator(".message")).not_to_be_empty(timeout=PATIENCE)
    kiosk.expect_unsent(1)


def test_the_focus_returns_to_where_it_was(kiosk: Kiosk[Served]) -> None:
    """An answer comes and goes by itself; whoever was on a control is on it again."""
    kiosk.page.focus("#open-find")
    kiosk.paste(kiosk.door.door.token(1))
    kiosk.shown("in")
    assert kiosk.page.evaluate("document.querySelector('#screen').inert")
    kiosk.page.wait_for_selector(".result", state="detached")

    expect(kiosk.page.locator("#open-find")).to_be_focused()
