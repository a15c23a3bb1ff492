"""Pictures of every screen in both languages, to be looked at.

    python -m tests.browser.pictures FOLDER [--only NAME] [--language en|ar]

One PNG for each screen and size: `<screen>.<language>.<size>.png`.
"""

import argparse
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import ARGUMENTS
from tests.browser.pass_pages import pass_pages
from tests.browser.serving import served
from tests.browser.tour import Tour, door_of_the_tour

SIZES = {"phone": (390, 844), "tablet": (1024, 768), "upright": (768, 1024)}


def take(browser: Browser, folder: Path, languages: list[str], only: str) -> None:
    """Walk through the screens and keep what is seen."""
    for language in languages:
        with served(door_of_the_tour()) as door:
            for name, page in Tour(browser, door, language).screens():
                if only not in name:
                    continue
                for size, (width, height) in SIZES.items():
                    page.set_viewport_size({"width": width, "height": height})
                    page.screenshot(path=folder / f"{name}.{language}.{size}.png")
    page = browser.new_page()
    for name, content in pass_pages().items():
        page.set_content(content)
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=folder / f"{name}.{size}.png")


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description="Pictures of the kiosk's screens")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="screens whose name has this in it")
    parser.add_argument("--language", choices=["en", "ar"])
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    languages = [given.language] if given.language else ["en", "ar"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        take(browser, given.folder, languages, given.only)
        browser.close()


if __name__ == "__main__":
    main()
