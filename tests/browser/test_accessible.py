"""Every screen in both languages and three sizes, as axe-core and a ruler find it."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.pass_pages import pass_pages
from tests.browser.pictures import SIZES
from tests.browser.serving import served
from tests.browser.tour import Tour, door_of_the_tour

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]

SCREENS = 38
"""Screens of a tour: fewer would mean that one was not looked at."""

_AXE = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  const bad = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
  return bad.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 200))]);
}"""

_CUT = """() => {
  const wide = document.documentElement.scrollWidth > innerWidth ? ["the page"] : [];
  const seen = [...document.querySelectorAll("h1, h2, p, button, label, strong, time, dd, .tag")];
  const cut = seen.filter((each) => {
    if (!each.checkVisibility() || each.closest(".unseen, .typing, dialog, [inert]")) return false;
    const { left, right } = each.getBoundingClientRect();
    return left < -1 || right > innerWidth + 1 || each.scrollWidth > each.clientWidth + 2
      && getComputedStyle(each).display !== "inline";
  });
  return [...wide, ...cut.map((each) => each.outerHTML.slice(0, 120))];
}"""


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_screen_is_accessible(browser: Browser, tools: Path, language: str) -> None:
    """axe-core finds nothing serious, contrast AA included; nothing is cut off or out of sight."""
    axe = (tools / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    faults: dict[str, Any] = {}
    screens = 0
    with served(door_of_the_tour()) as door:
        for name, page in Tour(browser, door, language).screens():
            screens += 1
            assert page.evaluate("document.documentElement.lang") == language
            assert page.evaluate("document.documentElement.dir") == (
                "rtl" if language == "ar" else "ltr"
            )
            if found := _faults(page, axe):
                faults[name] = found
    assert faults == {}
    assert screens == SCREENS


@pytest.mark.parametrize("name", pass_pages())
def test_a_participants_page_is_accessible(browser: Browser, tools: Path, name: str) -> None:
    """The pass, and the page that there is none, which have both languages at once."""
    axe = (tools / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    page = browser.new_page()
    page.set_content(pass_pages()[name])

    assert _faults(page, axe) == {}
    page.close()


def _faults(page: Page, axe: str) -> dict[str, Any]:
    """What is wrong on a page: by axe-core on a phone, and by lengths at every size."""
    found: dict[str, Any] = {}
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        if cut := page.evaluate(_CUT):
            found[f"cut off, {size}"] = cut
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate(axe)
    if serious := page.evaluate(_AXE):
        found["axe"] = serious
    return found
