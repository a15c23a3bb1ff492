"""The files of the page: how they are sent, where they come from, and who can use them."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.fake_door import Served
from tests.browser.kiosk_page import Kiosk
from tests.thirdparty.conftest import ROOT, installed, require_tool, run_installer

KIOSK = ROOT / "services" / "attendance" / "ijaza_attendance" / "kiosk"
TOOLS = ROOT / "infra" / "dev" / "kiosk"
SIZES = [(1024, 768), (800, 1280), (390, 844)]
VENDORED = {
    "jsQR.js": "jsqr/dist/jsQR.js",
    "jsQR.LICENSE": "jsqr/LICENSE",
    "idb.js": "idb/build/index.js",
    "idb.LICENSE": "idb/LICENSE",
    "noble-ed25519.js": "@noble/ed25519/index.js",
    "noble-ed25519.LICENSE": "@noble/ed25519/LICENSE",
    **{
        f"plex/{script}-{weight}.woff2": "@fontsource/ibm-plex-sans-arabic/files/"
        f"ibm-plex-sans-arabic-{script}-{weight}-normal.woff2"
        for script in ("arabic", "latin")
        for weight in (400, 600)
    },
    "plex/LICENSE": "@fontsource/ibm-plex-sans-arabic/LICENSE",
}

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="session")
def tools() -> Path:
    """The npm packages that tests compare with, installed once."""
    npm = require_tool("npm")
    inputs = [TOOLS / "package.json", TOOLS / "package-lock.json"]

    def install(folder: Path) -> None:
        for each in inputs:
            (folder / each.name).write_bytes(each.read_bytes())
        run_installer(npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", cwd=folder)

    with installed("kiosk", inputs, install) as folder:
        return folder / "node_modules"


def test_what_others_wrote_is_unchanged(tools: Path) -> None:
    """Every vendored file equals the one in its package, of the version in the lock file."""
    for ours, theirs in VENDORED.items():
        assert (KIOSK / "vendor" / ours).read_bytes() == (tools / theirs).read_bytes(), ours


def test_the_page_may_load_from_its_own_server_alone(door: Served) -> None:
    """The policy names no other host, no inline script and no eval."""
    policy = httpx.get(f"{door.url}/kiosk").headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_a_file_is_sent_again_only_when_it_changed(door: Served) -> None:
    """The ETag gives 304, and the service worker may have the page in its scope."""
    first = httpx.get(f"{door.url}/kiosk/sw.js")
    again = httpx.get(f"{door.url}/kiosk/sw.js", headers={"If-None-Match": first.headers["etag"]})

    assert first.headers["service-worker-allowed"] == "/kiosk"
    assert first.headers["content-type"].startswith("text/javascript")
    assert again.status_code == 304


def test_every_file_that_is_named_is_stored_on_the_device(door: Served) -> None:
    """What the page, its modules and its style ask for is in the service worker's list."""
    worker = httpx.get(f"{door.url}/kiosk/sw.js").text
    listed = {each["path"] for each in json.loads(re.search(r"SHELL = (.*);", worker)[1])["files"]}  # type: ignore[index]  # it is there
    sources = [*KIOSK.glob("*.js"), *KIOSK.glob("screens/*.js"), *KIOSK.glob("*.html")]
    named = set(re.findall(r'"(/kiosk/[^"]+)"', "".join(each.read_text() for each in sources)))

    assert named - listed - {"/kiosk/sw.js"} == set()
    assert not [path for path in listed if httpx.get(door.url + path).status_code != 200]


@pytest.mark.parametrize("name", ["../main.py", "vendor/README.md", "nothing.js", "vendor"])
def test_nothing_but_the_page_is_served(door: Served, name: str) -> None:
    """Other files of the package, folders and paths upwards are not found."""
    assert httpx.get(f"{door.url}/kiosk/{name}").status_code == 404


def test_both_languages_say_everything() -> None:
    """Each word that one language has, the other has too, and no word is left unused."""
    keys = [
        set(re.findall(r'^  "([\w.-]+)":', (KIOSK / f"texts.{each}.js").read_text(), re.M))
        for each in ("en", "ar")
    ]
    assert keys[0] == keys[1]


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("size", SIZES, ids=["tablet", "portrait", "phone"])
def test_every_screen_is_accessible(
    browser: Browser, door: Served, tools: Path, language: str, size: tuple[int, int]
) -> None:
    """axe-core finds nothing serious on any screen, and no screen scrolls sideways."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale=language, permissions=["camera"]
    )
    kiosk = Kiosk(context.new_page(), door)
    axe = (tools / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    kiosk.open()
    kiosk.at("enrol")
    _check(kiosk.page, axe)
    assert kiosk.page.evaluate("document.documentElement.dir") == (
        "rtl" if language == "ar" else "ltr"
    )
    kiosk.enrol()
    _check(kiosk.page, axe)
    kiosk.choose("m1-d1")
    _check(kiosk.page, axe)
    for text, kind in [
        (door.door.token(1), "in"),
        (door.door.token(1), "repeat"),
        (door.door.token(2, serial="OLD"), "refused"),
    ]:
        kiosk.type(text)
        kiosk.shown(kind)
        _check(kiosk.page, axe)
    kiosk.page.click("#next")
    kiosk.page.click("#open-find")
    kiosk.page.fill("#find", "1")
    _check(kiosk.page, axe)
    kiosk.page.keyboard.press("Escape")
    kiosk.page.click("#menu")
    kiosk.at("supervisor")
    _check(kiosk.page, axe)
    context.close()


def _check(page: Page, axe: str) -> None:
    page.evaluate(axe)
    found: list[dict[str, Any]] = page.evaluate(
        "axe.run(document, { resultTypes: ['violations'] }).then((r) => r.violations)"
    )
    serious = [
        (each["id"], [node["html"][:200] for node in each["nodes"]])
        for each in found
        if each["impact"] in ("serious", "critical")
    ]
    assert serious == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_keyboard_alone_is_enough(kiosk: Kiosk[Served]) -> None:
    """Tab reaches every control of the door in its order, and Enter presses it."""
    reached = []
    for _ in range(6):
        kiosk.page.keyboard.press("Tab")
        reached.append(
            kiosk.page.evaluate(
                "(document.activeElement.id || document.activeElement.dataset.direction)"
            )
        )
    assert {"auto", "in", "out", "open-find", "menu"} <= set(reached)
    kiosk.page.focus("#menu")
    kiosk.page.keyboard.press("Enter")
    expect(kiosk.page.locator("body")).to_have_attribute("data-screen", "supervisor")
