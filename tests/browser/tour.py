"""A walk through every screen of the kiosk's page, for those who look at them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.sync_api import Browser, Page, expect

from tests.browser.fake_door import FakeDoor
from tests.browser.kiosk_page import Kiosk
from tests.browser.serving import Served

INSECURE = "door.test"
"""A name that leads here, and that browsers do not trust as they trust localhost."""

_STAYING = """{
  // How long an answer stays on the screen (screens/result.js): here until the next one.
  const stays = [2200, 2600, 6000];
  const later = globalThis.setTimeout;
  globalThis.setTimeout = (work, ms, ...more) =>
    later(work, stays.includes(ms) ? 2 ** 31 - 1 : ms, ...more);
}"""

_FULL = """() => {
  const add = IDBObjectStore.prototype.add;
  IDBObjectStore.prototype.add = function (...given) {
    if (globalThis.full) throw new DOMException("no room", "QuotaExceededError");
    return add.apply(this, given);
  };
  globalThis.full = true;
}"""

_STORES_NOTHING = """
  IDBFactory.prototype.open = () => { throw new DOMException("not here", "SecurityError"); };
"""


@dataclass
class Tour:
    """One language's walk."""

    browser: Browser
    door: Served
    language: str

    def screens(self) -> Iterator[tuple[str, Page]]:
        """Each screen by its name, with the page that shows it."""
        yield from self._setting_up()
        yield from self._at_the_door()
        yield from self._no_session()
        yield from self._calendar()
        yield from self._closed()

    @contextmanager
    def _kiosk(self) -> Iterator[Kiosk[Served]]:
        context = self.browser.new_context(
            viewport={"width": 1024, "height": 768}, locale=self.language, permissions=["camera"]
        )
        context.add_init_script(_STAYING)
        try:
            yield Kiosk(context.new_page(), self.door)
        finally:
            context.close()

    @contextmanager
    def _set_up(self, session: str = "m1-d1") -> Iterator[Kiosk[Served]]:
        with self._kiosk() as kiosk:
            kiosk.enrol()
            kiosk.choose(session)
            yield kiosk

    def _setting_up(self) -> Iterator[tuple[str, Page]]:
        with self._kiosk() as kiosk:
            page, door = kiosk.page, self.door.door
            kiosk.open()
            kiosk.at("enrol")
            yield "enrol", page
            page.fill("#code", "ZZZZ-ZZZZ")
            page.keyboard.press("Enter")
            page.wait_for_selector(".message:not(:empty)")
            yield "enrol-refused", page
            door.bundle_kept_back = True
            page.fill("#code", self.door.invite()[1])
            page.keyboard.press("Enter")
            kiosk.at("waiting")
            kiosk.expect_network("offline")
            yield "waiting", page
            door.bundle_kept_back = False
            kiosk.sync_now()
            kiosk.at("sessions")
            kiosk.expect_network("online")
            yield "sessions", page

    def _at_the_door(self) -> Iterator[tuple[str, Page]]:
        with self._set_up() as kiosk:
            yield "scan", kiosk.page
            yield from self._answers(kiosk)
            yield from self._finding(kiosk)
            yield from self._supervising(kiosk)

    def _answers(self, kiosk: Kiosk[Served]) -> Iterator[tuple[str, Page]]:
        page, door = kiosk.page, self.door.door
        door_pass = door.token(1)
        kiosk.scan(door_pass)
        yield "in", page
        kiosk.paste(door_pass)
        kiosk.shown("repeat")
        yield "repeat", page
        page.click("#next")
        page.click('[data-direction="out"]')
        yield "scan-out", page
        kiosk.scan(door_pass, "out")
        yield "out", page
        page.click("#undo-now")
        kiosk.shown("undone")
        yield "undone", page
        page.click("#next")
        page.click('[data-direction="auto"]')
        for code, text in self._refusals().items():
            kiosk.paste(text(door))
            page.wait_for_selector(f'.result.refused[data-code="{code}"]')
            yield f"refused-{code}", page
        page.click("#next")

    @staticmethod
    def _refusals() -> dict[str, Callable[[FakeDoor], str]]:
        return {
            "unreadable": lambda door: "eyJhbGciOiJub25lIn0.e30.",
            "too-long": lambda door: "eyJ" + "A" * 2_000,
            "wrong-key": lambda door: door.token(1, kid="k9"),
            "bad-signature": lambda door: door.token(1, signer=Ed25519PrivateKey.generate()),
            "expired": lambda door: door.token(1, days=-1),
            "other-edition": lambda door: door.token(1, edition="mg-3"),
            "revoked": lambda door: door.token(2),
            "replaced": lambda door: door.token(1, serial="OLD"),
            "not-on-roster": lambda door: door.token(999),
            "withdrawn": lambda door: door.token(3),
            "unknown-number": lambda door: "4711",
        }

    def _finding(self, kiosk: Kiosk[Served]) -> Iterator[tuple[str, Page]]:
        page = kiosk.page
        for number in (4, 5, 6, 7):
            kiosk.paste(str(number))
            kiosk.shown("in")
        page.click("#next")
        page.click("#open-find")
        page.fill("#find", "a" if self.language == "en" else "ا")
        yield "find", page
        page.fill("#find", "zzz")
        yield "find-nobody", page
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog", state="detached")

    def _supervising(self, kiosk: Kiosk[Served]) -> Iterator[tuple[str, Page]]:
        page = kiosk.page
        kiosk.expect_unsent(0)
        page.click("#menu")
        kiosk.at("supervisor")
        yield "supervisor", page
        page.click("#back")
        kiosk.at("scan")
        kiosk.go_offline()
        for number in (8, 9):
            kiosk.paste(str(number))
            kiosk.shown("in")
        yield "in-offline", page
        page.click("#next")
        kiosk.expect_unsent(2)
        yield "scan-offline", page
        page.click("#menu")
        kiosk.at("supervisor")
        with page.expect_download():
            page.click("#export")
        page.wait_for_selector(".message:not(:empty)")
        yield "supervisor-offline-exported", page
        page.set_input_files(
            "#import-file",
            {"name": "q.json", "mimeType": "application/json", "buffer": b"{}"},
        )
        expect(page.locator("#import-file")).to_have_value("")
        yield "supervisor-import-refused", page
        page.click("#back")
        page.evaluate(_FULL)
        kiosk.paste("10")
        kiosk.shown("unrecorded")
        yield "unrecorded", page
        page.click("#next")
        yield "scan-full", page
        page.evaluate("globalThis.full = false")
        kiosk.go_online()
        kiosk.expect_unsent(0)

    def _no_session(self) -> Iterator[tuple[str, Page]]:
        door = self.door.door
        starts, door.starts = door.starts, datetime.now(UTC) + timedelta(days=2)
        with self._set_up("") as kiosk:
            yield "scan-no-session", kiosk.page
            kiosk.paste(door.token(1))
            kiosk.shown("refused")
            yield "refused-no-session-now", kiosk.page
        door.starts = starts

    def _calendar(self) -> Iterator[tuple[str, Page]]:
        """What is said of a session that is merged, and of one that is cancelled."""
        door = self.door.door
        changes: dict[str, Callable[[], None]] = {
            "merged": lambda: door.merged.update({"m1-d1": "m1-d2"}),
            "cancelled": lambda: door.cancelled.add("m1-d1"),
        }
        for kind, change in changes.items():
            with self._set_up() as kiosk:
                change()
                kiosk.page.reload()
                kiosk.page.wait_for_selector(f'.news[data-kind="{kind}"]')
                kiosk.expect_network("online")
                yield f"scan-{kind}", kiosk.page
            door.merged.clear()
            door.cancelled.discard("m1-d1")

    def _closed(self) -> Iterator[tuple[str, Page]]:
        with self._set_up() as kiosk:
            second = Kiosk(kiosk.page.context.new_page(), self.door)
            second.open()
            second.at("blocked")
            yield "blocked-other-tab", second.page
            second.page.close()
            kiosk.go_offline()
            kiosk.paste("1")
            kiosk.shown("in")
            self.door.door.revoked_devices |= set(self.door.door.devices)
            kiosk.go_online()
            kiosk.at("blocked")
            yield "blocked-revoked", kiosk.page
        with self._kiosk() as kiosk:
            kiosk.page.context.add_init_script(_STORES_NOTHING)
            kiosk.open()
            kiosk.at("blocked")
            yield "blocked-storage", kiosk.page
        with self._kiosk() as kiosk:
            kiosk.page.goto(f"http://{INSECURE}:{self.door.port}/kiosk")
            kiosk.at("blocked")
            yield "blocked-insecure", kiosk.page


def door_of_the_tour() -> FakeDoor:
    """A door whose people include one whose pass was revoked, and one who has left."""
    door = FakeDoor(codes={f"C0DE{number:04d}" for number in range(20)})
    door.revoked.append(door.serial(2))
    door.withdrawn.add(3)
    return door
