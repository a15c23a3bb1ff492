"""A kiosk as the person at the door uses it: by keys, taps, and what is on the screen."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any, Generic, TypeVar

from playwright.sync_api import Error, Page, expect

from tests.browser.real_door import RealDoor
from tests.browser.serving import Served

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

_PASTE = """(text) => { for (const key of [...text, "Enter"])
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true })); }"""

_WAIT = """async ([given, patience]) => {
  const holds = %s;
  const begun = performance.now();
  while (!holds(given)) {
    if (performance.now() - begun > patience) throw new Error(`not so in ${patience} ms: ${holds}`);
    await new Promise((next) => setTimeout(next, 20));
  }
}"""

WRONG_CLOCK = """{
  const Own = Date;
  globalThis.clockIsOff = %d;
  globalThis.Date = class extends Own {
    constructor(...given) { super(...(given.length ? given : [Own.now() + clockIsOff])); }
    static now() { return Own.now() + clockIsOff; }
  };
}"""
"""A device whose clock is off by milliseconds; a page may set it anew (`clockIsOff`)."""

DAY = 86_400_000

_SCAN_AND_COUNT = """async ([text, unsent, patience]) => {
  const before = document.querySelector(".result");
  for (const key of [...text, "Enter"])
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  const begun = performance.now();
  for (;;) {
    await new Promise(requestAnimationFrame);
    const shown = document.querySelector(".result");
    const counted = Number(document.querySelector("#unsent").dataset.count);
    const { kind, scan } = shown?.dataset ?? {};
    if (shown && shown !== before && counted === unsent + (scan ? 1 : 0)) return [kind, scan ?? ""];
    if (performance.now() - begun > patience)
      throw new Error(`${kind} ${scan}, ${counted} not sent; there were ${unsent}`);
  }
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
        self.set_up()
        self.page.evaluate("navigator.serviceWorker.ready.then(() => null)")

    def set_up(self) -> None:
        """Set up by a code."""
        self.open()
        self.at("enrol")
        self.page.fill("#code", self.door.invite()[1])
        self.page.keyboard.press("Enter")
        self.at("sessions")

    def choose(self, session: str) -> None:
        """Choose a session; "" lets the time decide."""
        self.page.click(f'button[data-session="{session}"]')
        self.at("scan")

    def at(self, screen: str) -> None:
        """Wait for a screen."""
        self.page.wait_for_selector(f'body[data-screen="{screen}"]')

    def wait(self, condition: str, given: object) -> None:
        """Wait until a function of the page is true of what is given.

        Playwright's own `wait_for_function` evaluates text at each frame, which the kiosk's
        Content Security Policy refuses from the second frame on.
        """
        self.page.evaluate(_WAIT % condition, [given, PATIENCE])

    def type(self, text: str) -> None:
        """Type as a hand-held scanner does, Enter at the end."""
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")

    def paste(self, text: str) -> None:
        """Type at once, all keys in one go: 10,000 strokes would take a minute."""
        self.page.evaluate(_PASTE, text)

    def shown(self, kind: str, scan: str = "") -> None:
        """Wait for an answer of a kind."""
        numbered = f'[data-scan$="-{scan}"]' if scan else ""
        self.page.wait_for_selector(f".result.{kind}{numbered}")

    def scan(self, text: str, kind: str = "in") -> str:
        """Scan, and give the id of the scan once its answer is there."""
        before = self.page.evaluate("document.querySelector('.result')?.dataset.scan ?? ''")
        self.type(text)
        self.wait(
            "([kind, before]) => { const shown = document.querySelector(`.result.${kind}`);"
            " return shown && (shown.dataset.scan ?? '') !== before; }",
            [kind, before],
        )
        return str(self.page.get_attribute(".result", "data-scan") or "")

    def scan_and_count(self, text: str, unsent: int) -> tuple[str, str]:
        """Scan, and wait until the answer is there and the header says so many as `unsent`.

        `unsent` is without this scan. Gives the kind of the answer and the id of the scan, "" if
        it was not recorded.
        """
        kind, scan = self.page.evaluate(_SCAN_AND_COUNT, [text, unsent, PATIENCE])
        return str(kind), str(scan)

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

    def until(self, true: Callable[[], bool]) -> None:
        """Wait until something is so outside of the page."""
        deadline = monotonic() + PATIENCE / 1000
        while not true():
            assert monotonic() < deadline, "not so in time"
            self.page.wait_for_timeout(50)

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

    def crash(self) -> None:
        """End the browser as a power cut does: `Browser.crash` runs no handler of any page."""
        session = self.page.context.new_cdp_session(self.page)
        with suppress(Error):  # the answer cannot come
            session.send("Browser.crash")

    def quota(self, size: int | None) -> None:
        """Let the page's server have so many bytes on this disk; None is what it had before."""
        session = self.page.context.new_cdp_session(self.page)
        given = {"origin": self.door.url} | ({} if size is None else {"quotaSize": size})
        session.send("Storage.overrideQuotaForOrigin", given)

    def kept(self, store: str) -> list[dict[str, Any]]:
        """What IndexedDB holds."""
        rows: list[dict[str, Any]] = self.page.evaluate(_KEPT, store)
        return rows
