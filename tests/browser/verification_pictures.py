"""Pictures of what strangers and holders see of certificates, to be looked at.

    python -m tests.browser.verification_pictures FOLDER [--only NAME]

One PNG for each page, language and size, and one as it is printed:
`<page>.<language>.<size>.png`.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.certificate_files import certificate_files
from tests.browser.certificates import (
    FALLEN,
    HOSTILE,
    RENAMED,
    TAKEN_BACK,
    VALID,
    Site,
    certificate_site,
    newest_missing,
)
from tests.browser.conftest import ARGUMENTS
from tests.browser.test_copy import link

SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
Shows = Callable[[Page, str], None]
"""Brings a page in a language before the eyes."""


def files(site: Site) -> dict[str, bytes]:
    """A file for each verdict, by its name."""
    known = certificate_files(site)
    wanted = ("genuine.pdf", "genuine.jwt", "ended-revoked.json", "wrapped.pdf", "false.json")
    return {
        **{name: known[name] for name in (*wanted, "foreign.json", "unreadable.pdf")},
        "too-large.pdf": b"%PDF-1.7" + bytes(3 << 20),
    }


def shown(site: Site, folder: Path) -> Iterator[tuple[str, Shows]]:
    """Every page, by name."""
    yield from (
        (name, at(site, participant, version))
        for name, participant, version in (
            ("valid", VALID, ""),
            ("valid-second-version", RENAMED, ""),
            ("superseded", RENAMED, 1),
            ("revoked-by-office", TAKEN_BACK, ""),
            ("revoked-by-facts", FALLEN, ""),
            ("script-in-the-name", HOSTILE, ""),
        )
    )
    yield "unknown", lambda page, lang: _go(page, f"{site.url}/v/4TG9-0ZC2-M7QW?lang={lang}")
    yield "verify", lambda page, lang: _go(page, f"{site.url}/verify?lang={lang}")
    yield "valid-checked-here", checked_here(site)
    for name, content in files(site).items():
        path = folder / name
        path.write_bytes(content)
        yield f"verify-sent-{path.stem}-{path.suffix[1:]}", sent(site, path)
        if path.stem != "too-large":
            yield f"verify-here-{path.stem}-{path.suffix[1:]}", dropped(site, path)


def at(site: Site, participant: str, version: int | str) -> Shows:
    """A certificate's page."""
    return lambda page, language: _go(page, site.page(participant, version, language))


def checked_here(site: Site) -> Shows:
    """The page of a valid certificate, after the visitor's browser has checked it."""

    def show(page: Page, language: str) -> None:
        page.goto(site.page(VALID, "", language))
        page.click("#local button")
        expect(page.locator("#local [data-verdict]")).to_be_visible(timeout=20_000)

    return show


def sent(site: Site, path: Path) -> Shows:
    """What came of a file that was sent."""

    def show(page: Page, language: str) -> None:
        page.goto(f"{site.url}/verify?lang={language}")
        page.set_input_files("#file", path)
        page.click("form button")
        expect(page.locator(".verdict")).to_be_visible(timeout=20_000)

    return show


def dropped(site: Site, path: Path) -> Shows:
    """What the visitor's browser finds of a file."""

    def show(page: Page, language: str) -> None:
        page.goto(f"{site.url}/verify?lang={language}")
        page.set_input_files("#local-file", path)
        expect(page.locator("#local [data-verdict]")).to_be_visible(timeout=20_000)

    return show


def of_holders(site: Site) -> Iterator[tuple[str, Shows]]:
    """The graduates' own copies; the one whose next version is missing is asked for at last."""
    for name, participant in (
        ("copy-valid", VALID),
        ("copy-second-version", RENAMED),
        ("copy-revoked", TAKEN_BACK),
    ):
        yield name, copy_at(link(site, participant))
    address = link(site, RENAMED)
    with newest_missing(site, RENAMED):
        yield "copy-superseded", copy_at(address)
        yield "superseded-next-unknown", at(site, RENAMED, "")


def copy_at(address: str) -> Shows:
    """A copy's page."""
    return lambda page, language: _go(page, f"{address}?lang={language}")


def _go(page: Page, address: str) -> None:
    page.goto(address)


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description="Pictures of the verification pages")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="pages whose name has this in it")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    visitors = count(1)
    with (
        tempfile.TemporaryDirectory() as keys,
        certificate_site(Path(keys)) as site,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        for pages in (shown(site, Path(keys)), of_holders(site)):
            for name, show in pages:
                if given.only not in name:
                    continue
                page = browser.new_page()
                page.set_extra_http_headers({"X-Forwarded-For": f"203.0.113.{next(visitors)}"})
                for language in ("en", "ar"):
                    for size, (width, height) in SIZES.items():
                        page.set_viewport_size({"width": width, "height": height})
                        show(page, language)
                        path = given.folder / f"{name}.{language}.{size}.png"
                        page.screenshot(path=path, full_page=True)
                    page.emulate_media(media="print")
                    page.set_viewport_size({"width": 794, "height": 1123})
                    path = given.folder / f"{name}.{language}.print.png"
                    page.screenshot(path=path, full_page=True)
                    page.emulate_media(media="screen")
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
