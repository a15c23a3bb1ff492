"""A kiosk as the person at the door uses it: by keys, taps, and what is on the screen."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from playwright.sync_api import Page, expect

from tests.browser.fake_door import Served
from tests.browser.real_door import RealDoor

D = TypeVar("D", Served, RealDoor)

PATIENCE = 60_000
"""Milliseconds that a loaded machine may take."""

_KEPT = """async (store) => {
  const db = await new Promise((done) => {
    const asked = indexedDB.open("ijaza-kiosk");
    asked.onsuccess = () => done(asked.result);
  });
  const rows = await new Promise((done) => {
    const asked = db.transaction(store).objectStore(store).getAll();
    asked.onsuccess = () => done(asked.result);
  });
  db.close();
  const text = (body) => body instanceof Uint8Array ? new TextDecoder().decode(body) : "";
  return rows.map((row) => ({ ...row, body: text(row.body) }));
}"""


@dataclass
class Kiosk(Generic[D]):
    """The page of one kiosk."""

    page: Page
    door: D

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE)

    def open(self) -> None:
        self.page.goto(f"{self.door.url}/kiosk")

    def enrol(self) -> None:
        """Set up by a code, and wait until the page is on the device."""
        self.open()
        self.at("enrol")
        self.page.fill("#code", self.door.invite()[1])
        self.page.keyboard.press("Enter")
        self.at("sessions")
        self.page.evaluate("navigator.serviceWorker.ready.then(() => null)")

    def choose(self, session: str) -> None:
        """Choose a session; "" lets the time decide."""
        self.page.click(f'button[data-session="{session}"]')
        self.at("scan")

    def at(self, screen: str) -> None:
        """Wait for a screen."""
        self.page.wait_for_selector(f'body[data-screen="{screen}"]')

    def type(self, text: str) -> None:
        """Type as a hand-held scanner does, Enter at the end."""
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")

    def shown(self, kind: str, scan: str = "") -> None:
        """Wait for an answer of a kind."""
        numbered = f'[data-scan$="-{scan}"]' if scan else ""
        self.page.wait_for_selector(f".result.{kind}{numbered}")

    def scan(self, text: str, kind: str = "in") -> str:
        """Scan, and give the id of the scan once its answer is there."""
        before = self.page.evaluate("document.querySelector('.result')?.dataset.scan ?? ''")
        self.type(text)
        self.page.wait_for_function(
            "([kind, before]) => { const shown = document.querySelector(`.result.${kind}`);"
            " return shown && (shown.dataset.scan ?? '') !== before; }",
            arg=[kind, before],
        )
        return str(self.page.get_attribute(".result", "data-scan") or "")

    def present(self, text: str) -> tuple[str, str]:
        """Scan, and give the kind of the answer and the id of the scan, "" if it has none."""
        if self.page.query_selector(".result"):
            self.page.click("#next")
        self.type(text)
        answer = self.page.wait_for_selector(".result")
        assert answer is not None
        return str(answer.get_attribute("data-kind")), answer.get_attribute("data-scan") or ""

    def code(self) -> str:
        """Why the last scan was refused."""
        return str(self.page.get_attribute(".result.refused", "data-code"))

    def expect_unsent(self, count: int) -> None:
        """Wait until the header counts so many scans that no server has."""
        expect(self.page.locator("#unsent")).to_have_attribute(
            "data-count", str(count), timeout=PATIENCE
        )

    def expect_network(self, state: str) -> None:
        self.page.wait_for_selector(f"#network.{state}")

    def go_offline(self) -> None:
        """Stop the server and take the network away; return once the page has noticed."""
        self.door.stop()
        self.page.context.set_offline(True)
        self.sync_now()
        self.expect_network("offline")

    def go_online(self) -> None:
        self.door.start()
        self.page.context.set_offline(False)
        self.sync_now()

    def sync_now(self) -> None:
        """What the browser tells a page when the network is back."""
        self.page.evaluate("dispatchEvent(new Event('online'))")

    def kept(self, store: str) -> list[dict[str, Any]]:
        """What IndexedDB holds."""
        rows: list[dict[str, Any]] = self.page.evaluate(_KEPT, store)
        return rows
