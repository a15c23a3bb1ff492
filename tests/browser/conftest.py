"""Chromium, a door that it opens, and a kiosk that is set up in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from tests.browser.fake_door import FakeDoor
from tests.browser.kiosk_page import Kiosk
from tests.browser.serving import Served, served
from tests.browser.tour import INSECURE
from tests.thirdparty.conftest import ROOT, installed, require_tool, run_installer

TOOLS = ROOT / "infra" / "dev" / "kiosk"

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    f"--host-resolver-rules=MAP {INSECURE} 127.0.0.1",
]
"""Chromium for tests: no words with its maker's servers, and a camera that is none."""


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Playwright; left out where Chromium is not installed."""
    require_tool("chromium")
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One Chromium for tests that need no folder of their own."""
    started = playwright.chromium.launch(executable_path=require_tool("chromium"), args=ARGUMENTS)
    yield started
    started.close()


@pytest.fixture
def door() -> Iterator[Served]:
    """A door that listens."""
    with served(FakeDoor()) as server:
        yield server


@pytest.fixture
def kiosk(browser: Browser, door: Served) -> Iterator[Kiosk[Served]]:
    """A kiosk that is set up for the session of now, and may be without a network from here on."""
    context = browser.new_context(
        viewport={"width": 1024, "height": 768}, locale="en", permissions=["camera"]
    )
    page = Kiosk(context.new_page(), door)
    page.enrol()
    page.choose("m1-d1")
    yield page
    context.close()


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """A folder where a browser keeps what it has after it was killed."""
    return tmp_path / "profile"


@pytest.fixture
def fresh_page(browser: Browser, door: Served) -> Iterator[Page]:
    """A page where nothing is set up."""
    context = browser.new_context(locale="en", permissions=["camera"])
    page = context.new_page()
    page.goto(f"{door.url}/kiosk")
    yield page
    context.close()


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
